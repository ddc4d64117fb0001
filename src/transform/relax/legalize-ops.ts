/** Operators become calls of loop nests: `graph` → `legal`. */
import { irModule, type BaseFunc, type IRModule } from "../../ir/module.js";
import type { Attrs } from "../../ir/core/node.js";
import {
  op as opNode, primValue, relaxCall, shapeExpr, tuple, tupleGetItem,
  type Call, type Expr, type Func, type Var,
} from "../../ir/relax/expr.js"; // prettier-ignore
import { dimsOf, shapeInfo, tensorInfo, type StructInfo } from "../../ir/relax/struct-info.js";
import { floatImm, intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import {
  callTir,
  type AlikeCalls,
  type Lowered,
  type LoweringSite,
  type OpLowering,
} from "../../op/lowering.js";
import { lookupOp } from "../../op/registry.js";
import { int64, isFloat, isInteger } from "../../support/dtype.js";
import { int } from "../../support/int.js";
import type { NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { option } from "../../support/option.js";
import { codes } from "../codes.js";
import { MATCHED } from "../scheduler.js";
import { definePass, type PassContext } from "../pass.js";
import { alikeCalls, type FindAlike } from "./alike-calls.js";
import {
  applyTo, freshGlobal, isExternal, makeSubstitution, rewriteFunction, type Cursor,
} from "./rewrite/index.js"; // prettier-ignore

/**
 * Precondition: a lowering library is at hand. Result: every call of an operator that is not structural is a
 * `call_tir` of a private function, shared among calls that need the same one. Sound because each function is the
 * lowering of its operator; what the library needs beyond the types is asserted at its head.
 */
export const legalizeOps = definePass({
  name: "legalize-ops",
  dialect: "relax",
  summary: "Lowers operators to loop nests by the templates of the library.",
  from: "graph",
  to: "legal",
  options: {
    skipOps: option.strings({ default: [], help: "Operators to leave alone, e.g. `matmul`." }),
  },
  run(module, { skipOps }, ctx) {
    if (ctx.lowering === undefined) {
      ctx.report(codes.noLibrary({ pass: "legalize-ops" }));
      return module;
    }
    const skipped = new Set(skipOps.map((name) => name.replace(/^relax\./, "")));
    return new Legalizer(module, ctx, ctx.lowering, skipped).run();
  },
});

class Legalizer {
  /** Names of the functions of instances. */
  private readonly names = new Map<PrimFunc, string>();
  private readonly taken = new Set<string>();
  /** Whether a schedule is for the pattern that the function at hand matches. */
  private isMatched = false;
  private readonly alike: FindAlike;
  /** What could not be lowered: once for each operator and types. */
  private readonly refused = new Map<string, Diagnostic>();

  constructor(
    private readonly module: IRModule,
    private readonly ctx: PassContext,
    private readonly lowering: OpLowering,
    private readonly skipped: ReadonlySet<string>,
  ) {
    this.alike = alikeCalls(module);
  }

  run(): IRModule {
    const functions = new Map<string, BaseFunc>();
    let changed = false;
    for (const [name, func] of this.module.functions) {
      const after =
        func.kind === "relax.Function" && !isExternal(func) ? this.function(name, func) : func;
      changed ||= after !== func;
      functions.set(name, after);
    }
    this.reportRefused();
    if (!changed) return this.module;
    for (const [func, name] of this.names)
      functions.set(name, func.name === name ? func : { ...func, name });
    return irModule(functions, this.module);
  }

  private function(name: string, func: Func): Func {
    this.isMatched = func.attrs.has(MATCHED);
    return rewriteFunction(this.module, name, func, {
      value: (value, at, { var: v }) =>
        value.kind === "relax.Call" ? this.value(value, at, [], this.alike(value, v.sinfo)) : value,
      result: (value, at) => (value.kind === "relax.Call" ? this.value(value, at, []) : value),
    });
  }

  /** What takes the place of a call. */
  private value(call: Call, at: Cursor, expanding: readonly string[], alike?: AlikeCalls): Expr {
    const op = call.op.kind === "relax.Op" ? lookupOp(call.op.name) : undefined;
    if (op === undefined || op.structural === true || this.skipped.has(op.name)) return call;
    const site: LoweringSite = {
      infer: at.infer,
      analyzer: at.analyzer,
      target: this.ctx.target,
      isScheduled: this.isMatched || this.ctx.scheduler?.isForOperator(`relax.${op.name}`) === true,
      nameOf: (func) => this.nameOf(func),
      alike,
      expanding,
    };
    const ready = this.withOperands(call, at, site);
    const lowered = this.lowering.lower(ready, site);
    switch (lowered.kind) {
      case "structural":
        return call;
      case "none":
        this.refuse(op.name, lowered);
        return call;
      case "graph":
        return this.expand(lowered, at, expanding);
      case "tir": {
        const value = callTir(this.nameOf(lowered.func), lowered, call.span);
        return lowered.isTuple && lowered.outputs.length === 1 ? tuple([at.emit(value)]) : value;
      }
    }
  }

  /** Puts the bindings of an expansion, each lowered in turn. */
  private expand(
    { bindings, result, origin }: Extract<Lowered, { kind: "graph" }>,
    at: Cursor,
    expanding: readonly string[],
  ): Expr {
    const images = makeSubstitution();
    for (const b of bindings) {
      const value = applyTo(b.value, images);
      if (b.kind === "relax.MatchCast") {
        images.vars.set(b.var, at.emitCast(value as Expr, applyTo(b.sinfo, images), b.var.name));
        continue;
      }
      const after =
        value.kind === "relax.Call"
          ? this.value(at.normalized(value), at, [...expanding, origin])
          : value;
      images.vars.set(
        b.var,
        after.kind === "relax.Function"
          ? at.emit(after, b.var.name)
          : at.operand(after, b.var.name),
      );
    }
    return applyTo(result, images);
  }

  /** Operands as loop nests take them: scalars are tensors or symbols, and lengths that are not known get symbols. */
  private withOperands(call: Call, at: Cursor, site: LoweringSite): Call {
    const params = lookupOp((call.op as { name: string }).name)!.params.filter(
      (p) => p.role === "arg",
    );
    const element = call.args
      .map((a) => at.infer.infoOf(a))
      .find((i) => i.kind === "relax.TensorInfo");
    const args = call.args.map((arg, i) => {
      const type = params[i]?.type;
      const info = at.infer.infoOf(arg);
      if (type === "prim") return this.scalar(arg, info, at, site.expanding ?? [], params[i]!.name);
      if (type !== "tensor" && type !== "tensors" && type !== "shape") return arg;
      if (type === "shape") return measured(arg, info, at);
      if (info.kind === "relax.PrimInfo" && info.value !== undefined) {
        const dtype =
          (element?.kind === "relax.TensorInfo" ? element.dtype : undefined) ?? info.dtype;
        const own = params[i]!.scalar === true ? info.dtype : dtype;
        const scalar = this.lowering.scalar(info.value, own, site);
        if (scalar.kind === "relax.Const") return scalar;
        return at.emit(callTir(this.nameOf(scalar.func), scalar));
      }
      return measured(arg, info, at);
    });
    return args.every((a, i) => a === call.args[i]) ? call : { ...call, args };
  }

  /** A scalar that a tensor holds: its value where it is a constant, else a symbol for an integer. */
  private scalar(
    arg: Expr,
    info: StructInfo,
    at: Cursor,
    expanding: readonly string[],
    name: string,
  ): Expr {
    if (info.kind !== "relax.TensorInfo" || info.ndim !== 0 || info.dtype === undefined) return arg;
    if (arg.kind === "relax.Const") return primValue(elementOf(arg.data));
    if (!isInteger(info.dtype)) return arg;
    const after = (op: string, args: readonly Expr[], attrs: Attrs = new Map()): Expr =>
      at.operand(this.value(at.normalized(relaxCall(opNode(op), args, { attrs })), at, expanding));
    const wide = info.dtype === int64 ? arg : after("astype", [arg], new Map([["dtype", "int64"]]));
    const vector = after("reshape", [wide, shapeExpr([intImm(1, int64)])]);
    const symbol = makeVar(name, int64);
    at.emitCast(after("tensor_to_shape", [vector]), shapeInfo([symbol]), name);
    return primValue(symbol);
  }

  private nameOf(func: PrimFunc): string {
    let name = this.names.get(func);
    if (name === undefined) {
      name = freshGlobal(this.module, func.name, this.taken);
      this.taken.add(name);
      this.names.set(func, name);
    }
    return name;
  }

  private refuse(op: string, { types, diagnostic }: Extract<Lowered, { kind: "none" }>): void {
    const key = `${op}(${types})`;
    if (!this.refused.has(key)) this.refused.set(key, diagnostic);
  }

  /** All that cannot be lowered, at once. */
  private reportRefused(): void {
    for (const diagnostic of this.refused.values()) this.ctx.report(diagnostic);
  }
}

/** A tensor or shape with lengths: symbols stand for those that are not known. */
function measured(arg: Expr, info: StructInfo, at: Cursor): Expr {
  if (info.kind === "relax.TupleInfo") {
    const fields = info.fields.map((field, i) => {
      const item = arg.kind === "relax.Tuple" ? arg.fields[i]! : tupleGetItem(arg, i);
      const after = measured(item, field, at);
      return { after, isSame: after === item };
    });
    return fields.every(({ isSame }) => isSame) ? arg : tuple(fields.map(({ after }) => after));
  }
  if (info.kind !== "relax.TensorInfo" && info.kind !== "relax.ShapeInfo") return arg;
  if (info.ndim < 0 || dimsOf(info) !== undefined) return arg;
  const dims = Array.from({ length: info.ndim }, (_, i) =>
    makeVar(`d${i}`, int64, undefined, { isSize: true }),
  );
  if (info.kind === "relax.ShapeInfo") return at.emitCast(arg, shapeInfo(dims), nameHint(arg));
  const { dtype, vdevice } = info;
  return at.emitCast(arg, tensorInfo({ shape: shapeExpr(dims), dtype, vdevice }), nameHint(arg));
}

/** The only element of a tensor without dimensions. */
function elementOf({ dtype, bytes }: NDArray): PrimExpr {
  const value = elementAccess(dtype).read(new DataView(bytes.buffer, bytes.byteOffset), 0);
  return isFloat(dtype) ? floatImm(Number(value), dtype) : intImm(int(value), dtype);
}

const nameHint = (arg: Expr): string | undefined =>
  arg.kind === "relax.Var" ? (arg as Var).name : undefined;
