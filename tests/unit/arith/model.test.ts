import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer, evaluate, exprText } from "../../../src/arith/index.js";
import { FIRST, hasModel } from "../../../src/arith/model.js";
import { addConst, forEachAtom, neg, sub } from "../../../src/arith/poly.js";
import { isImpossible } from "../../../src/arith/refute.js";
import { eliminate, hasNoSolution, withoutEquations, type Row } from "../../../src/arith/solve.js";
import { range } from "../../../src/ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../../../src/ir/tir/expr.js"; // prettier-ignore
import { int32, int64 } from "../../../src/support/dtype.js";
import type { Int } from "../../../src/support/int.js";
import { expression, vars } from "./generate.js";

const models = suite("arith: values instead of proofs");
const SIDE = 4;

/** Values of an expression for all small values of the variables; undefined where it has none. */
function valuesIn(e: PrimExpr): (Int | undefined)[] {
  return Array.from({ length: SIDE ** vars.length }, (_, at) => {
    const values = new Map(vars.map((v, k) => [v, Math.floor(at / SIDE ** k) % SIDE] as const));
    return evaluate(e, { of: (v) => values.get(v) });
  });
}

models("only what some values satisfy has a model, and only what none satisfy is refuted", () => {
  let found = 0;
  fc.assert(
    fc.property(expression, fc.integer({ min: -3, max: 20 }), (e, k) => {
      const values = valuesIn(e);
      if (values.includes(undefined)) return;
      const analyzer = new Analyzer();
      for (const v of vars) analyzer.bind(v, range(intImm(0), intImm(SIDE)));
      const goal = [addConst(analyzer.poly(e), -k)];
      const isPossible = values.some((x) => x! >= k);
      // Of an expression that is no polynomial nothing is known but its type.
      let isKnown = true;
      forEachAtom(goal[0]!, ({ kind }) => (isKnown &&= kind !== "opaque" && kind !== "choice"));
      if (hasModel(analyzer, goal, [0, 40]) && isKnown) {
        found++;
        assert.ok(isPossible, `${exprText(e)} >= ${k}`);
      }
      if (isImpossible(analyzer, goal)) assert.not(isPossible, `${exprText(e)} >= ${k}`);
    }),
    { numRuns: 150, seed: 3 },
  );
  assert.ok(found > 40, String(found));
});

const size = (name: string): Var => makeVar(name, int64, undefined, { isSize: true });
const at = (x: PrimExpr | number): PrimExpr => (typeof x === "number" ? intImm(x, int64) : x);
const op = (kind: "add" | "sub" | "mul" | "floordiv" | "floormod" | "min" | "max") =>
  (a: PrimExpr | number, b: PrimExpr | number): PrimExpr => binary(kind, at(a), at(b)); // prettier-ignore
const [add, mul, div, mod, max] = [op("add"), op("mul"), op("floordiv"), op("floormod"), op("max")];

models("values are found for what kernels ask of sizes and tiles", () => {
  const [n, w] = [size("n"), size("w")];
  const [tile, lane] = [makeVar("t", int64), makeVar("c", int64)];
  const ask = (a: PrimExpr | number, b: PrimExpr | number): boolean => {
    const analyzer = new Analyzer();
    analyzer.bind(tile, range(intImm(0, int64), div(add(w, 13), 14)));
    analyzer.bind(lane, range(intImm(0, int64), intImm(14, int64)));
    const gap = sub(analyzer.poly(at(a)), analyzer.poly(at(b)));
    return hasModel(analyzer, [gap], [0, 40]);
  };
  assert.ok(ask(n, 5));
  assert.ok(ask(4, n));
  assert.ok(ask(add(mul(tile, 14), lane), w), "the last tile is not full");
  assert.ok(ask(add(w, -1), add(mul(tile, 14), lane)), "the first tile is");
  assert.ok(ask(mod(div(add(w, 1), 2), 8), 1));
  const [few, many] = [add(mul(n, 512), 148480), max(mul(n, 2048), 2363392)];
  assert.ok(ask(few, many) || ask(many, few));
  assert.ok(ask(many, few));
  assert.not(ask(add(mul(tile, 14), lane), add(w, 14)), "no lane lies that far behind");
});

models("equalities of sizes have models, and what follows from an assumption is no news", () => {
  const n = size("n");
  const analyzer = new Analyzer();
  const gap = addConst(analyzer.poly(n), -1);
  assert.ok(hasModel(analyzer, [gap, neg(gap)], [0, 40]));
  analyzer.assume(compare("ge", n, at(2)));
  assert.not(hasModel(analyzer, [gap, neg(gap)], [0, 40]));
  assert.is(analyzer.prove(compare("eq", n, at(1))), false);
});

models("attempts that fail are mended by what they lack", () => {
  const [n, w] = [size("n"), size("w")];
  const [tile, line] = [makeVar("t", int64), makeVar("l", int64)];
  const first = (conds: readonly PrimExpr[], goal: PrimExpr): boolean => {
    const analyzer = new Analyzer();
    analyzer.bind(tile, range(at(0), div(add(n, 239), 240)));
    analyzer.bind(line, range(at(0), at(20)));
    for (const cond of conds) analyzer.assume(cond);
    const gap = analyzer.poly(goal);
    return hasModel(analyzer, [gap, neg(gap)], FIRST);
  };
  const half = div(add(w, 1), 2);
  const others = [compare("ne", mod(half, 12), at(0)), compare("ne", mod(half, 14), at(7))];
  assert.ok(first([], add(mod(half, 14), -7)), "a remainder");
  assert.ok(first(others, mod(half, 10)), "a remainder beside others");
  const start = add(mul(tile, 240), mul(line, 12));
  assert.ok(first([], add(n, mul(add(start, 6), -1))), "one of many tiles");
  assert.not(first([compare("le", half, at(6))], add(mod(half, 14), -7)));
});

models("what equations give is put in before sums are made", () => {
  const [w, tile, lane] = [size("w"), makeVar("t", int64), makeVar("c", int64)];
  const half = div(add(w, 1), 2);
  const analyzer = new Analyzer();
  analyzer.bind(tile, range(at(0), div(add(half, 9), 10)));
  analyzer.bind(lane, range(at(0), at(10)));
  const inside = compare("lt", add(mul(tile, 10), lane), half);
  assert.is(analyzer.prove(inside), undefined);
  analyzer.assume(compare("ne", mod(half, 14), at(7)));
  analyzer.assume(compare("eq", mod(half, 10), at(0)));
  assert.is(analyzer.prove(inside), true, "the last of whole tiles is full");

  const row = (constant: number, coeffs: Record<string, number>): Row => ({
    coeffs: new Map(Object.entries(coeffs)),
    constant,
  });
  const rows = [row(0, { a: 1, b: -2 }), row(0, { a: -1, b: 2 }), row(-1, { a: 3, c: 1 })];
  assert.equal(withoutEquations(rows), [row(-1, { c: 1, b: 6 })]);
  const apart = [row(1, { a: 1, b: -2 }), row(0, { a: -1, b: 2 })];
  assert.is(withoutEquations(apart), apart, "an interval is no equation");
});

models("the order of terms does not tell what was proved before", () => {
  const [x, y] = [size("x"), size("y")];
  const sum = add(div(y, 8), add(div(x, 4), mod(x, 4)));
  const plain = new Analyzer();
  const asked = new Analyzer();
  for (const a of [plain, asked]) a.poly(mod(y, 8));
  // Proofs about a remainder speak of the quotient.
  assert.is(asked.prove(compare("ge", mod(y, 8), at(3))), undefined);
  assert.is(asked.prove(compare("le", mod(y, 8), at(y))), true);
  const last = (a: Analyzer): string => exprText(a.simplify(add(div(x, 2), div(y, 8))));
  assert.is(last(asked), last(plain));
  assert.is(exprText(asked.simplify(sum)), exprText(plain.simplify(sum)));
});

models("a value that is read late is what it was where it was given", () => {
  const [n, v] = [makeVar("n", int32), makeVar("v", int32)];
  const keyOf = (isEarly: boolean): string => {
    const analyzer = new Analyzer();
    analyzer.bind(v, binary("max", n, intImm(4)));
    if (isEarly) analyzer.poly(v);
    analyzer.assume(compare("ge", n, intImm(9)));
    assert.is(analyzer.prove(compare("ge", v, intImm(9))), true);
    return analyzer.poly(v).key;
  };
  assert.is(keyOf(false), keyOf(true));
});

models(
  "what was answered stays answered after what is forgotten, and values that nobody reads cost nothing",
  () => {
    const analyzer = new Analyzer();
    let asked = 0;
    analyzer.rangeOf = (atom) => {
      asked++;
      return Analyzer.prototype.rangeOf.call(analyzer, atom);
    };
    const [n, i, v] = [size("n"), makeVar("i", int64), makeVar("v", int64)];
    analyzer.bind(i, range(at(0), n));
    analyzer.bind(v, max(div(n, 3), mod(n, 7)));
    assert.is(asked, 0);
    const inside = compare("lt", add(i, 1), add(n, 1));
    assert.is(analyzer.prove(inside), true);
    assert.ok(asked > 0);
    analyzer.under(compare("ge", n, at(8)), true, () => analyzer.prove(compare("lt", i, at(4))));
    asked = 0;
    assert.is(analyzer.prove(inside), true);
    assert.is(asked, 0);
  },
);

models("a question that values answer asks for no proof", () => {
  const analyzer = new Analyzer();
  let pairs = 0;
  const { pair } = analyzer.table;
  const [n, i] = [size("n"), makeVar("i", int64)];
  analyzer.bind(i, range(at(0), n));
  const open = compare("lt", mod(i, 8), mod(n, 5));
  for (const side of [open.a, open.b]) analyzer.poly(side);
  // A proof speaks of the quotients of remainders, values do not.
  analyzer.table.pair = (...args) => {
    pairs++;
    return pair.apply(analyzer.table, args);
  };
  assert.is(analyzer.prove(open), undefined);
  assert.is(pairs, 0);
  assert.is(analyzer.prove(compare("le", mod(i, 8), i)), true);
  assert.ok(pairs > 0);
});

const row = (constant: Int, coeffs: Readonly<Record<string, Int>>): Row => ({
  constant,
  coeffs: new Map(Object.entries(coeffs)),
});

models("elimination refutes only systems without integer solutions, most of those", () => {
  const names = ["x", "y", "z"];
  let refuted = 0;
  let empty = 0;
  const coeffs = fc.tuple(...names.map(() => fc.integer({ min: -3, max: 3 })));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), coeffs), { minLength: 3, maxLength: 7 }),
      (raw) => {
        const box = names.flatMap((x) => [row(3, { [x]: 1 }), row(3, { [x]: -1 })]);
        const rows = raw.map(([c, list]) =>
          row(c, Object.fromEntries(names.map((x, i) => [x, list[i]!]).filter(([, k]) => k !== 0))),
        );
        const isMet = (p: readonly number[]): boolean =>
          raw.every(([c, list]) => list.reduce((s, k, i) => s + k * p[i]!, c) >= 0);
        const points = Array.from({ length: 343 }, (_, i) => [i % 7, Math.floor(i / 7) % 7, Math.floor(i / 49)].map((x) => x - 3)); // prettier-ignore
        const hasPoint = points.some(isMet);
        const none = hasNoSolution([...box, ...rows]);
        if (none) refuted++;
        if (!hasPoint) empty++;
        assert.not(none && hasPoint);
      },
    ),
    { numRuns: 300, seed: 8 },
  );
  assert.ok(refuted > 0.8 * empty && empty > 20, `${refuted} of ${empty}`);
});

models("elimination keeps what it is told to keep, and counts beyond doubles", () => {
  const big = 2n ** 60n;
  const done = eliminate(
    [row(0, { i: 1 }), row(-1, { n: 1, i: -1 }), row(-5, { i: 1 })],
    (x) => x === "i",
  );
  assert.ok(typeof done !== "string" && done.exact);
  assert.equal(
    (done as { rows: readonly Row[] }).rows.map((r) => [[...r.coeffs], r.constant]),
    [[[["n", 1]], -6]],
  );
  assert.ok(hasNoSolution([row(-1, { x: big }), row(big - 2n, { x: -big })]));
  assert.not(hasNoSolution([row(-1, { x: big }), row(big, { x: -big })]));
});

models.run();
