/** What schedules for kinds of functions ask about a function as a whole. */
import {
  blockAnalyzer,
  leafBlocks,
  readsOf,
  type LeafBlock,
} from "../../analysis/tir-pattern/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { visit } from "../../ir/core/visit.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { combinerOf } from "../combiner.js";

const leavesOf = (func: PrimFunc): readonly LeafBlock[] => leafBlocks(func)?.leaves ?? [];

/** Indices of all loads and stores of a block. */
function accesses({ block }: LeafBlock): readonly (readonly PrimExpr[])[] {
  const found: (readonly PrimExpr[])[] = [];
  visit(block, {
    enter(node) {
      if (node.kind === "tir.Load" || node.kind === "tir.Store") found.push(node.indices);
      return node.kind === "tir.BufferRegion" ? false : undefined;
    },
  });
  return found;
}

/** Whether each access moves by at most one element from one value of the axis to the next. */
const isUnitStride = (leaf: LeafBlock, axis: Var): boolean =>
  accesses(leaf).every((indices) =>
    indices.every((e, k) => !varsOf(e).includes(axis) || (k === indices.length - 1 && e === axis)),
  );

/** Shorter rows are not worth vectors of partial results. */
const LONG_ROW = 32;

/** Whether the reduced axes are one, or of known lengths, and a row may be long. */
function hasLongRows({ block }: LeafBlock): boolean {
  const extents = block.iters.flatMap(({ iterKind, dom }) =>
    iterKind === "reduce" && dom !== undefined ? [dom.extent] : [],
  );
  const known = extents.flatMap((e) => (e.kind === "tir.IntImm" ? [Number(e.value)] : []));
  if (known.length < extents.length) return extents.length === 1;
  return known.reduce((a, b) => a * b, 1) >= LONG_ROW;
}

/** Whether all reductions are by one operator and run over long rows of what they read. */
export function isRowWise(func: PrimFunc): boolean {
  const leaves = leavesOf(func);
  const reductions = leaves.filter((l) => l.reduced.length > 0);
  return (
    reductions.length > 0 &&
    reductions.every((leaf) => combinerOf(leaf.block) && hasLongRows(leaf) && isUnitStride(leaf, leaf.reduced.at(-1)!)) &&
    leaves.every((leaf) => leaf.reduced.length > 0 || leaf.spatial.length === 0 || isUnitStride(leaf, leaf.spatial.at(-1)!)) // prettier-ignore
  );
}

/** Whether a block computes each element from those at the same place, so that its loops may be run as one. */
export function isFlat(func: PrimFunc, name: string): boolean {
  const leaves = leavesOf(func);
  const leaf = leaves.find((l) => l.block.name === name);
  if (leaf === undefined || leaf.reduced.length > 0) return false;
  const analyzer = blockAnalyzer(func, leaves);
  return readsOf(leaf, analyzer).every(
    ({ readClass, indices }) =>
      readClass === "same" || indices.every((e) => varsOf(e).length === 0),
  );
}

/** Whether each access of a block moves by at most one element along its last axis. */
export function isContiguous(func: PrimFunc, name: string): boolean {
  const leaf = leavesOf(func).find((l) => l.block.name === name);
  const axis = leaf?.spatial.at(-1);
  return leaf !== undefined && axis !== undefined && isUnitStride(leaf, axis);
}
