/** Codes of what is loaded into fabrics. */
import { defineCodes } from "../../../support/diagnostic.js";

export const machineCodes = defineCodes("MAP", {
  kernelTooLarge: {
    number: 200,
    message: "`{kernel}` needs {needed} {what}, and `{fabric}` has {available}",
    hint: "split the loop body, or use a larger fabric",
    explain: "A fabric has so many hardware loops, launch numbers, counters of streams and overlapping iterations.",
  },
  wideImmediate: {
    number: 201,
    message: "the number {value} of `{op}` does not fit the {bits} bits of an immediate",
    hint: "add it to the address, or use a fabric with a wider `pe.imm`",
    explain: "Offsets of memory operations, streams, and numbers of loops stand in the configuration word.",
  },
  notRealisable: {
    number: 202,
    message: "the mapping of `{kernel}` cannot be executed: {reason}",
    explain: "Mappings that the search finds are checked; one from elsewhere may break the rules of the fabric.",
  },
  notAnImage: {
    number: 210,
    message: "`{file}` is not an image of a fabric",
    hint: "make one with `relaxc cgra asm`",
    explain: "Images start with the letters RCGR.",
  },
  imageVersion: {
    number: 211,
    message: "`{file}` has format version {found}, this program reads version {wanted}",
    hint: "make the image again",
    explain: "Images are made again when the format changes.",
  },
  imageDamaged: {
    number: 212,
    message: "`{file}` is damaged: {reason}",
    hint: "make the image again, or copy it again",
    explain: "Every section of an image has a checksum, and everything in it must exist on the fabric.",
  },
  otherFabric: {
    number: 213,
    message: "`{file}` was made for another fabric than `{fabric}`",
    hint: "name the fabric it was made for, or make the image again",
    explain: "An image holds the 64-bit identity of its fabric, which depends on every field of the description.",
  },
  assemblyMistake: {
    number: 214,
    message: "{what}",
    hint: "`relaxc cgra dis` shows the form",
    explain: "Images can be written as text: lines of words, constants, loops and streams.",
  },
  kernelNotRun: {
    number: 215,
    message: "`{name}` cannot be run alone: {reason}",
    hint: "`relaxc run --target cgra` runs whole programs",
    explain: "A kernel that runs alone has all its buffers in the scratchpad, at sizes given with --shape.",
  },
  kernelDiffers: {
    number: 216,
    message: "`{name}` computes something else than the interpreter: {difference}",
    explain: "A kernel is run on random inputs, simulated and interpreted. Floats may differ where the fabric rounds otherwise.",
  },
  valueNotWritten: {
    number: 221,
    severity: "warning",
    message: "cycle {cycle}, element {element}: {what}",
    explain: "A register or output was read before anything was written to it, and what came of it reached memory.",
  },
  machineFault: {
    number: 220,
    message: "cycle {cycle}, element {element}: {what}",
    explain: "What the machine cannot do is an error of the simulator: addresses outside the scratchpad or not at a multiple of the width, and more accesses of a bank than it has ports.",
  },
}); // prettier-ignore
