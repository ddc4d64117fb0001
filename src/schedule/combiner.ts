/** What a reduction combines its elements with. */
import { structuralEqual } from "../ir/core/equal.js";
import { boolImm, floatImm, intImm, type PrimExpr } from "../ir/tir/expr.js";
import type { Block, Stmt } from "../ir/tir/stmt.js";
import { bool, isFloat, type DType } from "../support/dtype.js";
import { integerLimit } from "../support/integer-limit.js";

type Store = Extract<Stmt, { kind: "tir.Store" }>;

/** A reduction by one operator: `B[at] = B[at] op element`. */
export interface Combiner {
  readonly update: Store;
  readonly element: PrimExpr;
  /** Leaves the other operand as it is. */
  readonly identity: PrimExpr;
  combine(accumulated: PrimExpr, element: PrimExpr): PrimExpr;
}

/** Reads a reduction; undefined when it is not by one operator that may take its operands in any order. */
export function combinerOf({ body }: Block): Combiner | undefined {
  if (body.kind !== "tir.Store") return undefined;
  const { value, buffer, indices } = body;
  if (value.kind !== "tir.Binary" && value.kind !== "tir.Logic") return undefined;
  const identity = identityOf(value.op, value.dtype);
  if (identity === undefined) return undefined;
  const isOwn = (e: PrimExpr): boolean =>
    e.kind === "tir.Load" &&
    e.buffer === buffer &&
    e.indices.length === indices.length &&
    e.indices.every((x, k) => structuralEqual(x, indices[k]!));
  const isLeft = isOwn(value.a);
  if (!isLeft && !isOwn(value.b)) return undefined;
  return {
    update: body,
    element: isLeft ? value.b : value.a,
    identity,
    combine: (accumulated, element) =>
      isLeft ? { ...value, a: accumulated, b: element } : { ...value, a: element, b: accumulated },
  };
}

function identityOf(op: string, dtype: DType): PrimExpr | undefined {
  const number = (n: number): PrimExpr => (isFloat(dtype) ? floatImm(n, dtype) : intImm(n, dtype));
  switch (op) {
    case "add":
      return number(0);
    case "mul":
      return number(1);
    case "min":
    case "max": {
      const isMax = op === "max";
      if (isFloat(dtype)) return floatImm(isMax ? -Infinity : Infinity, dtype);
      return intImm(integerLimit(dtype, !isMax), dtype);
    }
    case "and":
    case "or":
      return dtype === bool ? boolImm(op === "and") : undefined;
    default:
      return undefined;
  }
}
