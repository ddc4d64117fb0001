import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  atMost,
  countedAtMost,
  exactlyOne,
  firstFlaw,
  Memory,
  proofText,
  recordingSolver,
  refutedText,
  satSolver,
  type ProofStep,
} from "../../../src/sat/index.js";

const test = suite("sat solver");

type Clause = readonly number[];

const clausesOf = (variables: number): fc.Arbitrary<number[][]> =>
  fc.array(
    fc.array(
      fc.integer({ min: 1, max: variables }).chain((v) => fc.boolean().map((b) => (b ? v : -v))),
      { minLength: 1, maxLength: 3 },
    ),
    { maxLength: 60 },
  );

const satisfied = (clauses: readonly Clause[], holds: (l: number) => boolean): boolean =>
  clauses.every((c) => c.some(holds));

function bruteForce(variables: number, clauses: readonly Clause[]): boolean {
  for (let bits = 0; bits < 1 << variables; bits++) {
    const holds = (l: number): boolean => ((bits >> (Math.abs(l) - 1)) & 1) === (l > 0 ? 1 : 0);
    if (satisfied(clauses, holds)) return true;
  }
  return false;
}

function refutation(clauses: readonly Clause[]): { result: string; steps: readonly ProofStep[] } {
  const solver = recordingSolver();
  for (const c of clauses) solver.addClause(c);
  const result = solver.solve();
  assert.equal(solver.refutation().clauses, clauses);
  return { result, steps: solver.refutation().steps };
}
/** One pigeon more than holes. */
function pigeons(holes: number): number[][] {
  const at = (p: number, h: number): number => p * holes + h + 1;
  const clauses: number[][] = [];
  for (let p = 0; p <= holes; p++) {
    clauses.push(Array.from({ length: holes }, (_, h) => at(p, h)));
    for (let q = 0; q < p; q++)
      for (let h = 0; h < holes; h++) clauses.push([-at(p, h), -at(q, h)]);
  }
  return clauses;
}

test("agrees with trying all assignments, with models and proofs", () => {
  fc.assert(
    fc.property(clausesOf(8), (clauses) => {
      const solver = satSolver();
      for (const c of clauses) solver.addClause(c);
      const expected = bruteForce(8, clauses);
      assert.is(solver.solve(), expected ? "sat" : "unsat");
      if (expected) assert.ok(satisfied(clauses, solver.holds));
      else assert.is(firstFlaw(clauses, refutation(clauses).steps), undefined);
    }),
    { numRuns: 400, seed: 7 },
  );
});

test("assumptions bind one call only", () => {
  fc.assert(
    fc.property(clausesOf(7), fc.array(fc.integer({ min: 1, max: 7 })), (clauses, assumed) => {
      const assumptions = assumed.map((v, i) => (i % 2 === 0 ? v : -v));
      const solver = satSolver();
      for (const c of clauses) solver.addClause(c);
      for (let v = 1; v <= 7; v++) solver.addClause([v, -v]);
      const all = [...clauses, ...assumptions.map((a) => [a])];
      const expected = bruteForce(7, all) ? "sat" : "unsat";
      const known = assumptions.every((a) => solver.statistics().variables >= Math.abs(a));
      if (!known) return;
      assert.is(solver.solve(assumptions), expected);
      assert.is(solver.solve(), bruteForce(7, clauses) ? "sat" : "unsat");
    }),
    { numRuns: 300, seed: 8 },
  );
});

test("refutes pigeons, with a proof that holds", () => {
  const clauses = pigeons(6);
  const { result, steps } = refutation(clauses);
  assert.is(result, "unsat");
  assert.is(firstFlaw(clauses, steps), undefined);
});

test("a refutation is written as others read it", () => {
  const refuted = { variables: 2, clauses: [[1, 2], [-1], [-2]], steps: [
    { kind: "add", clause: [2] },
    { kind: "remove", clause: [1, 2] },
    { kind: "add", clause: [] },
  ] } as const; // prettier-ignore
  assert.is(refutedText(refuted, ["two of them"]), "c two of them\np cnf 2 3\n1 2 0\n-1 0\n-2 0\n");
  assert.is(proofText(refuted), "2 0\nd 1 2 0\n0\n");
});

test("a proof with a clause that does not follow is refused", () => {
  const clauses = pigeons(3);
  assert.is(firstFlaw(clauses, [{ kind: "add", clause: [1] }]), 0);
  assert.is(firstFlaw(clauses, []), -1);
});

test("drops learnt clauses and stays right", () => {
  const clauses = pigeons(8);
  const { result, steps } = refutation(clauses);
  assert.is(result, "unsat");
  assert.ok(steps.some(({ kind }) => kind === "remove"));
});

test("gives up at the limit of conflicts", () => {
  const solver = satSolver();
  for (const c of pigeons(9)) solver.addClause(c);
  assert.is(solver.solve([], { conflicts: 10 }), "unknown");
  assert.is(solver.statistics().conflicts, 10);
});

test("counts", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(511), (size, bound, bits) => {
      const solver = satSolver();
      const vars = Array.from({ length: size }, () => solver.newVariable());
      atMost(solver, vars, bound);
      const given = vars.map((v, i) => ((bits >> i) & 1 ? v : -v));
      const held = given.filter((l) => l > 0).length;
      assert.is(solver.solve(given), held <= bound ? "sat" : "unsat");
    }),
    { numRuns: 300, seed: 9 },
  );
});

test("exactly one", () => {
  const solver = satSolver();
  const vars = Array.from({ length: 12 }, () => solver.newVariable());
  exactlyOne(solver, vars);
  assert.is(solver.solve(vars.map((v) => -v)), "unsat");
  assert.is(solver.solve([vars[3]!, vars[9]!]), "unsat");
  assert.is(solver.solve([vars[7]!]), "sat");
});

const limited = (clauses: readonly Clause[], memory: Memory) => {
  const solver = satSolver({ memory });
  for (const clause of clauses) solver.addClause(clause);
  return solver;
};

test("where memory is short what was learnt is dropped, and then the answer is unknown", () => {
  assert.is(limited(pigeons(6), new Memory()).solve(), "unsat");
  const none = limited(pigeons(6), new Memory(1000));
  assert.is(none.solve(), "unknown");
  assert.ok(none.statistics().isFull);
  // Room for the clauses, and for few of those learnt.
  const small = new Memory(250_000);
  const tight = limited(pigeons(8), small);
  assert.not(tight.statistics().isFull);
  assert.ok(small.left() > 0);
  // Arrays grow by their own size at most before they are looked at.
  tight.solve([], { conflicts: 20_000 });
  assert.ok(small.left() > -250_000);
  small.release();
  assert.is(small.left(), 250_000);
});

test("counts are those of the literals that hold, and no more than the bound", () => {
  for (let bound = 0; bound <= 3; bound++)
    for (let bits = 0; bits < 16; bits++) {
      const solver = satSolver();
      const literals = Array.from({ length: 4 }, () => solver.newVariable());
      const counts = countedAtMost(solver, literals, bound);
      literals.forEach((l, i) => solver.addClause([(bits >> i) & 1 ? l : -l]));
      const count = [...bits.toString(2)].filter((b) => b === "1").length;
      assert.is(solver.solve(), count <= bound ? "sat" : "unsat");
      if (count <= bound)
        assert.equal(counts.map((l) => solver.holds(l)), counts.map((_, j) => j < count)); // prettier-ignore
    }
});

test.run();
