/** Instances: the function that a bound template expands to. */
import { anchorOf, factsOf } from "../analysis/tir-pattern/index.js";
import { noAttrs, type AttrValue } from "../ir/core/node.js";
import { substitute } from "../ir/core/rewrite.js";
import { boolImm, load, makeVar, type PrimExpr } from "../ir/tir/expr.js";
import { param, type Param, type PrimFunc } from "../ir/tir/function.js";
import { assertStmt, block, seq, type Stmt } from "../ir/tir/stmt.js";
import { handle, voidType, type DType } from "../support/dtype.js";
import { DiagnosticError } from "../support/diagnostic.js";
import type { Binding } from "./binding.js";
import { emitNest } from "./blocks.js";
import { codes } from "./codes.js";
import { executeFunction, storeTo } from "./execute.js";
import { unbroadcast } from "./library-functions/shapes.js";
import { accessIndices } from "./evaluate.js";
import { dimValues } from "./patterns.js";
import { newScope } from "./scope.js";
import { fail, placeOf, type Guard, type State } from "./state.js";
import type { CallFacts, Refusal } from "./template.js";
import { exprValue, none, pack, valueText, type Value } from "./values.js";

/** An output as the caller sees it. */
export interface InstanceOutput {
  /** Position among the results of the call. */
  readonly index: number;
  readonly shape: readonly PrimExpr[];
  readonly dtype: DType;
}

/** What a template became for a call. */
export interface Instance {
  readonly func: PrimFunc;
  /** What the caller passes after the outputs: `tir_vars`. */
  readonly scalars: readonly PrimExpr[];
  /** Results in terms of the caller's symbols; several of one index for variadic ones. */
  readonly outputs: readonly InstanceOutput[];
  /** Conditions that head the function, over its symbols. */
  readonly guards: readonly Guard[];
}

/** Expands a bound template of a loop nest; `known`: what it expands to, where that is known. */
export function instantiate(binding: Binding, facts: CallFacts, known?: Stmt): Instance | Refusal {
  try {
    return asFunction(binding, facts, known ?? expandBody(binding));
  } catch (error) {
    if (error instanceof DiagnosticError) return { reason: error.diagnostic };
    throw error;
  }
}

/** The statements that a bound template expands to; what is wrong is thrown. */
export function expandBody(binding: Binding): Stmt {
  const { template, state: s, scope } = binding;
  if (template.form === "elementwise") elementwiseBody(binding);
  else executeFunction(s, newScope("function", scope), template.def.body);
  const guards = s.guards.map(({ cond, message }) => assertStmt(cond, [message]));
  return withRoot(s, seq([...guards, ...s.statements]));
}

function asFunction(binding: Binding, facts: CallFacts, body: Stmt): Instance {
  const { template, symbols, tensors } = binding;
  const of = (role: "operand" | "output"): Param[] =>
    tensors
      .filter((t) => t.role === role)
      .flatMap((t) => t.buffers.map((b) => param(makeVar(b.name, handle), b)));
  const scalars = symbols.scalars.map(({ var: v }) => param(v));
  const outputs = tensors.filter((t) => t.role === "output");
  const plain: PrimFunc = {
    kind: "tir.PrimFunc",
    name: template.name,
    params: [...of("operand"), ...of("output"), ...scalars],
    retType: voidType,
    attrs: noAttrs,
    isPrivate: true,
    sTir: true,
    persistent: false,
    body,
    span: { source: template.source, start: template.def.nameStart, end: template.def.nameEnd },
  };
  const func: PrimFunc = { ...plain, attrs: attrsOf(binding, facts, plain) };
  const toCaller = (e: PrimExpr): PrimExpr => substitute(e, symbols.callers);
  return {
    func,
    scalars: symbols.scalars.map(({ caller }) => caller),
    outputs: outputs.flatMap(({ index, buffers }) =>
      buffers.map((b) => ({ index, shape: b.shape.map(toCaller), dtype: b.dtype })),
    ),
    guards: binding.state.guards,
  };
}

/** Allocations at function level belong to the root block, which the text leaves out. */
function withRoot(s: State, body: Stmt): Stmt {
  const { allocs, annotations } = s.block;
  if (allocs.length === 0 && annotations.size === 0) return body;
  return block({
    name: "root",
    values: [],
    predicate: boolImm(true),
    allocs,
    annotations,
    body,
    implicitRoot: true,
  });
}

/** One spatial nest over the result; operands are read where the index of the result leads. */
function elementwiseBody({ template, state: s, scope, tensors }: Binding): void {
  const { def } = template;
  const at = { start: def.nameStart, end: def.nameEnd };
  const output = tensors.find((t) => t.role === "output")!.buffers[0]!;
  emitNest(s, template.name, output.shape, at, (v) => {
    const inside = newScope("function", scope);
    for (const { name, role, buffers } of tensors) {
      if (role === "output") continue;
      const loads = buffers.map((b): Value => {
        const index = unbroadcast(s, [pack(v), pack(dimValues(b.shape))], at);
        const positions = index.kind === "pack" ? index.items : [index];
        return exprValue(load(b, accessIndices(s, b, positions, at)), "value");
      });
      const isVariadic = def.params.some((p) => p.name === name && p.star === "*");
      inside.names.set(name, { value: isVariadic ? pack(loads) : (loads[0] ?? none) });
    }
    const result = executeFunction(s, inside, def.body);
    if (
      result === undefined ||
      (result.kind !== "expr" &&
        result.kind !== "int" &&
        result.kind !== "float" &&
        result.kind !== "bool")
    )
      return fail(
        codes.invalidArgument({
          ...placeOf(s, at),
          what: `\`${template.name}\` returns ${result === undefined ? "nothing" : valueText(result)}, not an element`,
        }),
      );
    storeTo(
      s,
      output,
      v.map((x) => (x.kind === "expr" ? x.expr : boolImm(false))),
      result,
      at,
    );
  });
}

// ---- attributes ----------------------------------------------------------------

function attrsOf(
  { template, scope }: Binding,
  facts: CallFacts,
  func: PrimFunc,
): ReadonlyMap<string, AttrValue> {
  const bound = new Map<string, AttrValue>();
  for (const [name, { value }] of scope.names) {
    const text = staticText(value);
    if (text !== undefined) bound.set(name, text);
  }
  const from = new Map<string, AttrValue>();
  if (facts.op !== undefined)
    from.set("op", template.ops.find((o) => o.endsWith(`.${facts.op!.name}`)) ?? facts.op.name);
  from.set("lower", template.name);
  if (bound.size > 0) from.set("bind", bound);
  const anchor = anchorOf(func);
  return new Map<string, AttrValue>([
    ["op_pattern", template.opPattern ?? factsOf(func).kind],
    ...(anchor === undefined ? [] : [["relaxc.anchor", anchor.name] as const]),
    ["relaxc.from", from],
    ["tir.noalias", true],
  ]);
}

/** Statics and lengths as text, so that they survive printing. */
function staticText(v: Value): string | undefined {
  if (
    v.kind === "buffer" ||
    v.kind === "function" ||
    v.kind === "template" ||
    v.kind === "undefined"
  )
    return undefined;
  if (v.kind === "pack")
    return v.items.some((x) => staticText(x) === undefined) ? undefined : valueText(v);
  return v.kind === "relax" || v.kind === "member" ? undefined : valueText(v);
}
