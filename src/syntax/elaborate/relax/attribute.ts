/** Attributes of operator calls: literals converted to the declared kind. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { floatImm } from "../../../ir/tir/expr.js";
import type { OpParam } from "../../../op/op.js";
import { float64 } from "../../../support/dtype.js";
import { isInt, type Int } from "../../../support/int.js";
import { memberOf } from "../../context.js";
import { elaborateAttrValue } from "../attributes.js";
import { elaborateDType } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { meshOf, parseDevice } from "./device.js";
import { elaborateIndexMap } from "./index-map.js";
import { literalText } from "./operand.js";
import { at, fail, type FunctionState } from "./state.js";

const EXPECTED: Readonly<Record<string, string>> = {
  int: "an integer",
  "int[]": "integers",
  float: "a number",
  "float[]": "numbers",
  bool: "True or False",
  str: "a string",
  "str[]": "strings",
  dtype: "a dtype",
};

/** Value of an attribute; undefined when it cannot be one (reported). */
export function elaborateAttribute(
  state: FunctionState,
  expr: A.Expr,
  param: OpParam,
  op: string,
): AttrValue | undefined {
  switch (param.type) {
    case "vdevice":
      return parseDevice(state, expr) ?? undefined;
    case "mesh":
      return meshOf(state, expr);
    case "index_map":
      return elaborateIndexMap(state, expr);
    case "dtype": {
      const dtype = dtypeName(state, expr);
      if (dtype !== undefined) return dtype;
      if (expr.kind === "Str") return undefined;
      break;
    }
    default:
      break;
  }
  const value = attributeValue(state, expr);
  if (value === undefined) return undefined;
  if (value === null && param.optional === true) return null;
  const converted = convert(value, param);
  if (converted !== undefined) return converted;
  fail(
    state,
    relaxCodes.expectedArgument({
      at: at(state, expr),
      op,
      name: param.name,
      expected: EXPECTED[param.type] ?? "a literal",
      found: literalText(state, expr) ?? "another value",
    }),
  );
  return undefined;
}

/** Any literal, and scalars and strings in their operand spelling. */
function attributeValue(state: FunctionState, expr: A.Expr): AttrValue | undefined {
  const member = expr.kind === "Call" ? memberOf(state.ctx, expr.func) : undefined;
  if (
    member?.dialect === "R" &&
    WRAPPERS.has(member.name) &&
    expr.kind === "Call" &&
    expr.args.length === 1
  ) {
    return attributeValue(state, expr.args[0]!.value);
  }
  return elaborateAttrValue(state.ctx, expr);
}

const WRAPPERS = new Set(["prim_value", "str", "dtype", "shape"]);

/** Canonical name of a dtype; `null` for none (`""`, `"void"`, `None`). */
function dtypeName(state: FunctionState, expr: A.Expr): string | null | undefined {
  if (expr.kind === "Str" && (expr.value === "" || expr.value === "void")) return null;
  return elaborateDType(state.ctx, expr)?.name;
}

function convert(value: AttrValue, param: OpParam): AttrValue | undefined {
  switch (param.type) {
    case "int":
      return integer(value);
    case "int[]": {
      if (Array.isArray(value)) return all((value as readonly AttrValue[]).map(integer));
      const one = integer(value);
      return one === undefined ? undefined : new Array<Int>(param.repeat ?? 1).fill(one);
    }
    case "float":
      return float(value);
    case "float[]":
      if (Array.isArray(value)) return all((value as readonly AttrValue[]).map(float));
      return all([float(value)]);
    case "bool":
      return boolean(value);
    case "str":
      return typeof value === "string" ? value : undefined;
    case "str[]":
      return Array.isArray(value) && value.every((v) => typeof v === "string") ? value : undefined;
    case "dtype":
      return value === null ? null : undefined;
    default:
      return value;
  }
}

const all = (values: readonly (AttrValue | undefined)[]): AttrValue | undefined =>
  values.some((v) => v === undefined) ? undefined : (values as readonly AttrValue[]);

function integer(value: AttrValue): Int | undefined {
  if (isInt(value)) return value;
  if (typeof value === "object" && value !== null && "kind" in value) {
    if (value.kind === "tir.IntImm") return value.value;
    if (value.kind === "tir.Unary" && value.op === "neg" && value.a.kind === "tir.IntImm")
      return -value.a.value;
  }
  return undefined;
}

function float(value: AttrValue): AttrValue | undefined {
  if (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "tir.FloatImm"
  ) {
    return floatImm(value.value, float64, value.span);
  }
  const whole = integer(value);
  if (whole !== undefined) return floatImm(Number(whole), float64);
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.Var"
    ? value
    : undefined;
}

function boolean(value: AttrValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  const whole = integer(value);
  return whole === 0 ? false : whole === 1 ? true : undefined;
}
