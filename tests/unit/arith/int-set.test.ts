import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  Analyzer,
  evalSet,
  evaluate,
  exprText,
  isProvedEmpty,
  isProvedInside,
  proveEqual,
  rangeOfSet,
  setOfRange,
  unionOf,
} from "../../../src/arith/index.js";
import { range } from "../../../src/ir/tir/buffer.js";
import {
  binary,
  compare,
  intImm,
  logic,
  makeVar,
  type BinaryOp,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { int32 } from "../../../src/support/dtype.js";
import type { Int } from "../../../src/support/int.js";
import { expression, vars } from "./generate.js";

const sets = suite("arith: integer sets and proofs");
const v = (name: string): Var => makeVar(name, int32);
const e = (x: PrimExpr | number): PrimExpr => (typeof x === "number" ? intImm(x) : x);
const op = (kind: BinaryOp, a: PrimExpr | number, b: PrimExpr | number): PrimExpr =>
  binary(kind, e(a), e(b));
const [i, j, k, m, n] = [v("i"), v("j"), v("k"), v("m"), v("n")];
const swept = (x: PrimExpr, analyzer = new Analyzer()): string => {
  const domain = new Map([
    [i, setOfRange(analyzer, range(intImm(0), n))],
    [j, setOfRange(analyzer, range(intImm(0), intImm(4)))],
  ]);
  const r = rangeOfSet(analyzer, evalSet(analyzer, x, domain), int32);
  return r ? `${exprText(r.min)} + ${exprText(r.extent)}` : "open";
};

sets("indices sweep intervals with symbolic ends", () => {
  assert.is(swept(op("add", op("mul", i, 4), j)), "0 + n * 4");
  assert.is(swept(op("sub", m, i)), "m + 1 - n + n");
  assert.is(swept(op("floordiv", i, 2)), "0 + (n + 1) // 2");
  assert.is(swept(op("floormod", i, 4)), "0 + 4");
  assert.is(swept(op("mul", i, m)), "open");
});

sets("unions and inclusion are proved", () => {
  const analyzer = new Analyzer();
  const low = setOfRange(analyzer, range(intImm(0), n));
  const high = setOfRange(analyzer, range(intImm(2), n));
  const both = unionOf(analyzer, low, high, int32);
  assert.is(exprText(rangeOfSet(analyzer, both, int32)!.extent), "n + 2");
  assert.ok(isProvedInside(analyzer, low, both));
  assert.not(isProvedInside(analyzer, both, low));
  assert.ok(isProvedEmpty(analyzer, setOfRange(analyzer, range(n, intImm(0)))));
});

sets("the set of an expression holds all its values", () => {
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 5 }), (x, extent) => {
      const analyzer = new Analyzer();
      const domain = new Map(
        vars.slice(0, 2).map((u) => [u, setOfRange(analyzer, range(intImm(0), intImm(extent)))]),
      );
      const set = evalSet(analyzer, x, domain);
      const r = rangeOfSet(analyzer, set, int32);
      if (!r) return;
      for (let a = 0; a < extent; a++)
        for (let b = 0; b < extent; b++) {
          const at = { of: (u: Var): Int => [a, b, 3, -2][vars.indexOf(u)]! };
          const value = evaluate(x, at);
          const [min, size] = [evaluate(r.min, at), evaluate(r.extent, at)];
          if (value === undefined || min === undefined || size === undefined) continue;
          assert.ok(
            value >= min && BigInt(value) < BigInt(min) + BigInt(size),
            `${exprText(x)} = ${value} not in ${exprText(r.min)} + ${exprText(r.extent)}`,
          );
        }
    }),
    { seed: 6, numRuns: 600 },
  );
});

const lt = (a: PrimExpr | number, b: PrimExpr | number): PrimExpr => compare("lt", e(a), e(b));
const le = (a: PrimExpr | number, b: PrimExpr | number): PrimExpr => compare("le", e(a), e(b));
const eq = (a: PrimExpr | number, b: PrimExpr | number): PrimExpr => compare("eq", e(a), e(b));
const proofs: readonly (readonly [readonly PrimExpr[], PrimExpr, boolean | undefined])[] = [
  [[lt(i, j), lt(j, k)], lt(i, k), true],
  [[lt(i, j), lt(j, k)], lt(op("add", i, 1), k), true],
  [[le(i, j), le(j, i)], eq(i, j), true],
  [[lt(i, j)], eq(i, j), false],
  [[], eq(op("mul", i, 2), op("add", op("mul", j, 2), 1)), false],
  [[], le(n, op("mul", op("ceildiv", n, 32), 32)), true],
  [[], lt(op("mul", op("floordiv", n, 32), 32), op("add", n, 1)), true],
  [[], eq(op("add", op("mul", op("floordiv", n, 4), 4), op("floormod", n, 4)), n), true],
  [
    [le(0, i), lt(i, m), le(0, j), lt(j, k)],
    lt(op("add", op("mul", i, k), j), op("mul", m, k)),
    true,
  ],
  [[le(0, i), lt(i, m)], lt(op("mul", i, i), op("mul", m, m)), true],
  [[logic("or", lt(i, 0), lt(10, i))], eq(i, 5), false],
  [[], le(op("min", i, j), i), true],
  [[], eq(op("max", i, j), op("sub", op("add", i, j), op("min", i, j))), true],
  [[], lt(i, j), undefined],
  [[eq(op("floormod", n, 8), 0)], eq(op("floormod", n, 4), 0), true],
];
for (const [given, cond, expected] of proofs) {
  sets(`${given.map(exprText).join(", ")} |- ${exprText(cond)}: ${expected}`, () => {
    const analyzer = new Analyzer();
    for (const fact of given) analyzer.assume(fact);
    assert.is(analyzer.prove(cond), expected);
  });
}

sets("linear questions over bounded variables are decided", () => {
  const linear = fc
    .tuple(fc.integer({ min: -6, max: 6 }), ...[i, j, k].map(() => fc.integer({ min: -3, max: 3 })))
    .map(([c, ...ks]) =>
      [i, j, k].reduce<PrimExpr>((sum, x, at) => op("add", sum, op("mul", x, ks[at]!)), intImm(c)),
    );
  let missed = 0;
  fc.assert(
    fc.property(linear, linear, (a, b) => {
      const analyzer = new Analyzer();
      for (const x of [i, j, k]) analyzer.bind(x, range(intImm(0), intImm(4)));
      analyzer.assume(le(a, 0));
      const answer = analyzer.prove(le(b, 0));
      const seen = new Set<Int>();
      for (let x = 0; x < 64; x++) {
        const at = { of: (u: Var): Int => (u === i ? x & 3 : u === j ? (x >> 2) & 3 : x >> 4) };
        if (evaluate(le(a, 0), at) === 1) seen.add(evaluate(le(b, 0), at)!);
      }
      if (answer !== undefined)
        assert.ok(seen.size === 0 || (seen.size === 1 && seen.has(answer ? 1 : 0)));
      else if (seen.size < 2) missed++;
    }),
    { seed: 8, numRuns: 800 },
  );
  assert.ok(missed <= 8, `${missed} of 800 not decided`);
});

sets("equality of dimensions has three answers", () => {
  assert.is(proveEqual(op("mul", op("add", n, 1), 2), op("add", op("mul", n, 2), 2)), true);
  assert.is(proveEqual(n, op("add", n, 1)), false);
  assert.is(proveEqual(n, m), undefined);
});

sets("large expressions are answered or given up, in bounded effort", () => {
  let sum: PrimExpr = intImm(0);
  for (let c = 0; c < 3000; c++)
    sum = op("add", sum, op("floordiv", op("add", [i, j, k, m, n][c % 5]!, c), (c % 7) + 2));
  const analyzer = new Analyzer();
  analyzer.prove(lt(sum, op("mul", sum, sum)));
  analyzer.simplify(sum);
  let product: PrimExpr = op("add", i, 1);
  for (let c = 0; c < 40; c++) product = op("mul", product, op("add", [i, j, k, m, n][c % 5]!, c));
  analyzer.prove(lt(product, 0));
});

sets.run();
