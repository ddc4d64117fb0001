/** Attributes of operator calls as keyword arguments. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import type { OpParam } from "../../../op/op.js";
import { float64, int64 } from "../../../support/dtype.js";
import { isInt } from "../../../support/int.js";
import {
  boolExpr,
  callExpr,
  intExpr,
  lambdaExpr,
  listExpr,
  none,
  path,
  strExpr,
  tupleExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { floatExpr } from "./constant.js";
import { deviceText, raiseMesh } from "./types.js";
import { attrExpr, scalarExpr } from "./scalar.js";

/** The keyword argument of an attribute, or undefined when the default says it. */
export function raiseAttribute(
  ctx: RaiseContext,
  param: OpParam,
  value: AttrValue,
): A.Expr | undefined {
  if (value === null)
    return param.default === undefined || param.default === null ? undefined : none;
  if (
    ctx.options.defaults !== "all" &&
    param.default !== undefined &&
    sameAttribute(value, param.default)
  )
    return undefined;
  return attributeExpr(ctx, value, param);
}

/** Whether two attribute values are equal. */
export function sameAttribute(a: AttrValue, b: AttrValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((x, i) => sameAttribute(x as AttrValue, b[i] as AttrValue))
    );
  }
  if (a instanceof Map) {
    return (
      b instanceof Map &&
      a.size === b.size &&
      [...a].every(([k, v]) => b.has(k) && sameAttribute(v as AttrValue, b.get(k) as AttrValue))
    );
  }
  return "kind" in a && "kind" in b && structuralEqual(a, b);
}

function attributeExpr(ctx: RaiseContext, value: AttrValue, param?: OpParam): A.Expr {
  if (typeof value === "boolean") return boolExpr(value);
  if (isInt(value)) return intExpr(value);
  if (typeof value === "string")
    return param?.type === "mesh" ? raiseMesh(ctx, value) : strExpr(value);
  if (Array.isArray(value)) return listExpr(value.map((v) => attributeExpr(ctx, v as AttrValue)));
  if (typeof value !== "object" || value === null || value instanceof Map || !("kind" in value))
    return attrExpr(ctx, value);
  switch (value.kind) {
    case "tir.FloatImm":
      return value.dtype === float64 ? floatExpr(value.value, float64) : scalarExpr(ctx, value);
    case "ir.VDevice":
      return strExpr(deviceText(ctx, value));
    case "ir.DeviceMesh":
      return raiseMesh(ctx, value);
    case "tir.IndexMap":
      return raiseIndexMap(ctx, value);
    default:
      return attrExpr(ctx, value);
  }
}

/** `lambda i, j: (j, i)`, or `T.index_map(…)` when there is an inverse to say. */
export function raiseIndexMap(ctx: RaiseContext, map: IndexMap): A.Expr {
  ctx.names.push();
  const params = map.params.map((p) => ctx.names.give(p, p.name));
  const items: A.Expr[] = map.results.map((r) => scalarExpr(ctx, r));
  const lambda = lambdaExpr(params, tupleExpr(items));
  ctx.names.pop();
  const keywords: (readonly [string, A.Expr])[] = [];
  if (map.inverse !== undefined)
    keywords.push(["inverse_index_map", raiseIndexMap(ctx, map.inverse)]);
  const dtype = map.params[0]?.dtype ?? int64;
  if (dtype !== int64) keywords.push(["index_dtype", strExpr(dtype.name)]);
  return callExpr(path(ctx.T, "index_map"), [lambda], keywords);
}
