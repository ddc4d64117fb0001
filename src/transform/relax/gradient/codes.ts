/** Diagnostics of gradients. */
import { defineCodes } from "../../../support/diagnostic.js";

export const codes = defineCodes("GRD", {
  noGradient: {
    number: 1,
    message:
      "the gradient of `{op}` is not known{why}, but what `{var}` is bound to has to be followed",
    hint: "decompose it first, or stop there with `R.grad.no_grad`",
    explain:
      "Gradients are followed from the result back to the parameters asked for. Each operator on the way needs a rule; `decompose-ops-for-training` writes normalisations by others that have one.",
  },
  target: {
    number: 2,
    message: "result {index} of `{func}` is {found}, but a gradient starts at one float number",
    hint: "return a tensor of no dimensions, e.g. by `R.sum` or `R.mean`, and choose it by `target-index`",
  },
  parameter: {
    number: 3,
    message: "`{func}` has no parameter `{param}` that a gradient can be taken by",
    hint: "its float parameters are: {known}",
  },
  structure: {
    number: 4,
    message: "`{func}` cannot be followed backwards: {problem}",
    hint: "inline what it calls, and keep branches and effects out of the function to differentiate",
  },
});
