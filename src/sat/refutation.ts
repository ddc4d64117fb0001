/** A solver that remembers what it was asked and what it derived, so that others can check what it refutes. */
import { writeDimacs } from "./dimacs.js";
import { Memory } from "./memory.js";
import type { ProofStep } from "./proof.js";
import { satSolver, type ProofListener, type SatSolver } from "./solver.js";

/** Clauses without a solution, and the steps from them to the empty clause. */
export interface Refutation {
  readonly variables: number;
  readonly clauses: readonly (readonly number[])[];
  readonly steps: readonly ProofStep[];
}

export interface RecordingSolver extends SatSolver {
  /** What was added and derived so far: a refutation once the answer is `unsat` without assumptions. */
  refutation(): Refutation;
}

/** Bytes of a clause that is kept, besides its literals. */
const CLAUSE_BYTES = 64;
const LITERAL_BYTES = 8;

export function recordingSolver(memory = new Memory()): RecordingSolver {
  const clauses: (readonly number[])[] = [];
  const steps: ProofStep[] = [];
  const keep = (clause: readonly number[]): readonly number[] => {
    memory.take(CLAUSE_BYTES + LITERAL_BYTES * clause.length);
    return clause;
  };
  const proof: ProofListener = {
    add: (clause) => void steps.push({ kind: "add", clause: keep(clause) }),
    remove: (clause) => void steps.push({ kind: "remove", clause: keep(clause) }),
  };
  const solver = satSolver({ proof, memory });
  return {
    ...solver,
    addClause(clause) {
      clauses.push(keep([...clause]));
      solver.addClause(clause);
    },
    refutation: () => ({ variables: solver.statistics().variables, clauses, steps }),
  };
}

/** The problem in DIMACS, with comments before it. */
export function refutedText(
  { variables, clauses }: Refutation,
  comments: readonly string[],
): string {
  return `${comments.map((line) => `c ${line}\n`).join("")}${writeDimacs(variables, clauses)}`;
}

/** The steps as a DRAT proof in text: a clause a line, `d` before those that are dropped. */
export function proofText({ steps }: Refutation): string {
  return steps
    .map(({ kind, clause }) => `${kind === "remove" ? "d " : ""}${[...clause, 0].join(" ")}\n`)
    .join("");
}
