/** Golden cases: both ways of running must agree bit for bit, and with the reference as far as the case says. */
import { farFrom } from "./compare.js";
import type { OpCase } from "./op-case.js";
import { outcomesDiffer, runBoth, type BothOutcomes } from "./run-both.js";

/** A case that does not hold, and why. */
export interface CaseFailure {
  readonly case: OpCase;
  readonly reason: string;
}

/** The cases that do not hold. */
export const failingCases = (cases: readonly OpCase[]): CaseFailure[] =>
  runBoth(cases).flatMap((outcomes) => {
    const reason = verdict(outcomes);
    return reason === undefined ? [] : [{ case: outcomes.program, reason }];
  });

function verdict({
  program: c,
  refused,
  interpreted,
  compiled,
}: BothOutcomes<OpCase>): string | undefined {
  if (refused !== undefined) return refused.reason;
  if (typeof interpreted === "string") return `interpreter: ${interpreted}`;
  if (typeof compiled === "string") return `WebAssembly: ${compiled}`;
  const found = interpreted.length;
  if (found !== c.expected.length) return `${found} results, not ${c.expected.length}`;
  for (const [i, expected] of c.expected.entries()) {
    const far = farFrom(expected, interpreted[i]!, c.tolerance);
    if (far !== undefined) return `result ${i}: ${far}`;
  }
  return outcomesDiffer(interpreted, compiled);
}
