/** Dataflow blocks as plain ones. */
import { rewrite } from "../../../ir/core/rewrite.js";
import { definePass } from "../../pass.js";
import { mapBlocks, mapFunctions, mergeBlocks } from "../rewrite/index.js";

/**
 * Precondition: none.
 * Result: no dataflow blocks; their local variables are ordinary ones.
 * Sound because a dataflow block evaluates its bindings in order like any other.
 */
export const toNonDataflow = definePass({
  name: "to-non-dataflow",
  dialect: "relax",
  summary: "Makes dataflow blocks plain ones.",
  from: "graph",
  options: {},
  run: (module) =>
    mapFunctions(module, (func) => {
      const plain = rewrite(func, (node) => {
        const isMarked =
          (node.kind === "relax.BindingBlock" || node.kind === "relax.Var") && node.dataflow;
        return isMarked ? { ...node, dataflow: false } : node;
      });
      return plain === func ? func : mapBlocks(plain, mergeBlocks);
    }),
});
