import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { externalSolver, isSolver } from "../../../src/cli/external-solver.js";
import { satSolver, type SatSolver } from "../../../src/sat/index.js";

const test = suite("external solvers");

const present = ["cadical", "minisat"].filter(
  (c) => spawnSync(c, ["--help"], { stdio: "ignore" }).error === undefined,
);

const clauses = fc.array(
  fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 26 },
);

const filled = (solver: SatSolver, list: readonly (readonly number[])[]): SatSolver => {
  for (let v = 0; v < 6; v++) solver.newVariable();
  for (const clause of list) solver.addClause(clause);
  return solver;
};

test("what is no solver is told apart", () => {
  assert.not(isSolver("a-command-that-is-not-there"));
  assert.not(isSolver("true"));
});

test("they agree with the solver within", () => {
  for (const command of present) {
    assert.ok(isSolver(command));
    const seen = new Set<string>();
    fc.assert(
      fc.property(clauses, (drawn) => {
        const list = drawn.map((c) => c.map(([v, positive]) => (positive ? v : -v)));
        const own = filled(satSolver(), list).solve();
        const other = filled(externalSolver(command), list);
        assert.is(other.solve(), own);
        seen.add(own);
        if (own === "sat")
          for (const clause of list) assert.ok(clause.some((literal) => other.holds(literal)));
      }),
      { numRuns: 40, seed: 5 },
    );
    assert.equal([...seen].sort(), ["sat", "unsat"]);
  }
});

test.run();
