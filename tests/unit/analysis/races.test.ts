import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkPrimFunc, findRaces } from "../../../src/analysis/index.js";
import { evaluate, exprText } from "../../../src/arith/index.js";
import type { Buffer } from "../../../src/ir/tir/buffer.js";
import { varsOf } from "../../../src/ir/core/free-vars.js";
import { substitute } from "../../../src/ir/core/rewrite.js";
import { compare, intImm, type PrimExpr, type Var } from "../../../src/ir/tir/expr.js";
import {
  alloc,
  seq,
  type For,
  type IterKind,
  type LoopKind,
  type Stmt,
} from "../../../src/ir/tir/stmt.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import type { Int } from "../../../src/support/int.js";
import { at, blk, buf, func, loop, loops, op, put, seedMatmul, v } from "./build.js";

const races = suite("analysis: races");
const [n, m, i, j, x, y] = [v("n"), v("m"), v("i"), v("j"), v("x"), v("y")];
const A = buf("A", [n]);
const B = buf("B", [n, m]);
const F = buf("F", [op("mul", n, m)]);
const D = buf("D", [8, 8]);
const E = buf("E", [8]);
const codes = (body: Stmt, ...buffers: Buffer[]): string => {
  const sink = new Diagnostics();
  checkPrimFunc(func("f", buffers, body), sink, { showUnknown: true });
  return sink.all
    .filter((d) => d.code.startsWith("WFT"))
    .map((d) => d.code)
    .join(" ");
};
const sum = (kind: IterKind): Stmt =>
  loops(
    [
      [i, 8],
      [j, 8],
    ],
    blk(
      "sum",
      [
        [x, "spatial", 8, i],
        [y, kind, 8, j],
      ],
      put(E, [x], op("add", at(E, x), at(D, x, y))),
    ),
  );

races("every iteration of a parallel loop writes the same row", () => {
  assert.is(codes(loop(i, n, loop(j, m, put(A, [j], at(B, i, j))), "parallel"), A, B), "WFT050");
});
races("an iteration reads what the next one writes", () => {
  assert.is(
    codes(loop(i, op("sub", n, 1), put(A, [i], at(A, op("add", i, 1))), "parallel"), A),
    "WFT051",
  );
});
races("a vectorised loop may read ahead, not behind", () => {
  assert.is(codes(loop(i, 4, put(E, [i], at(E, op("add", i, 1))), "vectorized"), E), "");
  assert.is(codes(loop(i, 4, put(E, [op("add", i, 1)], at(E, i)), "vectorized"), E), "WFT051");
});
races("an accumulating axis must be a reduction", () => {
  assert.is(codes(sum("spatial"), D, E), "WFT052");
  assert.is(codes(sum("reduce"), D, E), "");
});
races("a reduction bound to a parallel loop is a conflict", () => {
  const body = loop(
    i,
    8,
    loop(
      j,
      8,
      blk(
        "sum",
        [
          [x, "spatial", 8, i],
          [y, "reduce", 8, j],
        ],
        put(E, [x], op("add", at(E, x), at(D, x, y))),
      ),
      "parallel",
    ),
  );
  assert.is(codes(body, D, E), "WFT050");
});
races("safe programs are silent, flattened and symbolic ones too", () => {
  assert.is(
    codes(seedMatmul().body, ...seedMatmul().params.map((p) => p.buffer!)).replace(
      /WFT00\d ?/g,
      "",
    ),
    "",
  );
  assert.is(
    codes(
      loop(i, n, loop(j, m, put(F, [op("add", op("mul", i, m), j)], at(B, i, j))), "parallel"),
      F,
      B,
    ),
    "",
  );
  assert.is(codes(loop(i, n, put(A, [0]), "parallel"), A), "", "all write the same value");
});
races("computing an element twice with one result is no conflict", () => {
  const half = op("floordiv", i, 2);
  assert.is(codes(loop(i, 8, put(E, [half], at(D, half, 0)), "parallel"), E, D), "");
  assert.is(codes(loop(i, 8, put(E, [half], at(D, i, 0)), "parallel"), E, D), "WFT050");
  assert.is(codes(loop(i, 8, put(E, [half], op("mul", at(D, 0, half), 2)), "parallel"), E, D), "");
});
races("an allocation used in one parallel loop belongs to its iterations", () => {
  const T = buf("T", [8]);
  const use = loop(
    i,
    8,
    seq([loop(j, 8, put(T, [j], at(D, i, j))), loop(x, 8, put(D, [i, x], at(T, x)))]),
    "parallel",
  );
  assert.is(codes(seq([alloc(T), use]), D), "");
  assert.is(codes(use, D, T), "WFT050");
});
races("what cannot be decided is silent unless asked for", () => {
  const index = at(buf("I", [8]), i);
  assert.is(
    findRaces(func("f", [E], loop(i, 8, put(E, [index], at(D, i, i)), "parallel"))).races.length,
    0,
  );
});

// ---- against enumeration -----------------------------------------------------

const coefficient = fc.constantFrom(0, 0, 1, 1, 2, 3, -1);
const linear = fc
  .tuple(fc.integer({ min: 0, max: 3 }), coefficient, coefficient)
  .map(([c, a, b]): PrimExpr =>
    op("add", op("add", op("mul", i, a), op("mul", j, b)), intImm(c + 12)),
  );
const index = fc.oneof(
  linear,
  fc
    .tuple(
      linear,
      fc.constantFrom(2, 3, 4),
      fc.constantFrom("floordiv" as const, "floormod" as const),
    )
    .map(([e, c, kind]) => op(kind, e, c)),
);

races("verdicts agree with comparing all pairs of iterations", () => {
  let decided = 0;
  fc.assert(
    fc.property(index, index, fc.constantFrom<LoopKind>("parallel", "vectorized"), (w, r, kind) => {
      const P = buf("P", [64]);
      const f = func("f", [P], loop(i, 4, loop(j, 3, put(P, [w], op("add", at(P, r), i))), kind));
      const { races: found, unknown } = findRaces(f);
      const expected = conflicts(w, r, kind);
      if (found.length > 0) assert.ok(expected, `${exprText(w)} ${exprText(r)} ${kind}`);
      else if (unknown.length === 0) assert.not(expected, `${exprText(w)} ${exprText(r)} ${kind}`);
      if (unknown.length === 0) decided++;
    }),
    { seed: 3, numRuns: 300 },
  );
  assert.ok(decided > 250, `${decided} of 300 decided`);
});

function conflicts(w: PrimExpr, r: PrimExpr, kind: LoopKind): boolean {
  const value = (e: PrimExpr, a: number, b: number): unknown =>
    evaluate(e, { of: (u: Var) => (u === i ? a : u === j ? b : undefined) });
  for (let a = 0; a < 4; a++)
    for (let b = 0; b < 3; b++)
      for (let c = 0; c < 4; c++)
        for (let d = 0; d < 3; d++) {
          if (a === c) continue;
          if (value(w, a, b) === value(w, c, d)) return true;
          if (value(w, a, b) === value(r, c, d) && (kind === "parallel" || a < c)) return true;
        }
  return false;
}

// ---- blocks, whose axes are bound to loops -----------------------------------

const binding = fc.constantFrom<PrimExpr>(
  i,
  j,
  op("add", op("mul", i, 3), j),
  op("add", i, j),
  op("floordiv", i, 2),
  op("floormod", i, 2),
  op("floordiv", j, 2),
);
const X = buf("P", [128]);

races("verdicts on blocks agree with comparing all pairs of their instances", () => {
  let decided = 0;
  const [told, silent] = [new Set<boolean>(), new Set<boolean>()];
  const condition = fc.constantFrom(
    undefined,
    compare("eq", i, j),
    compare("lt", op("add", i, j), intImm(4)),
  );
  const inAxes = index.map((e) => substitute(e, new Map([[i, x], [j, y]]))); // prettier-ignore
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 3),
      fc.tuple(binding, binding),
      inAxes,
      condition,
      (step, [a, b], w, when) => {
        const body = blk(
          "b",
          [
            [x, "spatial", 32, a],
            [y, "spatial", 32, b],
          ],
          put(X, [w], at(buf("Q", [6, 3]), i, j)),
          { ...(when && { predicate: when }) },
        );
        const outer = loop(i, 6, loop(j, 3, body)) as For;
        const f = func("f", [X], { ...outer, step: intImm(step) });
        const { races: found, unknown } = findRaces(f);
        const expected = meet(instances(step, when), [a, b], w);
        const text = `${[a, b, w, when ?? intImm(1)].map(exprText).join("; ")} by ${step}`;
        if (found.length > 0) assert.ok(expected, text);
        else if (unknown.length === 0) assert.not(expected, text);
        if (unknown.length > 0) return;
        decided++;
        (expected ? told : silent).add(step > 1);
      },
    ),
    { seed: 4, numRuns: 200 },
  );
  assert.ok(decided > 180, `${decided} of 200 decided`);
  assert.is(told.size + silent.size, 4);
});

type Point = readonly [number, number];
const value = (e: PrimExpr, of: ReadonlyMap<Var, Int>): Int =>
  evaluate(e, { of: (u) => of.get(u) })!;

function instances(step: number, when: PrimExpr | undefined): Point[] {
  const all: Point[] = [];
  for (let a = 0; a < 6; a += step)
    for (let b = 0; b < 3; b++)
      if (!when || value(when, new Map([[i, a], [j, b]])) !== 0) all.push([a, b]); // prettier-ignore
  return all;
}

/** Whether two instances with different axes write one element; loops around all loops of the axes are shared. */
function meet(points: readonly Point[], axes: readonly PrimExpr[], w: PrimExpr): boolean {
  const isShared = !axes.some((e) => varsOf(e).includes(i));
  const at = points.map(([a, b]) => {
    const [p, q] = axes.map((e) => value(e, new Map([[i, a], [j, b]]))); // prettier-ignore
    return { a, p, q, place: value(w, new Map([[x, p!], [y, q!]])) }; // prettier-ignore
  });
  return at.some((s) =>
    at.some(
      (t) => s.place === t.place && (s.p !== t.p || s.q !== t.q) && (!isShared || s.a === t.a),
    ),
  );
}

races.run();
