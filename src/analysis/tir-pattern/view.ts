/** T functions that only give their input another shape. */
import type { Analyzer } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { visit } from "../../ir/core/visit.js";
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
  if (!haveSameCount(from, to, func, analyzer)) return false;
  // Where an iteration runs, no extent is 0.
  for (const d of [...from.shape, ...to.shape])
    analyzer.assume(compare("ge", d, intImm(1, d.dtype)));
  const [read, written] = [position(from, source.indices), position(to, store!.indices)];
  return (
    structuralEqual(read, written, { mapFreeVars: false }) ||
    analyzer.equal(analyzer.simplify(read), analyzer.simplify(written)) === true
  );
}

/** Equal numbers of elements: proved, or asserted by the function up to fixed extents both have. */
function haveSameCount(from: Buffer, to: Buffer, func: PrimFunc, analyzer: Analyzer): boolean {
  const [a, b] = [count(from), count(to)];
  if (analyzer.equal(a, b) === true) return true;
  const fixed = from.shape.reduce((n, d) => (d.kind === "tir.IntImm" ? n * Number(d.value) : n), 1);
  let found = false;
  visit(func.body, {
    enter: (node) => {
      // What is asserted under a condition, or in a loop, may not be asked at all.
      if (node.kind === "tir.If" || node.kind === "tir.For" || node.kind === "tir.While")
        return false;
      if (node.kind !== "tir.Assert" || node.cond.kind !== "tir.Compare") return;
      const { op, a: left, b: right } = node.cond;
      if (op !== "eq") return;
      found ||= [1, fixed].some((factor) => {
        const scaled = (e: PrimExpr): PrimExpr => binary("mul", e, intImm(factor, e.dtype));
        return (
          analyzer.equal(a, scaled(left)) === true && analyzer.equal(b, scaled(right)) === true
        );
      });
    },
  });
  return found;
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
