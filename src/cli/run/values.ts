/** The inputs of a run: from files, and made from a seed. */
import { codes as driverCodes } from "../../driver/codes.js";
import { makeInputs, parseShapes } from "../../driver/inputs.js";
import type { Signature } from "../../driver/run.js";
import { readTensor } from "../../driver/tensor-files.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import type { NDArray } from "../../support/ndarray.js";
import type { Value } from "../../support/value.js";
import { codes } from "../codes.js";
import type { RunContext } from "./context.js";

/** Values for the parameters of a function; throws a DiagnosticError where flags and parameters do not fit. */
export async function inputValues(
  { host, flags, limits }: RunContext,
  signature: Signature,
): Promise<Value[]> {
  const given = new Map<string, NDArray>();
  for (const text of flags.input) {
    const equals = text.indexOf("=");
    if (equals <= 0) throw new DiagnosticError(driverCodes.inputFile({ text }));
    given.set(text.slice(0, equals), await readTensor(host, text.slice(equals + 1)));
  }
  const { random } = flags;
  if (random !== undefined && !/^\d{1,9}$/.test(random))
    throw new DiagnosticError(codes.flagInteger({ flag: "--random", value: random }));
  const seed = random === undefined ? undefined : Number(random);
  return makeInputs(signature, { ...parseShapes(flags.shape), given, limit: limits.memory, seed });
}
