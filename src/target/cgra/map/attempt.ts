/** One search at an interval. */
export type Attempt = {
  readonly ii: number;
  readonly result: "mapped" | "refuted" | "unknown";
  readonly ms: number;
} & (
  | {
      readonly method: "negotiation";
      readonly rounds: number;
      /** Of the annealing that it begins with, if it does. */
      readonly effort?: number;
    }
  | { readonly method: "annealing"; readonly effort: number }
  | {
      readonly method: "clauses";
      /** Cycles beyond the critical path; infinite where placement is looked at without time. */
      readonly slack: number;
      /** It ended because its clauses took too much. */
      readonly isShortOfMemory?: boolean;
      readonly variables: number;
      readonly clauses: number;
      readonly conflicts: number;
    }
);

/** What was tried and what came of it, in one line. */
export function attemptText(attempt: Attempt): string {
  const { ii, result } = attempt;
  if (attempt.method === "negotiation") {
    const near = attempt.effort === undefined ? "" : " near annealed places";
    return `interval ${ii}, negotiation${near}: ${result} (at most ${attempt.rounds} rounds)`;
  }
  if (attempt.method === "annealing")
    return `interval ${ii}, annealing: ${result} (effort ${attempt.effort})`;
  const { slack, variables, clauses, conflicts, isShortOfMemory } = attempt;
  const room = slack === Infinity ? "any schedule" : `room ${slack}`;
  const end = isShortOfMemory ? ", memory limit" : "";
  return `interval ${ii}, ${room}: ${result}${end} (${variables} variables, ${clauses} clauses, ${conflicts} conflicts)`;
}
