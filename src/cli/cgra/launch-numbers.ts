import { DiagnosticError } from "../../support/diagnostic.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { codes } from "../codes.js";

const LIMIT = 2 ** 31;

/** The words of a command line as the numbers that an image is launched with, of 32 bits each. */
export function launchNumbers(
  { name, liveins }: KernelProgram,
  words: readonly string[],
): readonly number[] {
  if (words.length !== liveins.length)
    throw new DiagnosticError(
      codes.launchNumbers({
        name,
        count: liveins.length,
        names: liveins.length > 0 ? ` (${liveins.join(", ")})` : "",
        given: words.length,
      }),
    );
  return words.map((word, i) => {
    const value = Number(word);
    if (!/^-?\d+$/.test(word) || value < -LIMIT || value >= LIMIT)
      throw new DiagnosticError(codes.launchNumber({ livein: liveins[i]!, word }));
    return value;
  });
}
