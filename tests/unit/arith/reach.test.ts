import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer, evaluate, exprText } from "../../../src/arith/index.js";
import { addConst, neg, sub } from "../../../src/arith/poly.js";
import { isOutOfReach } from "../../../src/arith/reach.js";
import { range } from "../../../src/ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../../../src/ir/tir/expr.js"; // prettier-ignore
import { int64 } from "../../../src/support/dtype.js";
import { expression, vars } from "./generate.js";

const reach = suite("arith: proofs without systems");
const SIDE = 4;

reach("only what no values reach is out of reach", () => {
  let proved = 0;
  fc.assert(
    fc.property(expression, fc.integer({ min: 0, max: 60 }), (e, k) => {
      const analyzer = new Analyzer();
      // A triangle: each variable runs to the one before.
      const ends = vars.map((_, i) =>
        i === 0 ? intImm(SIDE) : binary("add", vars[i - 1]!, intImm(1)),
      );
      vars.forEach((v, i) => analyzer.bind(v, range(intImm(0), ends[i]!)));
      if (!isOutOfReach(analyzer, addConst(analyzer.poly(e), -k))) return;
      proved++;
      for (let at = 0; at < SIDE ** vars.length; at++) {
        const values = new Map(vars.map((v, i) => [v, Math.floor(at / SIDE ** i) % SIDE] as const));
        const of = (v: Var): number | undefined => values.get(v);
        if (vars.some((v, i) => i > 0 && of(v)! > of(vars[i - 1]!)!)) continue;
        const value = evaluate(e, { of });
        if (value !== undefined) assert.ok(value < k, `${exprText(e)} >= ${k}`);
      }
    }),
    { numRuns: 600, seed: 5 },
  );
  assert.ok(proved > 100, String(proved));
});

const size = (name: string): Var => makeVar(name, int64, undefined, { isSize: true });
const at = (x: PrimExpr | number): PrimExpr => (typeof x === "number" ? intImm(x, int64) : x);
const add = (a: PrimExpr, b: PrimExpr | number): PrimExpr => binary("add", a, at(b));
const mul = (a: PrimExpr, b: PrimExpr | number): PrimExpr => binary("mul", a, at(b));

reach("flat positions of nests of symbolic sizes are within", () => {
  const [m, n, i, j] = [size("m"), size("n"), makeVar("i", int64), makeVar("j", int64)];
  const analyzer = new Analyzer();
  analyzer.bind(i, range(at(0), m));
  analyzer.bind(j, range(at(0), n));
  const [place, length] = [analyzer.poly(add(mul(i, n), j)), analyzer.poly(mul(m, n))];
  assert.ok(isOutOfReach(analyzer, sub(place, length)), "at the end or behind it");
  assert.ok(isOutOfReach(analyzer, addConst(neg(place), -1)), "before the start");
  assert.not(isOutOfReach(analyzer, addConst(sub(place, length), 1)), "the last place is reached");
});

reach("what contradicts a fact is out of reach", () => {
  const [n, i] = [size("n"), makeVar("i", int64)];
  const analyzer = new Analyzer();
  analyzer.bind(i, range(at(0), at(16)));
  const gap = sub(analyzer.poly(add(mul(i, 8), 7)), analyzer.poly(n));
  assert.not(isOutOfReach(analyzer, gap));
  analyzer.scope(() => {
    analyzer.assume(compare("lt", add(mul(i, 8), 7), n));
    assert.ok(isOutOfReach(analyzer, gap));
    assert.not(isOutOfReach(analyzer, addConst(gap, 1)), "the last one may be met");
  });
});

reach("what the bounds of atoms say is no fact", () => {
  const [n, i] = [size("n"), makeVar("i", int64)];
  const analyzer = new Analyzer();
  analyzer.bind(i, range(at(0), at(16)));
  for (const known of [
    compare("ge", n, at(0)),
    compare("lt", i, at(20)),
    compare("ge", mul(n, 2), at(0)),
  ])
    analyzer.assume(known);
  assert.is(analyzer.facts.length, 0);
  analyzer.assume(compare("ge", n, at(1)));
  analyzer.assume(compare("ge", n, at(1)));
  assert.is(analyzer.facts.length, 1);
});

reach.run();
