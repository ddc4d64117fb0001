/** Diagnostics of struct-info deduction. */
import { defineCodes } from "../support/diagnostic.js";

export const typeCodes = defineCodes("TYP", {
  arity: {
    number: 100,
    message: "`{op}` takes {expected} operands, but {found} are given",
    hint: "its operands are: {names}",
  },
});
