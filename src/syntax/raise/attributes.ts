/** Attribute values and dictionaries as syntax, for both dialects. */
import type * as A from "../../../grammar/ast/nodes.js";
import type { AttrValue, Attrs } from "../../ir/core/node.js";
import type { Target } from "../../ir/module.js";
import { isNode } from "../../ir/nodes.js";
import { float64 } from "../../support/dtype.js";
import {
  boolExpr,
  callExpr,
  dictExpr,
  intExpr,
  listExpr,
  none,
  num,
  path,
  strExpr,
  unaryExpr,
} from "./build.js";
import type { RaiseContext } from "./context.js";
import { floatText } from "./relax/float-text.js";

/** Keys are stored as `tir.*`; today's TVM spells them `tirx.*`. */
export const printedKey = (ctx: RaiseContext, key: string): string =>
  ctx.dialect !== "tvm-0.18" && key.startsWith("tir.") ? `tirx.${key.slice(4)}` : key;

/** `{"a": 1, "b": [1, 2]}`, keys in order of code points. */
export function raiseAttrs(ctx: RaiseContext, attrs: Attrs): A.Dict {
  const entries = [...attrs].map(([key, value]): [string, A.Expr] => [
    printedKey(ctx, key),
    raiseAttrValue(ctx, value),
  ]);
  return dictExpr(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Bare integers and floats are plain data; typed constants keep their type. */
export function raiseAttrValue(ctx: RaiseContext, value: AttrValue): A.Expr {
  if (value === null) return none;
  if (typeof value === "boolean") return boolExpr(value);
  if (typeof value === "number" || typeof value === "bigint") return intExpr(value);
  if (typeof value === "string") return strExpr(value);
  if (value instanceof Map) return raiseAttrs(ctx, value);
  if (!isNode(value))
    return listExpr((value as readonly AttrValue[]).map((item) => raiseAttrValue(ctx, item)));
  if (value.kind === "ir.Target") return raiseTarget(ctx, value);
  if (value.kind === "tir.StringImm")
    return callExpr(path(ctx.T, "StringImm"), [strExpr(value.value)]);
  if (value.kind === "tir.FloatImm" && value.dtype === float64 && Number.isFinite(value.value)) {
    const digits = floatText(Math.abs(value.value), float64);
    return value.value < 0 || Object.is(value.value, -0)
      ? unaryExpr("-", num(digits))
      : num(digits);
  }
  return ctx.raisers.node(ctx, value, true);
}

/** `T.target("llvm")` when the name says all, else the keys that were given. */
function raiseTarget(ctx: RaiseContext, target: Target): A.Expr {
  const kind = target.config.get("kind");
  const only = target.config.size === 1 && typeof kind === "string";
  const what = only ? strExpr(kind) : raiseAttrs(ctx, target.config);
  const host: [string, A.Expr][] =
    target.host === undefined ? [] : [["host", raiseTarget(ctx, target.host)]];
  return callExpr(path(ctx.T, "target"), [what], host);
}
