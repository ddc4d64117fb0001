/** Which outputs of a T function may share the memory of an input. */
import type { Analyzer } from "../../arith/index.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Store } from "../../ir/tir/stmt.js";
import { blockAnalyzer, type BlockFacts } from "./facts.js";
import { leafBlocks, type LeafBlock } from "./leaf-blocks.js";
import { readsOf, sameIndices, writtenAxes } from "./reads.js";

/** Positions among the parameters. */
export interface InPlacePair {
  readonly output: number;
  readonly input: number;
}

const known = new WeakMap<PrimFunc, readonly InPlacePair[]>();

/**
 * All pairs that may share memory, each taken alone: shape and width are equal, and the input is read only before the
 * output is first written, or at just the element that the iteration writes next.
 */
export function inPlacePairs(func: PrimFunc): readonly InPlacePair[] {
  const found = known.get(func);
  if (found !== undefined) return found;
  const made = derive(func);
  known.set(func, made);
  return made;
}

function derive(func: PrimFunc): readonly InPlacePair[] {
  const program = leafBlocks(func);
  if (program === undefined) return [];
  const analyzer = blockAnalyzer(func, program.leaves);
  const blocks = program.leaves.map((leaf): BlockFacts => ({
    leaf,
    reads: readsOf(leaf, analyzer),
  }));
  const pairs: InPlacePair[] = [];
  func.params.forEach(({ buffer: y }, output) => {
    if (y === undefined || !blocks.some(({ leaf }) => writes(leaf, y))) return;
    func.params.forEach(({ buffer: x }, input) => {
      if (x === undefined || x === y || blocks.some(({ leaf }) => writes(leaf, x))) return;
      if (fits(analyzer, x, y) && mayShare(blocks, x, y)) pairs.push({ output, input });
    });
  });
  return pairs;
}

const writes = (leaf: LeafBlock, buffer: Buffer): boolean =>
  leaf.stores.some((s) => s.buffer === buffer);

/** Equal shape and width, both compact. */
const fits = (analyzer: Analyzer, x: Buffer, y: Buffer): boolean =>
  x.dtype.bits === y.dtype.bits &&
  x.dtype.lanes === y.dtype.lanes &&
  x.scope === y.scope &&
  [x, y].every((b) => b.strides.length === 0 && b.elemOffset === undefined) &&
  x.shape.length === y.shape.length &&
  x.shape.every((d, i) => analyzer.equal(d, y.shape[i]!) === true);

function mayShare(blocks: readonly BlockFacts[], x: Buffer, y: Buffer): boolean {
  const first = blocks.find(({ leaf }) => writes(leaf, y))!.leaf;
  return blocks.every(({ leaf, reads }) => {
    const own = reads.filter((r) => r.buffer === x);
    if (own.length === 0 || leaf.nest < first.nest) return true;
    const [store, ...others] = leaf.stores;
    if (leaf !== first || others.length > 0 || leaf.reduced.length > 0) return false;
    if (writtenAxes(leaf, store!) === undefined || !visitsOnce(leaf)) return false;
    return own.every((r) => sameIndices(r.indices, store!.indices)) && alone(blocks, leaf, store!);
  });
}

/** No other block of the same loops touches what the store writes. */
const alone = (blocks: readonly BlockFacts[], leaf: LeafBlock, store: Store): boolean =>
  blocks.every(
    (b) =>
      b.leaf === leaf ||
      b.leaf.nest !== leaf.nest ||
      (!writes(b.leaf, store.buffer) && !b.reads.some((r) => r.buffer === store.buffer)),
  );

/** Each axis is a loop variable of its own and no loop repeats an iteration. */
function visitsOnce({ block, loops }: LeafBlock): boolean {
  const used = new Set<Var>();
  for (const value of block.values ?? []) {
    if (value.kind === "tir.IntImm") continue;
    if (value.kind !== "tir.Var" || used.has(value)) return false;
    used.add(value);
  }
  return loops.every(
    ({ var: v, extent }) => used.has(v) || (extent.kind === "tir.IntImm" && extent.value === 1),
  );
}
