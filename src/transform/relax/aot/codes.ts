/** Diagnostics of the lowering of whole functions to loop functions. */
import { defineCodes } from "../../../support/diagnostic.js";

export const codes = defineCodes("LOW", {
  parameter: {
    number: 201,
    message: "`{name}` of `{function}` is no tensor of known rank and type, no shape and no scalar",
    hint: 'annotate it, for example `R.Tensor(("n", 4), "float32")`',
  },
  result: {
    number: 202,
    message: "the size of a result of `{function}` does not follow from its parameters",
    hint: "run it on the virtual machine, or make the size a parameter",
    explain:
      "A function that is compiled as a whole writes its results to memory that the caller gives. The caller must be able to tell how much.",
  },
  unsupported: {
    number: 203,
    message: "{what} has no form in a function that is compiled as a whole",
    hint: "run `{function}` on the virtual machine",
  },
  recursive: {
    number: 204,
    message: "`{name}` calls itself, which a function that is compiled as a whole cannot",
    hint: "run it on the virtual machine",
  },
  memorySize: {
    number: 205,
    message: "how much memory `{function}` needs depends on values that it computes",
    hint: "run it on the virtual machine",
  },
  notPlanned: {
    number: 206,
    message: "`{name}` in `{function}` is not lowered to calls in planned memory",
    hint: "run `@optimise,@memory` first",
  },
  tooLarge: {
    number: 207,
    message: "`{function}` has more than {limit} calls when what it calls is written out",
    hint: "call shared parts less often",
  },
});
