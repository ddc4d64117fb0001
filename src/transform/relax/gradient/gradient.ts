import { structuralEqual } from "../../../ir/core/equal.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { chosenFunctions } from "../params/chosen-function.js";
import { freshGlobal, updated } from "../rewrite/index.js";
import { adjointFunction } from "./adjoint-function.js";

const NAME = "gradient";

/**
 * Precondition: the function is straight and without effects; all on the way from the parameters to the target has a
 * gradient. Result: a function beside it, named with `_adjoint`, that gives its result and the gradients of one number
 * in it by parameters, computed backwards. The original stays.
 */
export const gradient = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Adds a function that also gives gradients by parameters.",
  from: "graph",
  through: "graph",
  options: {
    func: option.string({ default: "main", help: "The function to differentiate." }),
    requireGrads: option.strings({
      default: [],
      help: "Parameters to take gradients by; all of floats when there are none.",
    }),
    targetIndex: option.int({
      default: 0,
      help: "Which field of the result is differentiated, where it is a tuple.",
    }),
  },
  run(module, { func: name, requireGrads, targetIndex }, ctx) {
    const original = chosenFunctions(module, NAME, name, ctx)?.get(name);
    if (original === undefined) return module;
    const own = `${name}_adjoint`;
    const wanted = { params: requireGrads, target: targetIndex, name: own };
    const made = adjointFunction(module, original, wanted, ctx);
    if (made === undefined) return module;
    const present = module.functions.get(own);
    if (present?.kind === "relax.Function" && structuralEqual(present, made)) return module;
    const free = freshGlobal(module, own, new Set());
    return updated(module, (f) => f, new Map([[free, { ...made, name: free }]]));
  },
});
