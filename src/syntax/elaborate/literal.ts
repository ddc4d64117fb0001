/** Literals that both dialects read: dtypes, numbers, attribute values. */
import type { Expr } from "../../../grammar/ast/nodes.js";
import { numberValue } from "../../../grammar/index.js";
import type { AttrValue, Attrs } from "../../ir/core/node.js";
import { floatImm } from "../../ir/tir/expr.js";
import { float64, tryDType, voidType, type DType } from "../../support/dtype.js";
import { negInt } from "../../support/int.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../codes.js";
import { memberOf, report, resolve, spanOf, type ElabContext } from "../context.js";
import { storedKey } from "../dialect-names.js";

/** Names of the common types, for suggestions. */
const DTYPE_NAMES = [
  "bool", "int4", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
  "float64", "bfloat16", "float8_e4m3fn", "float8_e5m2", "handle", "void",
]; // prettier-ignore

/** A dtype by name; reports an unknown one at `at`. */
export function namedDType(ctx: ElabContext, name: string, at: Expr): DType | undefined {
  // Printers of 2022 write an empty name for calls without a result.
  const found = name === "" ? voidType : tryDType(name);
  if (found === undefined) {
    const near = didYouMean(name, DTYPE_NAMES);
    report(
      ctx,
      codes.unknownDType({ at: spanOf(ctx, at), name, hints: near === undefined ? [] : [near] }),
    );
  }
  return found;
}

/**
 * Reads a dtype where one is expected: `"float32"`, `T.float32`, a template constant that holds a name.
 * Undefined when the expression is not a dtype (nothing is reported) or names none (reported).
 */
export function elaborateDType(ctx: ElabContext, expr: Expr): DType | undefined {
  switch (expr.kind) {
    case "Str":
      return namedDType(ctx, expr.value, expr);
    case "Name": {
      const entity = resolve(ctx, expr.id);
      if (entity?.kind === "constant" && typeof entity.value === "string")
        return namedDType(ctx, entity.value, expr);
      if (entity?.kind === "constant" && isDTypeNode(entity.value)) return entity.value.value;
      return undefined;
    }
    case "Attribute": {
      const member = memberOf(ctx, expr);
      if (member?.dialect === "T") return tryDType(member.name);
      if (expr.name === "dtype" && expr.value.kind === "Name") {
        const entity = resolve(ctx, expr.value.id);
        if (entity?.kind === "buffer") return entity.buffer.dtype;
        if (entity?.kind === "scalar") return entity.var.dtype;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

const isDTypeNode = (value: AttrValue): value is import("../../ir/tir/expr.js").DTypeImm =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.DTypeImm";

/**
 * Reads a plain literal as an attribute value: None, booleans, numbers (floats as float64 constants), strings, lists,
 * tuples, dictionaries, template constants. Undefined for anything else; nothing is reported.
 */
export function plainLiteral(ctx: ElabContext, expr: Expr): AttrValue | undefined {
  switch (expr.kind) {
    case "Constant":
      return expr.value === "None"
        ? null
        : expr.value === "..."
          ? undefined
          : expr.value === "True";
    case "Str":
      return expr.prefix === undefined ? expr.value : undefined;
    case "Num": {
      const n = numberValue(expr);
      return "int" in n ? n.int : floatImm(n.float, float64, spanOf(ctx, expr));
    }
    case "Unary": {
      if (expr.op !== "-" && expr.op !== "+") return undefined;
      const value = plainLiteral(ctx, expr.operand);
      if (typeof value === "number" || typeof value === "bigint")
        return expr.op === "-" ? negInt(value) : value;
      if (!isFloatNode(value)) return undefined;
      return expr.op === "-" ? floatImm(-value.value, value.dtype, value.span) : value;
    }
    case "Tuple":
    case "List": {
      const items: AttrValue[] = [];
      for (const item of expr.items) {
        const value = plainLiteral(ctx, item);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    }
    case "Dict": {
      const map = new Map<string, AttrValue>();
      for (const { key, value } of expr.entries) {
        const v = plainLiteral(ctx, value);
        if (key.kind !== "Str" || v === undefined) return undefined;
        map.set(storedKey(key.value), v);
      }
      return map;
    }
    case "Name": {
      const entity = resolve(ctx, expr.id);
      return entity?.kind === "constant" ? entity.value : undefined;
    }
    default:
      return undefined;
  }
}

const isFloatNode = (
  value: AttrValue | undefined,
): value is import("../../ir/tir/expr.js").FloatImm =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.FloatImm";

/** Whether an attribute value is a dictionary. */
export const isAttrs = (value: AttrValue): value is Attrs => value instanceof Map;
