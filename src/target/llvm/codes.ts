/** Diagnostics of code generation through LLVM. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  noLlvmForm: {
    number: 130,
    message: "{what} has no form on target `llvm`",
    hint: "replace it by ordinary loops and expressions, or run the function with `--target interp`",
  },
  notFlat: {
    number: 131,
    message: "{what} must be lowered before code generation",
    hint: "run the pass `{pass}` first",
  },
  unboundHere: {
    number: 132,
    message: "`{name}` has no value where code for it is generated",
    hint: "pass `{name}` as a parameter or mention it as a bare dimension of a buffer parameter",
  },
  noCallee: {
    number: 133,
    message: "`{name}` is not a T function of this module",
    hint: "define `{name}`, or call it with `T.call_extern`",
  },
  undeterminedSymbol: {
    number: 134,
    message: "the call of `{name}` does not determine its symbol `{symbol}`",
    hint: "pass the buffer itself instead of its pointer, or make `{symbol}` a parameter of `{name}`",
  },
  argumentNumber: {
    number: 135,
    message: "`{name}` takes {expected} arguments, but {given} are given",
  },
  operandKind: {
    number: 136,
    message: "operand {index} of `T.{name}` must be {expected}",
  },
  deepNesting: {
    number: 137,
    message: "the expression is nested more than {limit} levels deep",
    hint: "bind parts of it to variables",
  },
  noMemoryScope: {
    number: 138,
    message: "memory scope `{scope}` of `{name}` does not exist on this target",
    hint: "use `global` or `local`",
  },
});
