/** Sums of products of two operands, seen by which operand each axis indexes: matrix products under any name. */
import { leafBlocks, type LeafBlock } from "../../analysis/tir-pattern/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { Load, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block } from "../../ir/tir/stmt.js";
import { combinerOf } from "../combiner.js";
import { isTrue, isZero } from "../nest.js";

/** The axes of a sum of products by number, and what it multiplies. */
export interface Contraction {
  /** Axes of both operands and the result. */
  readonly batch: readonly number[];
  /** Axes of the left operand and the result. */
  readonly rows: readonly number[];
  /** Axes of the right operand and the result; the last axis of the result is among them. */
  readonly columns: readonly number[];
  /** Axes of both operands, summed over. */
  readonly reduced: readonly number[];
  readonly left: Load;
  readonly right: Load;
}

/** Reads a block; undefined when it is no sum of products of two operands with rows, columns and reduced axes. */
export function contractionOf(block: Block): Contraction | undefined {
  const combiner = combinerOf(block);
  const value = combiner?.update.value;
  if (combiner === undefined || value?.kind !== "tir.Binary" || value.op !== "add")
    return undefined;
  const { element, update } = combiner;
  const product = withoutCast(element);
  if (product.kind !== "tir.Binary" || product.op !== "mul") return undefined;
  const [a, b] = [withoutCast(product.a), withoutCast(product.b)];
  if (a.kind !== "tir.Load" || b.kind !== "tir.Load" || a.buffer === b.buffer) return undefined;
  const last = update.indices.at(-1);
  const isRight = (e: Load): boolean => last !== undefined && uses(e.indices, varsOf(last));
  if (isRight(a) === isRight(b)) return undefined;
  const [left, right] = isRight(b) ? [a, b] : [b, a];
  const groups = { batch: [] as number[], rows: [] as number[], columns: [] as number[], reduced: [] as number[] }; // prettier-ignore
  for (const [k, { var: v, iterKind }] of block.iters.entries()) {
    const [inLeft, inRight] = [left, right].map(({ indices }) => uses(indices, [v]));
    if (iterKind === "reduce" && inLeft && inRight) groups.reduced.push(k);
    else if (iterKind !== "spatial" || !uses(update.indices, [v])) return undefined;
    else if (inLeft && inRight) groups.batch.push(k);
    else if (inLeft) groups.rows.push(k);
    else if (inRight) groups.columns.push(k);
    else return undefined;
  }
  const { rows, columns, reduced } = groups;
  if (rows.length === 0 || columns.length === 0 || reduced.length === 0) return undefined;
  return { ...groups, left, right };
}

const uses = (indices: readonly PrimExpr[], vars: readonly Var[]): boolean =>
  indices.some((e) => varsOf(e).some((v) => vars.includes(v)));

const withoutCast = (e: PrimExpr): PrimExpr => (e.kind === "tir.Cast" ? e.value : e);

/**
 * Whether a function is one such sum, with its axes as bare loops from 0, and beside it only blocks that compute element
 * by element. Convolutions are, and what {@link isContraction} tells.
 */
export const isSumOfProducts = (func: PrimFunc): boolean => sumIn(func) !== undefined;

/** Whether a function is a sum of products with bare and different axes as indices of all its accesses. */
export function isContraction(func: PrimFunc): boolean {
  const { block, found } = sumIn(func) ?? {};
  if (found === undefined || block?.body.kind !== "tir.Store") return false;
  const names = new Set(block.iters.map((i) => i.var));
  const isBare = (indices: readonly PrimExpr[]): boolean =>
    indices.every((e) => e.kind === "tir.Var" && names.has(e)) &&
    new Set(indices).size === indices.length;
  return [found.left, found.right, block.body].every(({ indices }) => isBare(indices));
}

function sumIn(func: PrimFunc): { block: Block; found: Contraction } | undefined {
  const sums = leafBlocks(func)?.leaves.filter(({ reduced }) => reduced.length > 0) ?? [];
  const [sum] = sums;
  const found = sums.length === 1 ? contractionOf(sum!.block) : undefined;
  return found && isPlain(sum!) ? { block: sum!.block, found } : undefined;
}

const isPlain = ({ block: { values, iters, predicate }, loops }: LeafBlock): boolean =>
  values !== undefined &&
  isTrue(predicate) &&
  loops.length === iters.length &&
  loops.every((f) => isZero(f.min) && values.includes(f.var)) &&
  iters.every((i) => i.dom !== undefined && isZero(i.dom.min));
