/** Run-time properties of tensors written as attributes: `x.ndim`, `x.shape[0]`, `x.dtype.bits`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { op as opNode, relaxCall } from "../../../ir/relax/expr.js";
import { elaborateExpr } from "./expression.js";
import { infoOf } from "./infer.js";
import { anyOperand, leaf } from "./operand.js";
import { at, type FunctionState } from "./state.js";
import { isExpr, type RValue } from "./value.js";

const PLAIN: Readonly<Record<string, string>> = {
  ndim: "inspect.tensor_ndim",
  byte_offset: "inspect.tensor_byte_offset",
  elem_offset: "inspect.tensor_elem_offset",
};
const DTYPE: Readonly<Record<string, string>> = {
  type_code: "inspect.tensor_dtype_code",
  bits: "inspect.tensor_dtype_bits",
  lanes: "inspect.tensor_dtype_lanes",
};
const INDEXED: Readonly<Record<string, string>> = {
  shape: "inspect.tensor_shape_i",
  strides: "inspect.tensor_stride_i",
};

/** The operator that reads a property; undefined when the expression is no such property. */
export function inspectProperty(state: FunctionState, expr: A.Attribute): RValue | undefined {
  const inner = expr.value;
  const plain = Object.hasOwn(PLAIN, expr.name) ? PLAIN[expr.name] : undefined;
  if (plain !== undefined) return read(state, plain, inner, expr);
  const code = Object.hasOwn(DTYPE, expr.name) ? DTYPE[expr.name] : undefined;
  if (code === undefined || inner.kind !== "Attribute" || inner.name !== "dtype") return undefined;
  return read(state, code, inner.value, expr);
}

/** `x.shape[i]`, `x.strides[i]`; undefined when the expression is neither. */
export function inspectItem(state: FunctionState, expr: A.Subscript): RValue | undefined {
  const { value, items } = expr;
  if (value.kind !== "Attribute" || items.length !== 1 || !Object.hasOwn(INDEXED, value.name))
    return undefined;
  return read(state, INDEXED[value.name]!, value.value, expr, items[0]!);
}

function read(
  state: FunctionState,
  op: string,
  tensor: A.Expr,
  whole: A.Expr,
  index?: A.Expr,
): RValue | undefined {
  const value = elaborateExpr(state, tensor);
  if (value.kind === "error") return value;
  if (!isExpr(value)) return undefined;
  const operand = leaf(state, value, at(state, tensor));
  const info = infoOf(state.ctx, operand).kind;
  if (info !== "relax.TensorInfo" && info !== "relax.ObjectInfo") return undefined;
  const args = [operand];
  if (index !== undefined) {
    const item = anyOperand(
      state,
      { value: elaborateExpr(state, index), node: index },
      { op, name: "axis" },
    );
    if (item === undefined) return { kind: "error" };
    args.push(item);
  }
  return relaxCall(opNode(op), args, { span: at(state, whole) });
}
