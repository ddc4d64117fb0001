/** The block that a schedule of a T function starts from. */
import type { Analyzer } from "../../arith/index.js";
import { binary, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block } from "../../ir/tir/stmt.js";
import { compare } from "../../ir/tir/expr.js";
import { blockAnalyzer } from "./facts.js";
import { leafBlocks, type LeafBlock } from "./leaf-blocks.js";

/** The reduction with the most iterations (the first when that is not decided), else the block that writes the output. */
export function anchorOf(func: PrimFunc): Block | undefined {
  const leaves = leafBlocks(func)?.leaves ?? [];
  const reductions = leaves.filter((l) => l.reduced.length > 0);
  if (reductions.length === 0) {
    const params = new Set(func.params.map((p) => p.buffer));
    const writers = leaves.filter((l) => l.stores.some((s) => params.has(s.buffer)));
    return writers[writers.length - 1]?.block;
  }
  const analyzer = blockAnalyzer(func, leaves);
  return reductions.reduce((best, l) => (isLarger(analyzer, l, best) ? l : best)).block;
}

const isLarger = (analyzer: Analyzer, a: LeafBlock, b: LeafBlock): boolean =>
  a !== b && analyzer.prove(compare("gt", iterations(a), iterations(b))) === true;

const iterations = ({ block }: LeafBlock): PrimExpr =>
  block.iters.reduce<PrimExpr>(
    (product, { dom, var: v }) => binary("mul", product, dom?.extent ?? intImm(1, v.dtype)),
    intImm(1),
  );
