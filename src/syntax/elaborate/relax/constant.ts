/** `R.const(…)`: numbers and nested lists to tensors. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { constant, type Const } from "../../../ir/relax/expr.js";
import {
  bool,
  dtype as dtypeNamed,
  float32,
  int32,
  isFloat,
  type DType,
} from "../../../support/dtype.js";
import { isInt } from "../../../support/int.js";
import { constantValue } from "../constant.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateExpr } from "./expression.js";
import { at, fail, type FunctionState } from "./state.js";
import { fits, tensorOf, type Element } from "./tensor-data.js";
import { requiredDType } from "./types.js";
import { describe, type RValue } from "./value.js";

interface Leaf {
  readonly value: Element;
  readonly kind: "int" | "float" | "bool";
  /** Dtype of a typed scalar such as `T.int64(1)`. */
  readonly dtype?: DType | undefined;
  readonly node: A.Expr;
}

/** A constant tensor; undefined when the text holds none (reported). */
export function elaborateConstant(
  state: FunctionState,
  node: A.Expr,
  dtypeNode: A.Expr | DType | undefined,
  call: A.Expr,
): Const | undefined {
  const written = writtenDType(state, dtypeNode);
  if (written === null) return undefined;
  const leaves: Leaf[] = [];
  const shape = collect(state, node, 0, leaves);
  if (shape === undefined) return undefined;
  const dtype = written ?? defaultDType(leaves);
  for (const leaf of leaves) {
    if (isFloat(dtype)) continue;
    const whole = leaf.kind !== "float" || Number.isInteger(leaf.value);
    if (dtype.code === "bool" || (whole && fits(leaf.value, dtype))) continue;
    fail(
      state,
      relaxCodes.constantRange({ at: at(state, leaf.node), value: leaf.value, dtype: dtype.name }),
    );
    return undefined;
  }
  return constant(
    tensorOf(
      dtype,
      shape,
      leaves.map((l) => l.value),
    ),
    at(state, call),
  );
}

/** `undefined`: none is written; `null`: reported. */
function writtenDType(
  state: FunctionState,
  node: A.Expr | DType | undefined,
): DType | undefined | null {
  if (node === undefined || !("kind" in node)) return node;
  if (node.kind === "Constant" && node.value === "None") return undefined;
  return requiredDType(state, node) ?? null;
}

function defaultDType(leaves: readonly Leaf[]): DType {
  const typed = leaves.find((l) => l.dtype !== undefined);
  if (typed !== undefined) return typed.dtype!;
  if (leaves.some((l) => l.kind === "float")) return float32;
  if (leaves.length > 0 && leaves.every((l) => l.kind === "bool")) return bool;
  if (leaves.some((l) => l.kind === "int" && !fits(l.value, int32))) return dtypeNamed("int64");
  return leaves.length === 0 ? float32 : int32;
}

/** Gathers the elements below `node` and gives their shape; lists of one level must agree. */
function collect(
  state: FunctionState,
  node: A.Expr,
  depth: number,
  leaves: Leaf[],
): number[] | undefined {
  if (node.kind === "List" || node.kind === "Tuple") {
    if (depth > 32) return ragged(state, node);
    let inner: number[] | undefined;
    for (const item of node.items) {
      const shape = collect(state, item, depth + 1, leaves);
      if (shape === undefined) return undefined;
      if (inner !== undefined && !same(inner, shape)) return ragged(state, item);
      inner = shape;
    }
    return [node.items.length, ...(inner ?? [])];
  }
  const word = floatWord(node);
  if (word !== undefined) {
    leaves.push({ value: word, kind: "float", node });
    return [];
  }
  const known = constantValue(state.ctx, node);
  const value: RValue =
    known === undefined ? elaborateExpr(state, node) : { kind: "literal", value: known, node };
  return fromValue(state, value, node, leaves);
}

const WORDS: Readonly<Record<string, number>> = {
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  nan: NaN,
};

/** `float("inf")`, `-float("inf")`, `float("nan")`. */
function floatWord(node: A.Expr): number | undefined {
  if (node.kind === "Unary" && node.op === "-") {
    const inner = floatWord(node.operand);
    return inner === undefined ? undefined : -inner;
  }
  if (
    node.kind !== "Call" ||
    node.func.kind !== "Name" ||
    node.func.id !== "float" ||
    node.args.length !== 1
  )
    return undefined;
  const only = node.args[0]!.value;
  return only.kind === "Str" ? WORDS[only.value] : undefined;
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

function ragged(state: FunctionState, node: A.Expr): undefined {
  fail(state, relaxCodes.raggedConstant({ at: at(state, node) }));
  return undefined;
}

function fromValue(
  state: FunctionState,
  value: RValue,
  node: A.Expr,
  leaves: Leaf[],
): number[] | undefined {
  switch (value.kind) {
    case "literal": {
      const shape = fromLiteral(state, value.value, node, leaves);
      if (shape !== undefined) return shape;
      break;
    }
    case "tir.IntImm": {
      const kind = value.dtype.code === "bool" ? "bool" : "int";
      leaves.push({ value: value.value, kind, dtype: value.dtype, node });
      return [];
    }
    case "tir.FloatImm":
      leaves.push({ value: value.value, kind: "float", dtype: value.dtype, node });
      return [];
    case "tir.Unary":
      if (
        value.op === "neg" &&
        (value.a.kind === "tir.IntImm" || value.a.kind === "tir.FloatImm")
      ) {
        const kind = value.a.kind === "tir.IntImm" ? "int" : "float";
        leaves.push({ value: -value.a.value, kind, dtype: value.dtype, node });
        return [];
      }
      break;
    case "relax.PrimValue":
      return fromValue(state, value.value, node, leaves);
    case "error":
      return undefined;
    default:
      break;
  }
  fail(state, relaxCodes.constantValue({ at: at(state, node), found: describe(value) }));
  return undefined;
}

function fromLiteral(
  state: FunctionState,
  value: AttrValue,
  node: A.Expr,
  leaves: Leaf[],
): number[] | undefined {
  if (typeof value === "boolean") leaves.push({ value: value ? 1 : 0, kind: "bool", node });
  else if (isInt(value)) leaves.push({ value, kind: "int", node });
  else if (typeof value === "string") {
    const float = WORDS[value];
    if (float === undefined) return undefined;
    leaves.push({ value: float, kind: "float", node });
  } else if (Array.isArray(value)) {
    let inner: number[] | undefined;
    for (const item of value as readonly AttrValue[]) {
      const shape = fromLiteral(state, item, node, leaves);
      if (shape === undefined || (inner !== undefined && !same(inner, shape))) return undefined;
      inner = shape;
    }
    return [value.length, ...(inner ?? [])];
  } else if (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "tir.FloatImm"
  ) {
    leaves.push({ value: value.value, kind: "float", node });
  } else return undefined;
  return [];
}
