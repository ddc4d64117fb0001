/** T functions that only give their input another shape. */
import { structuralEqual } from "../../ir/core/equal.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { binary, compare, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { blockAnalyzer } from "./facts.js";
import { leafBlocks } from "./leaf-blocks.js";
import { writtenAxes } from "./reads.js";

const known = new WeakMap<PrimFunc, boolean>();

/**
 * Whether the function has one input and one output and copies each element to the same position in row-major order:
 * the call needs no code, only a view.
 */
export function isView(func: PrimFunc): boolean {
  const found = known.get(func);
  if (found !== undefined) return found;
  const made = derive(func);
  known.set(func, made);
  return made;
}

function derive(func: PrimFunc): boolean {
  const program = leafBlocks(func);
  const [leaf, ...more] = program?.leaves ?? [];
  if (leaf === undefined || more.length > 0 || leaf.stores.length !== 1 || leaf.lets.length > 0)
    return false;
  const [store] = leaf.stores;
  const source = store!.value;
  if (leaf.reduced.length > 0 || source.kind !== "tir.Load") return false;
  const [input, output, ...others] = func.params;
  if (others.some((p) => p.buffer !== undefined)) return false;
  if (input?.buffer !== source.buffer || output?.buffer !== store!.buffer) return false;
  if (source.buffer.dtype !== store!.buffer.dtype || !isTrue(leaf.block.predicate)) return false;
  if (writtenAxes(leaf, store!) === undefined) return false;
  const analyzer = blockAnalyzer(func, [leaf]);
  const [from, to] = [source.buffer, store!.buffer];
  if (analyzer.equal(count(from), count(to)) !== true) return false;
  // Where an iteration runs, no extent is 0.
  for (const d of [...from.shape, ...to.shape])
    analyzer.assume(compare("ge", d, intImm(1, d.dtype)));
  const [read, written] = [position(from, source.indices), position(to, store!.indices)];
  return (
    structuralEqual(read, written, { mapFreeVars: false }) ||
    analyzer.equal(analyzer.simplify(read), analyzer.simplify(written)) === true
  );
}

const isTrue = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value !== 0;

const count = (b: Buffer): PrimExpr =>
  b.shape.reduce((product, d) => binary("mul", product, d), intImm(1, indexType(b)));

const indexType = (b: Buffer): PrimExpr["dtype"] => b.shape[0]?.dtype ?? intImm(0).dtype;

/** Row-major position of an element. */
const position = (b: Buffer, indices: readonly PrimExpr[]): PrimExpr =>
  indices.reduce<PrimExpr>(
    (sum, index, k) => binary("add", binary("mul", sum, b.shape[k]!), index),
    intImm(0, indexType(b)),
  );
