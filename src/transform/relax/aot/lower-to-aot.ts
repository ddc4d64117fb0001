/** Whole models as loop functions. */
import { definePass } from "../../pass.js";
import { option } from "../../../support/option.js";
import { lowerToLoops } from "./lower.js";

/** Sound: the loop function makes the calls of the Relax function in their order, on the memory of the plan. */
export const lowerToAot = definePass({
  name: "lower-to-aot",
  dialect: "relax",
  summary: "Turns planned functions into loop functions that run a whole model in one call.",
  from: "planned",
  options: {
    constants: option.choice(["inline", "table"], {
      default: "inline",
      help: "Where constants are: in the function, or in a table that the caller passes.",
    }),
  },
  requires: ["static-plan-block-memory", "lower-alloc-tensor"],
  run: (module, { constants }, ctx) => lowerToLoops(module, ctx, { constants })?.module ?? module,
});
