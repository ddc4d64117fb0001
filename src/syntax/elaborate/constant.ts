/** Template constants: values that are known while the text is read. */
import type { Binary, Compare, Expr } from "../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import { dtypeImm, floatImm } from "../../ir/tir/expr.js";
import { float64, tryDType } from "../../support/dtype.js";
import {
  addInt,
  floorDivInt,
  floorModInt,
  isInt,
  mulInt,
  subInt,
  type Int,
} from "../../support/int.js";
import { isOrdered, isOrderSign } from "../../support/ordering.js";
import { memberOf, resolve, type ElabContext } from "../context.js";
import { plainLiteral } from "./literal.js";

/** Value of an expression of literals and template constants; undefined when it is something else. */
export function constantValue(ctx: ElabContext, expr: Expr): AttrValue | undefined {
  const literal = plainLiteral(ctx, expr);
  if (literal !== undefined) return literal;
  switch (expr.kind) {
    case "Binary":
      return binaryValue(ctx, expr);
    case "Compare":
      return compareValue(ctx, expr);
    case "BoolOp": {
      const left = constantValue(ctx, expr.left);
      if (left === undefined) return undefined;
      const right = constantValue(ctx, expr.right);
      if (right === undefined) return undefined;
      return (expr.op === "and") === isTrue(left) ? right : left;
    }
    case "Unary": {
      const value = constantValue(ctx, expr.operand);
      if (value === undefined) return undefined;
      if (expr.op === "not") return !isTrue(value);
      const n = numberOf(value);
      if (n === undefined || expr.op === "~") return undefined;
      return expr.op === "+"
        ? value
        : isInt(n) && isInt(value)
          ? subInt(0, n)
          : floatImm(-Number(n), float64);
    }
    case "Conditional": {
      const cond = constantValue(ctx, expr.cond);
      return cond === undefined
        ? undefined
        : constantValue(ctx, isTrue(cond) ? expr.then : expr.otherwise);
    }
    case "Tuple":
    case "List": {
      const items: AttrValue[] = [];
      for (const item of expr.items) {
        const value = constantValue(ctx, item.kind === "Starred" ? item.value : item);
        if (value === undefined) return undefined;
        if (item.kind === "Starred" && Array.isArray(value)) items.push(...(value as AttrValue[]));
        else items.push(value);
      }
      return items;
    }
    case "Subscript": {
      const base = constantValue(ctx, expr.value);
      const index = expr.items.length === 1 ? constantValue(ctx, expr.items[0]!) : undefined;
      if (!Array.isArray(base) || typeof index !== "number") return undefined;
      return (base as readonly AttrValue[])[index < 0 ? index + base.length : index];
    }
    case "Attribute": {
      const member = memberOf(ctx, expr);
      const dtype = member?.dialect === "T" ? tryDType(member.name) : undefined;
      return dtype === undefined ? undefined : dtypeImm(dtype);
    }
    default:
      return undefined;
  }
}

/** Whether an expression mentions a template constant. */
export function mentionsConstant(ctx: ElabContext, expr: Expr): boolean {
  switch (expr.kind) {
    case "Name":
      return resolve(ctx, expr.id)?.kind === "constant";
    case "Binary":
    case "BoolOp":
      return mentionsConstant(ctx, expr.left) || mentionsConstant(ctx, expr.right);
    case "Compare":
      return expr.operands.some((e) => mentionsConstant(ctx, e));
    case "Unary":
      return mentionsConstant(ctx, expr.operand);
    case "Subscript":
      return mentionsConstant(ctx, expr.value);
    default:
      return false;
  }
}

/** Truth in Python's sense. */
export function isTrue(value: AttrValue): boolean {
  if (value === null || value === false || value === 0 || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (typeof value === "object" && "kind" in value && value.kind === "tir.FloatImm")
    return value.value !== 0;
  return true;
}

function numberOf(value: AttrValue): Int | number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (isInt(value)) return value;
  if (
    value !== null &&
    typeof value === "object" &&
    "kind" in value &&
    value.kind === "tir.FloatImm"
  )
    return value.value;
  return undefined;
}

const isFloatNode = (value: AttrValue): boolean =>
  value !== null && typeof value === "object" && "kind" in value && value.kind === "tir.FloatImm";

function binaryValue(ctx: ElabContext, expr: Binary): AttrValue | undefined {
  const a = constantValue(ctx, expr.left);
  const b = constantValue(ctx, expr.right);
  if (a === undefined || b === undefined) return undefined;
  if (expr.op === "+" && typeof a === "string" && typeof b === "string") return a + b;
  if (expr.op === "+" && Array.isArray(a) && Array.isArray(b))
    return [...(a as AttrValue[]), ...(b as AttrValue[])];
  const x = numberOf(a);
  const y = numberOf(b);
  if (x === undefined || y === undefined) return undefined;
  if (isFloatNode(a) || isFloatNode(b) || expr.op === "/") {
    const result = floatOperation(expr.op, Number(x), Number(y));
    return result === undefined ? undefined : floatImm(result, float64);
  }
  return intOperation(expr.op, x, y);
}

function floatOperation(op: Binary["op"], x: number, y: number): number | undefined {
  switch (op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return y === 0 ? undefined : x / y;
    case "**":
      return x ** y;
    default:
      return undefined;
  }
}

function intOperation(op: Binary["op"], x: Int, y: Int): Int | undefined {
  switch (op) {
    case "+":
      return addInt(x, y);
    case "-":
      return subInt(x, y);
    case "*":
      return mulInt(x, y);
    case "//":
      return y === 0 ? undefined : floorDivInt(x, y);
    case "%":
      return y === 0 ? undefined : floorModInt(x, y);
    case "**":
      return y < 0 || y > 64 ? undefined : power(x, Number(y));
    case "<<":
      return y < 0 || y > 64 ? undefined : mulInt(x, power(2, Number(y)));
    case ">>":
      return y < 0 || y > 64 ? undefined : floorDivInt(x, power(2, Number(y)));
    default:
      return undefined;
  }
}

const power = (x: Int, n: number): Int => {
  let r: Int = 1;
  for (let i = 0; i < n; i++) r = mulInt(r, x);
  return r;
};

function compareValue(ctx: ElabContext, expr: Compare): AttrValue | undefined {
  const values = expr.operands.map((e) => constantValue(ctx, e));
  for (let i = 0; i < expr.ops.length; i++) {
    const one = compareOne(expr.ops[i]!, values[i], values[i + 1]);
    if (one === undefined) return undefined;
    if (!one) return false;
  }
  return true;
}

function compareOne(
  op: Compare["ops"][number],
  a: AttrValue | undefined,
  b: AttrValue | undefined,
): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  const x = typeof a === "string" || a === null ? a : numberOf(a);
  const y = typeof b === "string" || b === null ? b : numberOf(b);
  if (x === undefined || y === undefined) return undefined;
  if (op === "==" || op === "is") return x === y;
  if (op === "!=" || op === "is not") return x !== y;
  if (x === null || y === null || typeof x !== typeof y) return undefined;
  return isOrderSign(op) ? isOrdered(op, x, y) : undefined;
}
