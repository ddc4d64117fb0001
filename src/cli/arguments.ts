/** The words a command is given: how they are shown, and whether they are as many as it takes. */
import type { Diagnostic } from "../support/diagnostic.js";
import { codes } from "./codes.js";

export interface ArgumentSpec {
  /** In capitals, e.g. `FILE`. */
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
  /** Takes all that remain; only the last one. */
  readonly many?: true;
}

/** `FILE [NUMBER…]`. */
export const argumentsUsage = (specs: readonly ArgumentSpec[]): string =>
  specs
    .map(({ name, many, optional }) => {
      const word = many === true ? `${name}…` : name;
      return optional === true ? `[${word}]` : word;
    })
    .join(" ");

/** What is missing or too much; none when the words are as the command wants them. */
export function argumentProblems(
  command: string,
  specs: readonly ArgumentSpec[],
  args: readonly string[],
): Diagnostic[] {
  const missing = specs.find((spec, i) => spec.optional !== true && args[i] === undefined);
  if (missing !== undefined) {
    const argument = `${missing.name} (${missing.help})`;
    return [codes.missingArgument({ command, argument })];
  }
  const takesAll = specs.at(-1)?.many === true;
  const extra = takesAll ? undefined : args[specs.length];
  return extra === undefined ? [] : [codes.extraArgument({ command, argument: extra })];
}
