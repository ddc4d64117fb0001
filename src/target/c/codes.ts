/** Diagnostics of C generation. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("GEN", {
  unsupportedIntrinsic: {
    number: 201,
    message: "`T.{name}` has no C form",
    hint: "replace `T.{name}` by ordinary loops and expressions, or call a function of the host with `T.call_extern`",
    explain: "Instructions of one vendor's processor cannot be written in C99.",
  },
  unsupportedType: {
    number: 202,
    message: "values of type `{type}` have no C form here",
    hint: "vectorise with a fixed number of lanes, and keep scalars within 64 bits",
  },
  scratchSize: {
    number: 211,
    message: "how much memory `{function}` needs for `{name}` is not known when it is called",
    hint: "allocate `{name}` outside the loop, with a size of constants and symbols only",
    explain:
      "Generated C takes no memory from the system: what a function needs for large or symbolic buffers is passed by its caller, who asks for the size with the same symbols.",
  },
  floatOnInteger: {
    number: 212,
    message: "`{function}` computes with `{type}`, but floating point is off",
    hint: "quantise the program first, or build without `--integer-only`",
  },
  recursive: {
    number: 213,
    message: "`{name}` calls itself, and needs memory of its own in each call",
    hint: "allocate the memory outside and pass it as a parameter",
  },
  memoryOfCaller: {
    number: 214,
    severity: "warning",
    message: "callers give the memory of `{name}`, for it depends on sizes that are not known",
    hint: "write the sizes as numbers (`-D` sets constants of the file), or leave `--static-memory` out",
    explain:
      "With `--static-memory` the program keeps the memory of models of fixed size; that of others is asked for with their sizes, and passed.",
  },
});
