/** Solvers of other makers, run as commands that read DIMACS from a file (SAT competition: exit status 10 or 20). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDimacs, type SatSolver } from "../sat/index.js";

const SATISFIABLE = 10;
const UNSATISFIABLE = 20;
/** Milliseconds such solvers get for each conflict ours may have. */
const MS_PER_CONFLICT = 1;
const LEAST_MS = 1000;
const MOST_OUTPUT = 1 << 28;

/** Whether the command solves the smallest problem. */
export function isSolver(command: string): boolean {
  const solver = externalSolver(command);
  solver.addClause([solver.newVariable()]);
  return solver.solve() === "sat";
}

/** Each call solves from scratch; one that takes too long, or fails, leaves the answer unknown. */
export function externalSolver(command: string): SatSolver {
  const clauses: (readonly number[])[] = [];
  let variables = 0;
  let conflicts = 0;
  let model = new Set<number>();
  return {
    newVariable: () => ++variables,
    addClause: (clause) => {
      clauses.push([...clause]);
    },
    prefer: () => undefined,
    holds: (literal) => model.has(literal),
    statistics: () => ({ variables, clauses: clauses.length, conflicts, decisions: 0, propagations: 0 }), // prettier-ignore
    solve(assumptions = [], limits = {}) {
      const folder = mkdtempSync(join(tmpdir(), "relaxc-sat-"));
      try {
        const input = join(folder, "problem.cnf");
        const output = join(folder, "answer");
        const units = assumptions.map((literal) => [literal]);
        writeFileSync(input, writeDimacs(variables, [...clauses, ...units]));
        const timeout = Math.max(LEAST_MS, MS_PER_CONFLICT * (limits.conflicts ?? Infinity));
        // MiniSat and its kin write the model to a second file; the others ignore none, so it is given to them alone.
        const isMiniSat = /minisat|glucose/.test(command);
        const run = spawnSync(command, isMiniSat ? [input, output] : [input], {
          encoding: "utf8",
          maxBuffer: MOST_OUTPUT,
          ...(Number.isFinite(timeout) && { timeout }),
        });
        // Work is counted, so that the caller's limits come to an end.
        conflicts += limits.conflicts ?? 1;
        if (run.status === UNSATISFIABLE) return "unsat";
        if (run.status !== SATISFIABLE) return "unknown";
        model = modelOf(isMiniSat ? readFileSync(output, "utf8") : run.stdout);
        return "sat";
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Literals of lines `v …`, or of bare lines of numbers. */
function modelOf(text: string): Set<number> {
  const model = new Set<number>();
  for (const line of text.split("\n")) {
    if (!/^(v\s|-?\d)/.test(line)) continue;
    for (const word of line.replace(/^v/, "").trim().split(/\s+/)) {
      const literal = Number(word);
      if (literal !== 0) model.add(literal);
    }
  }
  return model;
}
