/** Solvers of other makers, run as commands that read DIMACS from a file (SAT competition: exit status 10 or 20). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Memory, writeDimacs, type SatSolver } from "../sat/index.js";

const SATISFIABLE = 10;
const UNSATISFIABLE = 20;
/** Milliseconds that solvers get for each conflict ours may have, where they do not count conflicts themselves. */
const MS_PER_CONFLICT = 1;
const LEAST_MS = 1000;
const MOST_OUTPUT = 1 << 28;
/** Work of a conflict, about that of ours. */
const STEPS_PER_CONFLICT = 10_000;
const CLAUSE_BYTES = 64;
const LITERAL_BYTES = 8;
/** Solvers need some memory to begin with. */
const LEAST_KILOBYTES = 1 << 16;

/** How solvers are told to end after so many conflicts: then the answer is the same on all machines. */
const CONFLICT_LIMITS: readonly (readonly [RegExp, (conflicts: number) => readonly string[]])[] = [
  [/cadical/, (n) => ["-c", String(n)]],
  [/kissat/, (n) => [`--conflicts=${n}`]],
  [/cryptominisat/, (n) => [`--maxconfl=${n}`]],
];

/** Whether the command solves the smallest problem. */
export function isSolver(command: string): boolean {
  const solver = externalSolver(command);
  solver.addClause([solver.newVariable()]);
  return solver.solve() === "sat";
}

/** Each call solves from scratch; one that takes too long, or fails, leaves the answer unknown. */
export function externalSolver(command: string, memory = new Memory()): SatSolver {
  const clauses: (readonly number[])[] = [];
  let variables = 0;
  let conflicts = 0;
  let steps = 0;
  let isFull = false;
  let model = new Set<number>();
  return {
    newVariable: () => ++variables,
    addClause: (clause) => {
      isFull ||= memory.isFull();
      if (isFull) return;
      memory.take(CLAUSE_BYTES + LITERAL_BYTES * clause.length);
      clauses.push([...clause]);
    },
    prefer: () => undefined,
    holds: (literal) => model.has(literal),
    statistics: () => ({ variables, clauses: clauses.length, conflicts, decisions: 0, propagations: 0, steps, isFull }), // prettier-ignore
    solve(assumptions = [], { conflicts: most = Infinity } = {}) {
      if (isFull) return "unknown";
      const folder = mkdtempSync(join(tmpdir(), "relaxc-sat-"));
      try {
        const input = join(folder, "problem.cnf");
        const output = join(folder, "answer");
        const units = assumptions.map((literal) => [literal]);
        writeFileSync(input, writeDimacs(variables, [...clauses, ...units]));
        const counted = CONFLICT_LIMITS.find(([name]) => name.test(command))?.[1];
        const timeout = Math.max(LEAST_MS, MS_PER_CONFLICT * most);
        const limit = Number.isFinite(most) ? (counted?.(most) ?? []) : [];
        // MiniSat and its kin write the model to a second file; the others ignore none, so it is given to them alone.
        const isMiniSat = /minisat|glucose/.test(command);
        const args = [...limit, input, ...(isMiniSat ? [output] : [])];
        const run = runLimited(command, args, memory.left(), limit.length > 0 ? Infinity : timeout);
        // Work is counted, so that the caller's limits come to an end.
        conflicts += Number.isFinite(most) ? most : 1;
        steps += STEPS_PER_CONFLICT * (Number.isFinite(most) ? most : 1);
        if (run.status === UNSATISFIABLE) return "unsat";
        isFull = /bad_alloc|out of memory|memory exhausted/i.test(run.stdout + run.stderr);
        if (run.status !== SATISFIABLE) return "unknown";
        model = modelOf(isMiniSat ? readFileSync(output, "utf8") : run.stdout);
        return "sat";
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Runs a command with so much address space where the shell can limit it, and ends it after some time. */
function runLimited(command: string, args: readonly string[], bytes: number, timeout: number) {
  const options = {
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT,
    ...(Number.isFinite(timeout) && { timeout }),
  } as const;
  if (!Number.isFinite(bytes) || process.platform === "win32")
    return spawnSync(command, args, options);
  const kilobytes = Math.max(LEAST_KILOBYTES, Math.floor(bytes / 1024));
  const script = 'ulimit -v "$1"; shift; exec "$@"';
  return spawnSync("sh", ["-c", script, "sh", String(kilobytes), command, ...args], options);
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
