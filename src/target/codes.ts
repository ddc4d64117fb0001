/** Diagnostics of code generation that all targets report. */
import { defineCodes } from "../support/diagnostic.js";

export const codegenCodes = defineCodes("GEN", {
  notLowered: {
    number: 4,
    message: "{what} must be lowered before code generation",
    hint: "run the pass `{pass}` first",
  },
  unboundVariable: {
    number: 5,
    message: "`{name}` has no value where code for it is generated",
    hint: "pass `{name}` as a parameter or mention it as a bare dimension of a buffer parameter",
  },
  unknownCallee: {
    number: 6,
    message: "`{name}` is not a T function of this module",
    hint: "define `{name}`, or call it with `T.call_extern`",
  },
  calleeSymbol: {
    number: 7,
    message: "the call of `{name}` does not determine its symbol `{symbol}`",
    hint: "pass the buffer itself instead of its pointer, or make `{symbol}` a parameter of `{name}`",
  },
  argumentCount: {
    number: 8,
    message: "`{name}` takes {expected} arguments, but {given} are given",
  },
  operand: {
    number: 9,
    message: "operand {index} of `T.{name}` must be {expected}",
  },
  tooDeep: {
    number: 10,
    message: "the expression is nested more than {limit} levels deep",
    hint: "bind parts of it to variables",
  },
  memoryScope: {
    number: 11,
    message: "memory scope `{scope}` of `{name}` does not exist on this target",
    hint: "use `global` or `local`",
  },
});
