/** What an expression of R text evaluates to: IR, or something that only the elaborator knows. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import type { DeviceMesh, StructInfo, VDevice } from "../../../ir/relax/struct-info.js";
import type { Expr } from "../../../ir/relax/expr.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { Range } from "../../../ir/tir/buffer.js";

/** A literal of the text: null, boolean, integer, `tir.FloatImm`, string, list or dictionary. */
export interface LiteralValue {
  readonly kind: "literal";
  readonly value: AttrValue;
  readonly node: A.Expr;
}
/** Tuple or list display; what it becomes depends on where it stands. */
export interface ItemsValue {
  readonly kind: "items";
  readonly items: readonly Item[];
  readonly isList: boolean;
  readonly node: A.Expr;
}
/** One item of a display, with its text. */
export interface Item {
  readonly value: RValue;
  readonly node: A.Expr;
}
/** `R.match_cast(value, info)`; without `info` a `match_shape` whose target type follows from the operand. */
export interface CastValue {
  readonly kind: "cast";
  readonly value: Expr;
  readonly info: StructInfo;
  readonly node: A.Expr;
}
/** Objects that only attributes and types take. */
export interface ObjectValue {
  readonly kind: "object";
  readonly value: VDevice | DeviceMesh | IndexMap | Range;
}
/** Follows from a mistake that was reported. */
export interface ErrorValue {
  readonly kind: "error";
}

export type RValue =
  Expr | PrimExpr | StructInfo | LiteralValue | ItemsValue | CastValue | ObjectValue | ErrorValue;

export const errorValue: ErrorValue = { kind: "error" };

export const isPrim = (value: RValue): value is PrimExpr => value.kind.startsWith("tir.");
export const isInfo = (value: RValue): value is StructInfo =>
  value.kind.startsWith("relax.") && value.kind.endsWith("Info");
export const isExpr = (value: RValue): value is Expr =>
  (value.kind.startsWith("relax.") && !value.kind.endsWith("Info")) ||
  value.kind === "ir.GlobalVar" ||
  value.kind === "ir.ExternFunc";

/** How a value is called in messages. */
export function describe(value: RValue): string {
  switch (value.kind) {
    case "literal": {
      const v = value.value;
      if (v === null) return "`None`";
      if (typeof v === "string") return "a string";
      if (typeof v === "boolean") return "a boolean";
      if (v instanceof Map) return "a dictionary";
      return Array.isArray(v) ? "a list" : "a number";
    }
    case "items":
      return value.isList ? "a list" : "a tuple";
    case "cast":
      return "a cast";
    case "object":
      return "a device or map";
    case "relax.ShapeExpr":
      return "a shape";
    case "relax.Str":
      return "a string";
    case "relax.DTypeValue":
      return "a dtype";
    case "relax.Tuple":
      return "a tuple";
    case "ir.GlobalVar":
    case "ir.ExternFunc":
      return "a function";
    case "relax.PrimValue":
      return "a scalar";
    default:
      if (isPrim(value)) return "a scalar";
      return isInfo(value) ? "a type" : "a tensor or other value";
  }
}
