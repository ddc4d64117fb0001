/** Blocks of a function, those of branches and nested functions included. */
import { rewrite } from "../../../ir/core/rewrite.js";
import { bindingBlock, type BindingBlock, type Func } from "../../../ir/relax/expr.js";

/** The function with the blocks of each sequence mapped; the same object when nothing changed. */
export const mapBlocks = (
  func: Func,
  map: (blocks: readonly BindingBlock[]) => readonly BindingBlock[],
): Func =>
  rewrite(func, (node) => {
    if (node.kind !== "relax.SeqExpr") return node;
    const blocks = map(node.blocks);
    return blocks === node.blocks ? node : { ...node, blocks };
  });

/** Neighbours of one kind as one block, without empty ones; the same list when there is nothing to merge. */
export function mergeBlocks(blocks: readonly BindingBlock[]): readonly BindingBlock[] {
  const groups: BindingBlock[][] = [];
  for (const block of blocks) {
    if (block.bindings.length === 0) continue;
    const last = groups.at(-1);
    if (last?.[0]?.dataflow === block.dataflow) last.push(block);
    else groups.push([block]);
  }
  if (groups.length === blocks.length) return blocks;
  return groups.map((group) => {
    const [first] = group;
    const bindings = group.flatMap((block) => block.bindings);
    return group.length === 1 ? first! : bindingBlock(bindings, first!.dataflow, first!.span);
  });
}
