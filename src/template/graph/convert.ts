/** Values of templates as operands and attributes of graph calls, and back. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import {
  constant, dtypeValue as dtypeExpr, primValue, shapeExpr, str, tuple, tupleGetItem, type Expr,
} from "../../ir/relax/expr.js"; // prettier-ignore
import type { StructInfo } from "../../ir/relax/struct-info.js";
import { boolImm, dtypeImm, floatImm, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import { callTir, type LoweredTir } from "../../op/lowering.js";
import { isScalarParam } from "../../op/normal-form.js";
import type { OpParam } from "../../op/op.js";
import { bool, float64, int64, isFloat, type DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import { tensorOf } from "../../syntax/elaborate/relax/tensor-data.js";
import { codes } from "../codes.js";
import { fail, placeOf, type State } from "../state.js";
import { pack, valueText, type Value } from "../values.js";
import type { GraphBuilder } from "./graph-builder.js";

const wrong = (s: State, at: AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** A value of the graph; a tuple is a pack of its fields. */
export function graphValue(expr: Expr, info: StructInfo): Value {
  if (info.kind !== "relax.TupleInfo") return { kind: "relax", expr };
  return pack(info.fields.map((field, i) => graphValue(tupleGetItem(expr, i), field)));
}

/** A value of the graph as an expression; packs are tuples. */
export function toRelax(s: State, v: Value, at: AstBase): Expr {
  if (v.kind === "relax") return v.expr;
  if (v.kind === "pack") return tuple(v.items.map((x) => toRelax(s, x, at)));
  return wrong(
    s,
    at,
    `${valueText(v)} is no value of the graph: R.const and S.tensor make tensors`,
  );
}

/** An operand of a call. */
export function toOperand(s: State, v: Value, param: OpParam, at: AstBase): Expr {
  switch (param.type) {
    case "shape":
      if (v.kind === "relax") return v.expr;
      return shapeExpr(
        v.kind === "pack"
          ? v.items.map((x) => toPrim(s, x, at))
          : wrong(s, at, `${valueText(v)} is no shape`),
      );
    case "prim":
      return v.kind === "relax" ? v.expr : primValue(toPrim(s, v, at));
    case "prims":
      return tuple(
        v.kind === "pack"
          ? v.items.map((x) => primValue(toPrim(s, x, at)))
          : [primValue(toPrim(s, v, at))],
      );
    case "str":
      return v.kind === "str" ? str(v.value) : wrong(s, at, `${valueText(v)} is no string`);
    case "dtype":
      return v.kind === "dtype" ? dtypeExpr(v.dtype) : wrong(s, at, `${valueText(v)} is no dtype`);
    default:
      return toRelax(s, v, at);
  }
}

/** A scalar over symbols. */
export function toPrim(s: State, v: Value, at: AstBase): PrimExpr {
  switch (v.kind) {
    case "int":
      return intImm(v.value, int64);
    case "bool":
      return boolImm(v.value);
    case "float":
      return floatImm(v.value, float64);
    case "expr":
      return v.expr;
    default:
      return wrong(s, at, `${valueText(v)} is no number`);
  }
}

/** An attribute of a call. */
export function toAttribute(
  s: State,
  v: Value,
  param: OpParam | undefined,
  at: AstBase,
): AttrValue {
  switch (v.kind) {
    case "none":
      return null;
    case "bool":
    case "str":
      return v.value;
    case "int":
      if (param?.type === "float") return floatImm(Number(v.value), float64);
      return param?.type === "int[]" ? Array<Int>(param.repeat ?? 1).fill(v.value) : v.value;
    case "float":
      return floatImm(v.value, float64);
    case "dtype":
      return param === undefined ? dtypeImm(v.dtype) : v.dtype.name;
    case "expr":
      return v.expr;
    case "pack": {
      const item = param?.type === "float[]" ? { ...param, type: "float" as const } : undefined;
      return v.items.map((x) => toAttribute(s, x, item, at));
    }
    default:
      return wrong(s, at, `${valueText(v)} is no attribute`);
  }
}

/** Whether a parameter takes a value of the graph, not a scalar or attribute. */
export const takesTensor = (param: OpParam): boolean =>
  param.role === "arg" && !isScalarParam(param);

/** A tensor of static numbers: one, or nested packs of equal lengths. */
export function constantOf(s: State, v: Value, dtype: DType | undefined, at: AstBase): Expr {
  const shape: number[] = [];
  for (let inner = v; inner.kind === "pack"; inner = inner.items[0]!) {
    shape.push(inner.items.length);
    if (inner.items.length === 0) break;
  }
  const elements: Int[] = [];
  let found: DType = bool;
  const collect = (x: Value, depth: number): void => {
    if (x.kind === "pack" && x.items.length === shape[depth])
      return x.items.forEach((y) => collect(y, depth + 1));
    if (depth !== shape.length || (x.kind !== "int" && x.kind !== "float" && x.kind !== "bool"))
      return wrong(s, at, `${valueText(x)} is no static number`);
    if (x.kind === "float") found = float64;
    else if (x.kind === "int" && found === bool) found = int64;
    elements.push(x.kind === "bool" ? Number(x.value) : x.value);
  };
  collect(v, 0);
  const type = dtype ?? found;
  const plain = isFloat(type)
    ? elements
    : elements.map((x) =>
        typeof x === "number" && !Number.isSafeInteger(x)
          ? wrong(s, at, `${x} is no ${type.name}`)
          : x,
      );
  return constant(tensorOf(type, shape, plain));
}

/** A tensor without dimensions that holds a length. */
export function tensorOfDim(s: State, g: GraphBuilder, v: Value, dtype: DType, at: AstBase): Expr {
  const scalar = g.instances.scalar(toPrim(s, v, at), dtype, g.site);
  return scalar.kind === "relax.Const" ? scalar : g.emit(callOf(g, scalar), "scalar");
}

/** The call of a loop nest. */
export const callOf = (g: GraphBuilder, lowered: LoweredTir): Expr =>
  callTir(g.site.nameOf(lowered.func), lowered);
