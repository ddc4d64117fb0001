import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { decomposeCalls } from "./decompose-calls.js";
import { batchNormByGiven } from "./normalisation.js";
import { shapeWithNames } from "./shape-with-names.js";
import { makeCall } from "../../../op/make-call.js";
import { tuple } from "../../../ir/relax/expr.js";

const NAME = "decompose-ops-for-inference";

/**
 * Precondition: none. Result: normalisations by given moments are arithmetic, nothing is dropped, shapes that tensors
 * hold have names for their lengths. Equal, bit by bit; what works on moments of a batch stays,
 * unless `as-inference` says that it is not meant.
 */
export const decomposeOpsForInference = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Writes operators out that inference needs no kernels of their own for.",
  from: "graph",
  through: "legal",
  options: {
    func: option.string({ default: "", help: "The function; all functions when empty." }),
    asInference: option.bool({
      default: false,
      help: "Take normalisations in training for those of inference.",
    }),
  },
  run: (module, { func, asInference }, ctx) =>
    decomposeCalls(module, NAME, func, ctx, {
      "nn.batch_norm": (f, call) => {
        // Its kernel computes narrow floats in float32, which arithmetic would round step by step.
        if ((f.dtype(call.args[0]!)?.bits ?? 32) < 32) return undefined;
        const attrs = asInference ? new Map([...call.attrs, ["training", false]]) : call.attrs;
        return batchNormByGiven(f, { ...call, attrs });
      },
      "nn.dropout": (f, { args: [data] }) =>
        tuple([data!, f.at.emit(makeCall("ones_like", [data!]))]),
      tensor_to_shape: (_, call, bound) => shapeWithNames(call, bound),
    }),
});
