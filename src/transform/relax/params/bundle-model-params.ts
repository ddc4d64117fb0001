/** Weights as one tuple. */
import {
  bindingBlock,
  relaxVar,
  tupleGetItem,
  varBinding,
  type Func,
} from "../../../ir/relax/expr.js";
import { objectInfo, tupleInfo } from "../../../ir/relax/struct-info.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { mapBlocks, mapFunctions, mergeBlocks } from "../rewrite/index.js";
import { checkModels, modelParams } from "./chosen-function.js";

const NAME = "bundle-model-params";

/**
 * Precondition: the attribute `num_input` tells weights from inputs.
 * Result: one tuple parameter takes the place of the weights, which are its items.
 * Sound because the items are bound to the variables that the weights were.
 */
export const bundleModelParams = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Makes the weights of a function one tuple parameter.",
  from: "graph",
  options: {
    paramTupleName: option.string({ default: "model_params", help: "Name of the parameter." }),
  },
  run(module, { paramTupleName }, ctx) {
    checkModels(module, NAME, ctx);
    return mapFunctions(module, (func) => bundled(func, paramTupleName));
  },
});

function bundled(func: Func, name: string): Func {
  const { inputs, weights } = modelParams(func) ?? { inputs: [], weights: [] };
  const isBundled = weights.length === 1 && weights[0]!.sinfo?.kind === "relax.TupleInfo";
  if (weights.length === 0 || isBundled) return func;
  const info = tupleInfo(weights.map((w) => w.sinfo ?? objectInfo));
  const bundle = relaxVar(name, info, { annotated: true });
  const items = weights.map((w, i) => varBinding(w, tupleGetItem(bundle, i), w.span));
  const blocks = [bindingBlock(items), ...func.body.blocks];
  return mapBlocks(
    { ...func, params: [...inputs, bundle], body: { ...func.body, blocks } },
    mergeBlocks,
  );
}
