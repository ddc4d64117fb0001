/** What cannot be turned into bytecode. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  notLowered: {
    number: 101,
    message: "{count} no lowering: {names}",
    hint: "replace them by `R.call_tir` of a T function of the module",
    explain:
      "`run` and `build` need a loop nest for every operator. `relaxc list ops --json` says which have one.",
  },
  dimension: {
    number: 102,
    message: "`{expression}` cannot be computed where shapes are",
    hint: "use integer arithmetic over the symbols of the function",
  },
  unknownSymbol: {
    number: 103,
    message: "`{symbol}` has no value here",
    hint: "bind it by a parameter or with `R.match_cast`",
  },
  noFunction: { number: 104, message: "the module has no function `{name}`" },
  outType: {
    number: 105,
    message: "`{name}` needs a known shape and type for its output",
    hint: "write them in `out_ty`",
  },
  unboundValue: { number: 106, message: "`{name}` has no value here" },
  tupleSize: {
    number: 107,
    message: "the number of arguments of this call is not known",
    hint: "write them as a tuple in the call",
  },
});
