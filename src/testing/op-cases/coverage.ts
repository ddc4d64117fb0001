/** Which operators the golden cases show, and in what ways. */
import { standardLibrary } from "../../template/library/stdlib.js";
import { allOps } from "../../op/registry.js";
import { CASE_TAGS, type CaseTag, type OpFamily } from "./op-case.js";

export interface OpCoverage {
  readonly op: string;
  readonly must: string;
  /** Has a template. */
  readonly lowered: boolean;
  /** Number of cases. */
  readonly cases: Readonly<Record<CaseTag, number>>;
  /** Why there is none. */
  readonly reasons: Readonly<Partial<Record<CaseTag, string>>>;
}

/** Operators that no loop nest computes: calls, memory, devices, and those over several machines. */
export const isOutside = (op: {
  readonly family: string;
  readonly structural?: boolean;
}): boolean => op.structural === true || op.family === "dist" || op.family === "ccl";

/** All operators that a loop nest can compute. */
export function coverageOf(families: readonly OpFamily[]): OpCoverage[] {
  const lowered = standardLibrary().ops();
  return allOps()
    .filter((op) => !isOutside(op))
    .map(({ name, must }) => {
      const cases = Object.fromEntries(CASE_TAGS.map((tag) => [tag, 0])) as Record<CaseTag, number>;
      const reasons: Partial<Record<CaseTag, string>> = {};
      for (const family of families) {
        for (const c of family.cases) if (c.op === name) for (const tag of c.tags) cases[tag]++;
        Object.assign(reasons, family.reasons[name]);
      }
      return { op: name, must: must ?? "", lowered: lowered.has(`relax.${name}`), cases, reasons };
    });
}

/** Cases and reasons that are missing, as text. */
export const gapsOf = (all: readonly OpCoverage[]): string[] =>
  all.flatMap(({ op, lowered, cases, reasons }) => {
    if (!lowered) return [];
    const missing = CASE_TAGS.filter((tag) => cases[tag] === 0 && reasons[tag] === undefined);
    const idle = CASE_TAGS.filter((tag) => cases[tag] > 0 && reasons[tag] !== undefined);
    return [
      ...missing.map((tag) => `${op}: no case is ${tag}, and no reason is given`),
      ...idle.map((tag) => `${op}: there are cases of ${tag} and a reason why not`),
    ];
  });
