/** Leaf expressions as operands of instructions. */
import {
  constantOperand,
  functionOperand,
  immediate,
  register,
  VOID,
  type BuilderOperand,
} from "../../artefact/index.js";
import { exprText } from "../../arith/index.js";
import type { Expr, Tuple, Var } from "../../ir/relax/expr.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { isFloat } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { codes } from "./codes.js";
import { kernelSignature } from "./kernel-signature.js";
import {
  builtin,
  dimOperand,
  dimsKey,
  fail,
  heapOperand,
  temporary,
  type Program,
  type State,
} from "./state.js";

/** Number of a module-level function in the function table. */
export function functionIndex(p: Program, name: string, at: Span | undefined): number {
  const func = p.module.functions.get(name);
  switch (func?.kind) {
    case "tir.PrimFunc":
      return p.builder.kernel(name, () => kernelSignature(func));
    case "relax.Function":
      return p.builder.declare(name);
    case "ir.ExternFunc":
      return p.builder.host(func.symbol);
    case undefined:
      return fail(codes.noFunction({ at, name }));
  }
}

/** Number of what an external name means: a function of the module of that name, or one of the host. */
export function externIndex(p: Program, symbol: string): number {
  const func = p.module.functions.get(symbol);
  if (func === undefined || func.kind === "ir.ExternFunc") return p.builder.host(symbol);
  return functionIndex(p, symbol, undefined);
}

export function registerOf(s: State, v: Var): number {
  const known = s.values.get(v);
  return known ?? fail(codes.unboundValue({ at: v.span, name: v.name }));
}

/** A scalar: an immediate, a constant, or computed from symbols. */
export function primOperand(s: State, e: PrimExpr, at: Span | undefined): BuilderOperand {
  const constant = (c: Parameters<State["b"]["constant"]>[0]): BuilderOperand =>
    constantOperand(s.b.constant(c));
  if (e.kind === "tir.StringImm") return constant({ kind: "string", value: e.value });
  if (e.kind === "tir.FloatImm") {
    return constant({ kind: "float", value: e.value, dtype: e.dtype.name });
  }
  if (e.kind === "tir.IntImm") {
    return e.dtype.name === "int64"
      ? immediate(e.value)
      : constant({ kind: "int", value: e.value, dtype: e.dtype.name });
  }
  if (isFloat(e.dtype)) {
    const known = e.kind === "tir.Var" ? s.floats.get(e) : undefined;
    if (known !== undefined) return register(known);
    return fail(codes.dimension({ at: at ?? e.span, expression: exprText(e) }));
  }
  const [kind, value] = dimOperand(s, e, at);
  const r = temporary(s);
  const type = e.dtype.name === "int64" ? [] : [constant({ kind: "dtype", value: e.dtype.name })];
  const heap = kind.kind === "immediate" && kind.value === 0 ? VOID : heapOperand(s);
  s.b.call(builtin(s, "make_prim_value"), [heap, kind, value, ...type], r, at);
  return register(r);
}

/** A shape; the same dimensions are made once in a branch. */
export function shapeOperand(
  s: State,
  dims: readonly PrimExpr[],
  at: Span | undefined,
): BuilderOperand {
  const operands = dims.map((d) => dimOperand(s, d, at));
  const isStatic = operands.every(([kind]) => kind.kind === "immediate" && kind.value === 0);
  if (isStatic) {
    const values = operands.map(([, o]) => (o.kind === "immediate" ? o.value : 0));
    return constantOperand(s.b.constant({ kind: "shape", dims: values }));
  }
  const key = dimsKey(operands);
  const known = s.shapes.get(key);
  if (known !== undefined) return register(known);
  const r = s.registers.take();
  const args = [heapOperand(s), immediate(dims.length), ...operands.flat()];
  s.b.call(builtin(s, "make_shape"), args, r, at);
  s.shapes.set(key, r);
  return register(r);
}

/** A leaf, or a tuple of leaves. */
export function operandOf(s: State, e: Expr): BuilderOperand {
  switch (e.kind) {
    case "relax.Var":
      return register(registerOf(s, e));
    case "relax.Const":
      return constantOperand(s.b.constant({ kind: "tensor", data: e.data }));
    case "relax.ShapeExpr":
      return shapeOperand(s, e.values, e.span);
    case "relax.PrimValue":
      return primOperand(s, e.value, e.span);
    case "relax.Str":
      return constantOperand(s.b.constant({ kind: "string", value: e.value }));
    case "relax.DTypeValue":
      return constantOperand(s.b.constant({ kind: "dtype", value: e.value.name }));
    case "ir.GlobalVar":
      return functionOperand(functionIndex(s.program, e.name, e.span));
    case "ir.ExternFunc":
      return functionOperand(externIndex(s.program, e.symbol));
    case "relax.Tuple":
      return tupleOperand(s, e);
    default:
      return fail(codes.unboundValue({ at: e.span, name: e.kind }));
  }
}

function tupleOperand(s: State, e: Tuple): BuilderOperand {
  const fields = e.fields.map((f) => operandOf(s, f));
  const r = temporary(s, true);
  s.b.call(builtin(s, "make_tuple"), fields, r, e.span);
  return register(r);
}

const infoOf = (e: Expr): StructInfo | undefined => (e.kind === "relax.Var" ? e.sinfo : undefined);

/** Members of an argument tuple, as operands; a variable is taken apart by its struct info. */
export function memberOperands(s: State, e: Expr | undefined): BuilderOperand[] {
  if (e === undefined) return [];
  if (e.kind === "relax.Tuple") return e.fields.map((f) => operandOf(s, f));
  const info = infoOf(e);
  if (info?.kind === "relax.TupleInfo") {
    const tuple = operandOf(s, e);
    return info.fields.map((_, i) => {
      const r = temporary(s, true);
      s.b.call(builtin(s, "tuple_getitem"), [tuple, immediate(i)], r, e.span);
      return register(r);
    });
  }
  if (info === undefined || info.kind === "relax.ObjectInfo") {
    return fail(codes.tupleSize({ at: e.span }));
  }
  return [operandOf(s, e)];
}
