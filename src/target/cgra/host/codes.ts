/** Codes of what runs fabrics: copies, scratchpad, calls of kernels. */
import { defineCodes } from "../../../support/diagnostic.js";

export const codes = defineCodes("MAP", {
  hostUse: {
    number: 400,
    message: "`{name}` is in the scratchpad, where the host can only copy: {what}",
    hint: "copy whole boxes between `{name}` and global memory, or compute in a loop marked `cgra.kernel`",
    explain:
      "Outside kernels, buffers of the scratchpad are copied to and from global memory, or filled with a number. What else uses them has to run on the fabric.",
  },
  unboundedBuffer: {
    number: 401,
    severity: "warning",
    message: "`{name}` has no known greatest size, so that `{func}` runs on the host",
    hint: "use tiles of fixed size, or bound the sizes with the attribute `tir_var_upper_bound`",
    explain: "Addresses in the scratchpad are fixed when a program is compiled.",
  },
  scratchpadFull: {
    number: 402,
    severity: "warning",
    message: "`{func}` runs on the host: {reason}",
    hint: "use smaller tiles, or a fabric with larger banks",
    explain:
      "All buffers of the scratchpad that are in use at a time have to fit into its banks together.",
  },
  noBank: {
    number: 403,
    message: "fabric `{fabric}` has no bank `{bank}`, which `{name}` is to be in",
    hint: "its banks are {known}",
    explain: "A buffer of scope `cgra.spad.NAME` is in the bank of that name.",
  },
  onHost: {
    number: 404,
    severity: "warning",
    message: "`{kernel}` runs on the host: {reason}",
    explain: "Loops that the fabric cannot run are computed by the host, with the same result.",
  },
  deviceFailed: {
    number: 405,
    message: "the fabric stopped in `{kernel}`: {reason}",
    explain: "The simulator stops where a kernel does what the fabric cannot do.",
  },
  nothingThere: {
    number: 406,
    severity: "warning",
    message: "nothing of the program runs on `{fabric}`",
    hint: "mark a loop with the annotation `cgra.kernel`, or use operators that `stdlib/cgra/` has loops for; `relaxc lower --explain` with the same `--fabric` says which text each operator takes, and why",
    explain:
      "Loops marked `cgra.kernel` run on the fabric, and all others on the host. Operators are lowered to such loops where their types and shapes fit a text of `stdlib/cgra/` or of a library.",
  },
  noHostVersion: {
    number: 407,
    message: "`{func}` does not run on `{fabric}`, and host versions are left out",
    hint: "build without `--no-fallback`, or change the loops or the fabric",
    explain:
      "With `--no-fallback` the host has no version of its own of what the fabric is to run, so all loops for it have to fit it.",
  },
});
