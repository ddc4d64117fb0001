/** Diagnostics of code generation. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  unsupportedIntrinsic: {
    number: 1,
    message: "`T.{name}` has no WebAssembly form",
    hint: "run the function with `--target interp`, or replace `T.{name}` by ordinary loops and expressions",
    explain:
      "Instructions of one vendor's processor cannot be translated. The interpreter executes those with a portable meaning.",
  },
  scalableVector: {
    number: 2,
    message: "scalable vectors (`{type}`) have no WebAssembly form",
    hint: "vectorise with a fixed number of lanes, for example 4 or 16",
    explain: "WebAssembly vectors have 128 bits; `T.vscale()` has no value there.",
  },
  unsupportedType: {
    number: 3,
    message: "values of type `{type}` have no WebAssembly form here",
    hint: "cast to a type of at most 64 bits first",
  },
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
  tooLarge: {
    number: 12,
    message: "`{name}` needs {bytes} bytes, more than the 4 GiB of a WebAssembly memory",
  },
});
