import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer, evaluate, exprText } from "../../../src/arith/index.js";
import { range } from "../../../src/ir/tir/buffer.js";
import { intImm, type PrimExpr } from "../../../src/ir/tir/expr.js";
import { int } from "../../../src/support/int.js";
import { condition, expression, vars } from "./generate.js";

const simplify = suite("arith: simplify");
const runs = { seed: 11, numRuns: 80 };
const EXTENT = 6;
const at = (values: readonly number[]) => ({
  of: (v: PrimExpr) => int(values[vars.indexOf(v as never)] ?? 0),
});
const points = fc.array(fc.integer({ min: -12, max: 25 }), { minLength: 4, maxLength: 4 });

function sameWhereDefined(
  analyzer: Analyzer,
  e: PrimExpr,
  points: readonly (readonly number[])[],
): void {
  const simple = analyzer.simplify(e);
  assert.is(simple.dtype, e.dtype);
  for (const values of points) {
    const before = evaluate(e, at(values));
    if (before === undefined) continue;
    const after = evaluate(simple, at(values));
    if (after !== before)
      assert.unreachable(
        `${exprText(e)} = ${before}, but ${exprText(simple)} = ${after} at ${values}`,
      );
  }
}

simplify("keeps the value of expressions", () => {
  fc.assert(
    fc.property(expression, fc.array(points, { minLength: 8, maxLength: 8 }), (e, ps) =>
      sameWhereDefined(new Analyzer(), e, ps),
    ),
    runs,
  );
});

simplify("keeps the value of expressions over loop variables", () => {
  const inside = fc.array(fc.integer({ min: 0, max: EXTENT - 1 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(expression, fc.array(inside, { minLength: 8, maxLength: 8 }), (e, ps) => {
      const analyzer = new Analyzer();
      for (const v of vars) analyzer.bind(v, range(intImm(0), intImm(EXTENT)));
      sameWhereDefined(analyzer, e, ps);
    }),
    runs,
  );
});

simplify("keeps the truth of conditions", () => {
  fc.assert(
    fc.property(condition, fc.array(points, { minLength: 8, maxLength: 8 }), (e, ps) =>
      sameWhereDefined(new Analyzer(), e, ps),
    ),
    runs,
  );
});

simplify("is idempotent", () => {
  fc.assert(
    fc.property(fc.oneof(expression, condition), (e) => {
      const analyzer = new Analyzer();
      const first = analyzer.simplify(e);
      const second = analyzer.simplify(first);
      assert.is(exprText(second), exprText(first), exprText(e));
      assert.is(second, first);
    }),
    runs,
  );
});

simplify("answers of proofs hold at every point", () => {
  fc.assert(
    fc.property(
      condition,
      condition,
      fc.array(points, { minLength: 30, maxLength: 30 }),
      (given, cond, ps) => {
        const analyzer = new Analyzer();
        analyzer.assume(given);
        const answer = analyzer.prove(cond);
        if (answer === undefined) return;
        for (const values of ps) {
          if (evaluate(given, at(values)) !== 1) continue;
          const truth = evaluate(cond, at(values));
          if (truth !== undefined)
            assert.is(
              truth,
              answer ? 1 : 0,
              `${exprText(given)} |- ${exprText(cond)} at ${values}`,
            );
        }
      },
    ),
    runs,
  );
});

simplify("bounds and congruences hold at every point", () => {
  fc.assert(
    fc.property(expression, fc.array(points, { minLength: 8, maxLength: 8 }), (e, ps) => {
      const analyzer = new Analyzer();
      const bound = analyzer.constBound(e);
      const { coeff, base } = analyzer.modularSet(e);
      for (const values of ps) {
        const value = evaluate(e, at(values));
        if (value === undefined) continue;
        assert.ok(value >= bound.min && value <= bound.max, `${exprText(e)} = ${value}`);
        const off = BigInt(value) - BigInt(base);
        assert.ok(
          coeff === 0 ? off === 0n : off % BigInt(coeff) === 0n,
          `${exprText(e)} = ${value}: ${coeff}k+${base}`,
        );
      }
    }),
    runs,
  );
});

simplify.run();
