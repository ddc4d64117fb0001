/** Calls between functions of a module: `call_tir` against the signature of its callee, and T functions calling T functions. */
import { Analyzer, exprText } from "../arith/index.js";
import { substitute } from "../ir/core/rewrite.js";
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Call, Expr } from "../ir/relax/expr.js";
import { dimsOf, type StructInfo, type TensorInfo } from "../ir/relax/struct-info.js";
import type { Sink } from "../support/diagnostic.js";
import { shp, wft } from "./codes.js";
import type { Guard } from "./tir/bounds.js";

/** Conditions of the T functions of a module, by name. */
export type GuardsByName = ReadonlyMap<string, readonly Guard[]>;

/** Checks calls of T functions in a T function. */
export function checkCallees(module: IRModule, func: PrimFunc, sink: Sink): void {
  visit(func.body, {
    enter(node) {
      if (node.kind !== "tir.CallGlobal") return;
      const { name } = node.callee;
      const callee = module.functions.get(name);
      if (!callee) sink.report(wft.unknownCallee({ func: func.name, name, at: node.span }));
      else if (callee.kind === "tir.PrimFunc" && callee.params.length !== node.args.length) {
        sink.report(
          wft.calleeArity({
            name,
            expected: callee.params.length,
            given: node.args.length,
            at: node.span,
          }),
        );
      }
    },
  });
}

/** Checks every `call_tir` of the module. */
export function checkTirCalls(module: IRModule, guards: GuardsByName, sink: Sink): void {
  for (const func of module.functions.values()) {
    if (func.kind !== "relax.Function") continue;
    visit(func, {
      enter(node) {
        if (node.kind === "relax.Call" && node.op.kind === "relax.Op" && CALLS.has(node.op.name))
          checkCall(module, guards, node, sink);
      },
    });
  }
}

const CALLS = new Set(["call_tir", "call_tir_inplace"]);

interface Argument {
  readonly text: string;
  readonly info: StructInfo | undefined;
}

function checkCall(module: IRModule, guards: GuardsByName, call: Call, sink: Sink): void {
  const [target, inputs, ints] = call.args;
  if (target?.kind !== "ir.GlobalVar") return;
  const callee = module.functions.get(target.name);
  if (callee?.kind !== "tir.PrimFunc" || !inputs) return;
  const given = argumentsOf(inputs);
  if (!given) return;
  const outs = call.sinfoArgs.flatMap((s) => (s.kind === "relax.TupleInfo" ? s.fields : [s]));
  const inPlace = call.op.kind === "relax.Op" && call.op.name === "call_tir_inplace";
  const results = inPlace ? freshOutputs(call, outs) : outs;
  if (!results) return;
  const all = [
    ...given,
    ...results.map((info, i): Argument => ({
      text: outs.length === 1 ? "the output" : `output ${i}`,
      info,
    })),
  ];
  const scalars = ints?.kind === "relax.ShapeExpr" ? ints.values : [];
  const total = all.length + scalars.length;
  if (total !== callee.params.length) {
    reportArity(
      {
        call,
        callee,
        name: target.name,
        given: given.length,
        outputs: results.length,
        scalars: scalars.length,
      },
      sink,
    );
    return;
  }
  const symbols = new Map<Var, PrimExpr>();
  scalars.forEach((value, i) => symbols.set(callee.params[all.length + i]!.var, value));
  const analyzer = new Analyzer();
  // One finding a call: later ones would mostly follow from it.
  const site = { callee, name: target.name, analyzer, symbols, call, sink };
  const isFine = all.every((argument, i) => matches(site, argument, callee.params[i]!.buffer));
  if (isFine)
    checkGuards(guards.get(target.name) ?? [], {
      analyzer,
      symbols,
      call,
      sink,
      name: target.name,
    });
}

interface ArityMistake {
  readonly call: Call;
  readonly callee: PrimFunc;
  readonly name: string;
  readonly given: number;
  readonly outputs: number;
  readonly scalars: number;
}

function reportArity(
  { call, callee, name, given, outputs, scalars }: ArityMistake,
  sink: Sink,
): void {
  const inputs = Math.max(0, callee.params.length - outputs - scalars);
  const difference = given - inputs;
  const count = Math.abs(difference);
  const list = call.args[1]?.kind === "relax.Tuple" ? call.args[1].span : undefined;
  const lastInput = callee.params[callee.params.length - scalars - 1]?.var.span;
  const many = `${count === 1 ? "one argument" : `${count} arguments`} too ${difference > 0 ? "many" : "few"}`;
  const op = call.op.kind === "relax.Op" ? call.op.name : "call_tir";
  const message =
    outputs === 1
      ? "the last parameter is the output"
      : `the last ${outputs} parameters are the outputs`;
  sink.report(
    shp.callArity({
      callee: name,
      inputs,
      outputs,
      op,
      given,
      at: list ?? call.span,
      label: many,
      labels: lastInput === undefined || outputs === 0 ? [] : [{ span: lastInput, message }],
      because: `${op} allocates the outputs itself, from \`out_ty\``,
    }),
  );
}

/** In-place outputs take the place of inputs, except those marked −1. */
function freshOutputs(call: Call, outs: readonly StructInfo[]): StructInfo[] | undefined {
  const raw = call.attrs.get("inplace_indices");
  if (!Array.isArray(raw) || raw.length !== outs.length) return undefined;
  return outs.filter((_, i) => Number(raw[i]) === -1);
}

function argumentsOf(inputs: Expr): Argument[] | undefined {
  if (inputs.kind === "relax.Tuple")
    return inputs.fields.map((field, i) => ({ text: textOf(field, i), info: infoOf(field) }));
  if (inputs.kind !== "relax.Var") return undefined;
  const { sinfo } = inputs;
  if (sinfo?.kind === "relax.TupleInfo")
    return sinfo.fields.map((info, i) => ({ text: `\`${inputs.name}[${i}]\``, info }));
  return sinfo?.kind === "relax.TensorInfo"
    ? [{ text: `\`${inputs.name}\``, info: sinfo }]
    : undefined;
}

const textOf = (e: Expr, i: number): string =>
  e.kind === "relax.Var" ? `\`${e.name}\`` : `input ${i}`;
function infoOf(e: Expr): StructInfo | undefined {
  if (e.kind === "relax.Var") return e.sinfo;
  if (e.kind === "relax.TupleGetItem") {
    const tuple = infoOf(e.tuple);
    return tuple?.kind === "relax.TupleInfo" ? tuple.fields[e.index] : undefined;
  }
  return undefined;
}

interface CallSite {
  readonly name: string;
  readonly analyzer: Analyzer;
  readonly symbols: Map<Var, PrimExpr>;
  readonly call: Call;
  readonly sink: Sink;
}

function matches(
  site: CallSite & { readonly callee: PrimFunc },
  { text, info }: Argument,
  buffer: Buffer | undefined,
): boolean {
  const tensor = info?.kind === "relax.DTensorInfo" ? info.tensor : info;
  if (!buffer || tensor?.kind !== "relax.TensorInfo") return true;
  const names = { argument: text, parameter: buffer.name, callee: site.name, at: site.call.span };
  const labels = buffer.span ? [{ span: buffer.span, message: "declared here" }] : [];
  if (tensor.ndim >= 0 && tensor.ndim !== buffer.shape.length) {
    site.sink.report(
      shp.callRank({ ...names, given: tensor.ndim, expected: buffer.shape.length, labels }),
    );
    return false;
  }
  if (tensor.dtype && tensor.dtype !== buffer.dtype) {
    site.sink.report(
      shp.callDType({ ...names, given: tensor.dtype.name, expected: buffer.dtype.name, labels }),
    );
    return false;
  }
  return dimensionsMatch(site, tensor, buffer, names, labels);
}

function dimensionsMatch(
  { analyzer, symbols, sink }: CallSite,
  tensor: TensorInfo,
  buffer: Buffer,
  names: { argument: string; parameter: string; callee: string; at: Call["span"] },
  labels: readonly { span: NonNullable<Buffer["span"]>; message: string }[],
): boolean {
  const dims = dimsOf(tensor);
  if (!dims) return true;
  return dims.every((dim, axis) => {
    const wanted = buffer.shape[axis]!;
    if (wanted.kind === "tir.Var" && !symbols.has(wanted)) {
      symbols.set(wanted, dim);
      return true;
    }
    const expected = substitute(wanted, symbols);
    if (analyzer.equal(dim, expected) !== false) return true;
    sink.report(
      shp.callShape({
        ...names,
        axis,
        given: exprText(dim),
        expected: exprText(analyzer.simplify(expected)),
        labels,
      }),
    );
    return false;
  });
}

/** Conditions of the callee that are false for the shapes of the call. */
function checkGuards(
  guards: readonly Guard[],
  { analyzer, symbols, call, sink, name }: CallSite,
): void {
  for (const { cond, when, accesses } of guards) {
    const here = substitute(cond, symbols);
    if (
      analyzer.prove(here) !== false ||
      (when && analyzer.prove(substitute(when, symbols)) !== true)
    )
      continue;
    const at = accesses[0]?.span;
    sink.report(
      shp.callGuard({
        callee: name,
        guard: exprText(cond),
        found: exprText(here),
        at: call.span,
        ...(at && { labels: [{ span: at, message: "this access needs it" }] }),
      }),
    );
    return;
  }
}
