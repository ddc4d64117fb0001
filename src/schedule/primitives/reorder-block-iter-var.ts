import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/** Result: the axes of a block stand in another order. Sound because they are found by name. */
export const reorderBlockIterVar = definePrimitive({
  name: "reorder_block_iter_var",
  summary: "Puts the axes of a block in another order.",
  params: {
    block: p.block("The block."),
    new_order: p.ints("Positions of the axes, in their new order."),
  },
  outputs: "none",
  run(state, { block, new_order: order }) {
    const { node } = block;
    const count = node.iters.length;
    const isPermutation = order.length === count && node.iters.every((_, k) => order.includes(k));
    if (!isPermutation)
      refuse(loopCodes.notOrder({ order: `[${order.join(", ")}]`, count, block: node.name, at: node.span })); // prettier-ignore
    const next = {
      ...node,
      iters: order.map((k) => node.iters[k]!),
      values: node.values && order.map((k) => node.values![k]!),
    };
    return changed(withFunc(state, replaceAt(funcOf(state), block, next)));
  },
});
