import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { decomposeCalls } from "./decompose-calls.js";
import { batchNormByBatch, batchNormByGiven, layerNorm } from "./normalisation.js";

const NAME = "decompose-ops-for-training";

/**
 * Precondition: none. Result: normalisations are arithmetic that has gradients; those of a batch also move the means and
 * variances on. Equal but for the order of operations.
 */
export const decomposeOpsForTraining = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Writes normalisations out as arithmetic that has gradients.",
  from: "graph",
  through: "graph",
  options: {
    func: option.string({ default: "", help: "The function; all functions when empty." }),
  },
  run: (module, { func }, ctx) =>
    decomposeCalls(module, NAME, func, ctx, {
      "nn.batch_norm": (f, call) => batchNormByBatch(f, call) ?? batchNormByGiven(f, call),
      "nn.layer_norm": layerNorm,
    }),
});
