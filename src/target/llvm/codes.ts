/** Diagnostics of code generation through LLVM. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  noLlvmForm: {
    number: 130,
    message: "{what} has no form on target `llvm`",
    hint: "replace it by ordinary loops and expressions, or run the function with `--target interp`",
  },
});
