/** Attribute values and dictionaries: literals, typed constants, targets, index maps, devices, expressions. */
import type { Expr } from "../../../grammar/ast/nodes.js";
import type { AttrValue, Attrs } from "../../ir/core/node.js";
import { codes } from "../codes.js";
import { report, spanOf, type ElabContext } from "../context.js";
import { storedKey } from "../dialect-names.js";
import { plainLiteral } from "./literal.js";
import { elaborateValue } from "./tir/reader.js";
import { toAttrValue } from "./tir/operand.js";

/** Any attribute value. Reports what cannot be one; the result is then `undefined`. */
export function elaborateAttrValue(ctx: ElabContext, expr: Expr): AttrValue | undefined {
  if (expr.kind === "Dict") return elaborateAttrDict(ctx, expr);
  if (
    expr.kind === "List" ||
    (expr.kind === "Tuple" && !expr.items.some((i) => i.kind === "Starred"))
  ) {
    const items: AttrValue[] = [];
    for (const item of expr.items) {
      const value = elaborateAttrValue(ctx, item);
      if (value !== undefined) items.push(value);
    }
    return items;
  }
  const plain = plainLiteral(ctx, expr);
  if (plain !== undefined) return plain;
  return toAttrValue(ctx, elaborateValue(ctx, expr), expr);
}

/** `{"key": value, …}`; keys are stored in the `tir.*` spelling. Undefined (reported) when it is no dictionary. */
export function elaborateAttrDict(ctx: ElabContext, expr: Expr): Attrs | undefined {
  if (expr.kind !== "Dict") {
    const plain = plainLiteral(ctx, expr);
    if (plain instanceof Map) return plain;
    report(ctx, codes.expectedDictionary({ at: spanOf(ctx, expr) }));
    return undefined;
  }
  const map = new Map<string, AttrValue>();
  for (const { key, value } of expr.entries) {
    if (key.kind !== "Str" || key.prefix !== undefined) {
      report(ctx, codes.keyNotString({ at: spanOf(ctx, key) }));
      continue;
    }
    const stored = storedKey(key.value);
    if (map.has(stored)) report(ctx, codes.repeatedKey({ at: spanOf(ctx, key), key: key.value }));
    const v = elaborateAttrValue(ctx, value);
    if (v !== undefined) map.set(stored, key.value.startsWith("tir.") ? plainFlag(v) : v);
  }
  return map;
}

/** Under keys of their own spelling the older eras write flags as `T.bool(True)`; today they are plain booleans. */
function plainFlag(value: AttrValue): AttrValue {
  const isNode = typeof value === "object" && value !== null && "kind" in value;
  if (!isNode || value.kind !== "tir.IntImm" || value.dtype.code !== "bool") return value;
  return value.value !== 0;
}
