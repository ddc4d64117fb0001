/** Diagnostics of lifting text out of Python files and pages. */
import { defineCodes } from "../support/diagnostic.js";

export const importCodes = defineCodes("IMP", {
  nothingToLift: {
    number: 1,
    message: "{name} holds no decorated module or function",
    hint: "definitions to lift are marked `@I.ir_module`, `@R.function` or `@T.prim_func`",
  },
  computedName: {
    number: 2,
    severity: "warning",
    message: "`{name}` is computed by Python here, so that `{owner}` does not know it",
    hint: "write its value into the text, or give it with `--define {name}=value`",
  },
  openFence: {
    number: 3,
    severity: "warning",
    message: "this code fence is not closed",
    hint: "end it with `{fence}`",
  },
});
