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
  tooLarge: {
    number: 12,
    message: "`{name}` needs {bytes} bytes, more than the 4 GiB of a WebAssembly memory",
  },
});
