/** Names of a schedule beside its own: those of the template, operator or function that it is for. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { parseText } from "../../../grammar/index.js";
import { symbolsOf } from "../../analysis/tir/symbols.js";
import type { AttrValue } from "../../ir/core/node.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { lookupOp } from "../../op/registry.js";
import { isScalarParam } from "../../op/normal-form.js";
import { Diagnostics, DiagnosticError } from "../../support/diagnostic.js";
import { tryDType } from "../../support/dtype.js";
import { evaluate } from "../../template/evaluate.js";
import { signatureOf } from "../../template/parameters.js";
import { newScope, type Scope } from "../../template/scope.js";
import { attrValue, libraryScope } from "../../template/signature.js";
import { toDType } from "../../template/statics.js";
import { sameSymbols } from "../../template/symbols.js";
import { newState, type State } from "../../template/state.js";
import type { Template } from "../../template/template.js";
import { dimValue, dtypeValue, type Value } from "../../template/values.js";
import { toExpr } from "../../template/operators.js";
import { hostValue } from "./objects.js";

/** Where a function comes from, as its attributes tell. */
export interface Origin {
  /** Name of the template. */
  readonly lower: string | undefined;
  /** Full name of the operator. */
  readonly op: string | undefined;
  /** Names of the template's signature with their values as text. */
  readonly bind: ReadonlyMap<string, string>;
}

/** Reads `relaxc.from`. */
export function originOf(func: PrimFunc): Origin {
  const from = func.attrs.get("relaxc.from");
  const field = (name: string): AttrValue | undefined =>
    from instanceof Map ? (from as ReadonlyMap<string, AttrValue>).get(name) : undefined;
  const text = (v: AttrValue | undefined): string | undefined =>
    typeof v === "string" ? v : undefined;
  const bind = new Map<string, string>();
  const given = field("bind");
  if (given instanceof Map)
    for (const [name, v] of given as ReadonlyMap<string, AttrValue>)
      if (typeof v === "string") bind.set(name, v);
  return { lower: text(field("lower")), op: text(field("op")), bind };
}

/** Values of the template's signature; those whose text says nothing are left out. */
export function boundNames(func: PrimFunc, { bind }: Origin): Map<string, Value> {
  const symbols = new Map(symbolsOf(func).map((v) => [v.name, v]));
  const scope: Scope = {
    ...newScope("file", undefined),
    outside(name) {
      const symbol = symbols.get(name);
      if (symbol !== undefined) return dimValue(symbol);
      const dtype = tryDType(name);
      return dtype && dtypeValue(dtype);
    },
  };
  const found = new Map<string, Value>();
  for (const [name, text] of bind) {
    const value = valueOfText(scope, text);
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

const expressions = new Map<string, ast.Expr | undefined>();

function parsed(text: string): ast.Expr | undefined {
  if (!expressions.has(text)) {
    if (expressions.size > 4096) expressions.clear();
    const sink = new Diagnostics();
    const [stmt, ...more] = parseText({ name: "relaxc.from", text: `_ = ${text}\n` }, sink).body;
    const isOne = !sink.failed && more.length === 0 && stmt?.kind === "Assign";
    expressions.set(text, isOne ? stmt.value : undefined);
  }
  return expressions.get(text);
}

function valueOfText(scope: Scope, text: string): Value | undefined {
  const e = parsed(text);
  if (e === undefined) return undefined;
  try {
    return evaluate(newState("relaxc.from", { name: "relaxc.from", text }, undefined), scope, e);
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

/** Operands by the names of the operator's arguments, and its attributes; `template` is what lowered it. */
export function operatorNames(
  func: PrimFunc,
  origin: Origin,
  template: Template | undefined,
): Map<string, Value> {
  const names = boundNames(func, origin);
  const op = origin.op?.startsWith("relax.") ? lookupOp(origin.op.slice(6)) : undefined;
  const found = new Map<string, Value>();
  if (op === undefined) return found;
  const s = newState(origin.lower ?? "", template?.source ?? { name: "", text: "" }, undefined);
  for (const p of op.params) {
    const isAttribute = p.role === "attr" || isScalarParam(p);
    if (!isAttribute) continue;
    const bound = names.get(p.name);
    if (bound !== undefined) found.set(p.name, bound);
    else if (p.default !== undefined)
      found.set(p.name, attrValue(s, p.default, p.name, sameSymbols, p.type === "dtype"));
  }
  if (template !== undefined) bindOperands(s, template, names, op.params.filter((p) => p.role === "arg" && !isScalarParam(p)).map((p) => p.name), found); // prettier-ignore
  return found;
}

/** The patterns of the signature, evaluated with what they bound, are the types of the operands. */
function bindOperands(
  s: State,
  template: Template,
  names: ReadonlyMap<string, Value>,
  operands: readonly string[],
  found: Map<string, Value>,
): void {
  const scope = newScope("function", libraryScope(s, template.library));
  for (const [name, value] of names) scope.names.set(name, { value });
  const { tensors } = signatureOf(s, template);
  operands.forEach((name, i) => {
    const { shape, dtype } = tensors[i] ?? {};
    if (shape === undefined || dtype === undefined) return;
    try {
      const dims = evaluate(s, scope, shape);
      if (dims.kind !== "pack") return;
      const type = toDType(s, evaluate(s, scope, dtype), dtype);
      const exprs = dims.items.map((d) => toExpr(s, d, shape));
      found.set(name, hostValue(`the operand \`${name}\``, { type: "operand", shape: exprs, dtype: type })); // prettier-ignore
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
    }
  });
}

/** Parameters and symbols of a function by their names. */
export function parameterNames(func: PrimFunc): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const symbol of symbolsOf(func)) found.set(symbol.name, dimValue(symbol));
  for (const { var: v, buffer } of func.params) {
    if (buffer === undefined) continue;
    const { shape, dtype, name } = buffer;
    const value = hostValue(`the parameter \`${name}\``, { type: "operand", shape, dtype });
    found.set(v.name, value);
    found.set(name, value);
  }
  // They keep their meaning.
  for (const root of ["S", "T", "R"]) found.delete(root);
  return found;
}
