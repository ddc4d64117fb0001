/** Constant tensors: `R.const(…)`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Const } from "../../../ir/relax/expr.js";
import { isFloat, type DType } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import { elementsOf, type Element } from "../../elaborate/relax/tensor-data.js";
import {
  boolExpr,
  callExpr,
  intExpr,
  listExpr,
  nameExpr,
  num,
  path,
  strExpr,
  tupleExpr,
  unaryExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { floatText } from "./float-text.js";
import { raiseType } from "./types.js";

/** `R.const(value, "dtype")`, with nested lists for rank 1 and more. */
export function raiseConst(ctx: RaiseContext, value: Const): A.Expr {
  const { data } = value;
  const elements = elementsOf(data);
  if (value.sinfo !== undefined) {
    const type = raiseType(ctx, value.sinfo, "body");
    return callExpr(path(ctx.R, "dist.const"), [nested(data, elements, 0, 0), type]);
  }
  const keywords: (readonly [string, A.Expr])[] = [];
  // Nested lists cannot say the lengths below one of zero.
  const zero = data.shape.indexOf(0);
  if (zero >= 0 && zero < data.shape.length - 1)
    keywords.push(["shape", tupleExpr(data.shape.map(intExpr))]);
  return callExpr(
    path(ctx.R, "const"),
    [nested(data, elements, 0, 0), strExpr(data.dtype.name)],
    keywords,
  );
}

function nested(data: NDArray, elements: readonly Element[], axis: number, offset: number): A.Expr {
  if (axis === data.shape.length) return elementExpr(elements[offset]!, data.dtype);
  const stride = data.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  return listExpr(
    Array.from({ length: data.shape[axis]! }, (_, i) =>
      nested(data, elements, axis + 1, offset + i * stride),
    ),
  );
}

function elementExpr(value: Element, dtype: DType): A.Expr {
  if (dtype.code === "bool") return boolExpr(value !== 0);
  return isFloat(dtype) ? floatExpr(Number(value), dtype) : intExpr(value);
}

/** A float in place; `float("inf")` and its kin for what has no digits. */
export function floatExpr(value: number, dtype: DType): A.Expr {
  if (Number.isNaN(value)) return callExpr(nameExpr("float"), [strExpr("nan")]);
  if (!Number.isFinite(value))
    return callExpr(nameExpr("float"), [strExpr(value > 0 ? "inf" : "-inf")]);
  if (value < 0 || Object.is(value, -0)) return unaryExpr("-", num(floatText(-value, dtype)));
  return num(floatText(value, dtype));
}
