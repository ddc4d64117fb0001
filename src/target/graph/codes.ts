/** Why a function is no graph. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  notStatic: {
    number: 120,
    message: "`{name}` cannot run on the graph executor: {reason}",
    hint: "run it with `--executor vm`, which has control flow and sizes known only at run time",
    explain:
      "The graph executor runs a fixed list of kernel calls over memory that is laid out before. A function that is " +
      "called becomes part of the list; a branch, a call of a function value, recursion or a size that depends on " +
      "data cannot be in it.",
  },
});
