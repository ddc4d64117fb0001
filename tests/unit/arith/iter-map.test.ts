import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  detectIterMap,
  evaluate,
  exprText,
  inverseOf,
  normalizeIterMap,
  subspaceDivide,
  type IterLevel,
} from "../../../src/arith/index.js";
import { range, type Range } from "../../../src/ir/tir/buffer.js";
import {
  binary,
  compare,
  intImm,
  makeVar,
  type BinaryOp,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { int32 } from "../../../src/support/dtype.js";
import type { Int } from "../../../src/support/int.js";

const iterMap = suite("arith: iterator maps");
const v = (name: string): Var => makeVar(name, int32);
const [i, j, k, n] = [v("i"), v("j"), v("k"), v("n")];
const e = (x: PrimExpr | number): PrimExpr => (typeof x === "number" ? intImm(x) : x);
const op = (kind: BinaryOp, a: PrimExpr | number, b: PrimExpr | number): PrimExpr =>
  binary(kind, e(a), e(b));
const over = (...extents: readonly (readonly [Var, PrimExpr | number])[]): Map<Var, Range> =>
  new Map(extents.map(([x, extent]) => [x, range(intImm(0), e(extent))]));
const detect = (
  indices: readonly PrimExpr[],
  domain: Map<Var, Range>,
  level: IterLevel = "bijective",
  predicate?: PrimExpr,
) => detectIterMap({ indices, domain, level, ...(predicate && { predicate }) });
const verdict = (result: ReturnType<typeof detectIterMap>): string =>
  result.ok ? "ok" : result.reason;
const fused = op("add", op("mul", i, 8), j);

const cases: readonly (readonly [
  string,
  readonly PrimExpr[],
  Map<Var, Range>,
  IterLevel,
  string,
])[] = [
  ["identity", [i, j], over([i, 4], [j, 8]), "bijective", "ok"],
  ["fusion", [fused], over([i, 4], [j, 8]), "bijective", "ok"],
  ["split", [op("floordiv", i, 8), op("floormod", i, 8)], over([i, 32]), "bijective", "ok"],
  [
    "split of a fusion",
    [op("floordiv", fused, 4), op("floormod", fused, 4)],
    over([i, 4], [j, 8]),
    "bijective",
    "ok",
  ],
  [
    "symbolic split",
    [op("floordiv", i, 8), op("floormod", i, 8)],
    over([i, op("mul", n, 8)]),
    "bijective",
    "ok",
  ],
  ["an unused loop", [i], over([i, 4], [j, 8]), "bijective", "`j` is not used"],
  ["an unused loop, allowed", [i], over([i, 4], [j, 8]), "surjective", "ok"],
  [
    "half of a split",
    [op("floormod", i, 8)],
    over([i, 32]),
    "bijective",
    "an iterator is used in part",
  ],
  ["half of a split, allowed", [op("floormod", i, 8)], over([i, 32]), "surjective", "ok"],
  ["twice the same", [i, i], over([i, 4]), "bijective", "an iterator is used twice, or in part"],
  [
    "gaps",
    [op("add", op("mul", i, 10), j)],
    over([i, 4], [j, 8]),
    "bijective",
    "the iterators of a sum overlap or leave gaps",
  ],
  [
    "overlap",
    [op("add", op("mul", i, 4), j)],
    over([i, 4], [j, 8]),
    "surjective",
    "the iterators of a sum overlap or leave gaps",
  ],
  ["a product", [op("mul", i, j)], over([i, 4], [j, 8]), "any", "two iterators are multiplied"],
  [
    "a split with a rest",
    [op("floordiv", i, 8), op("floormod", i, 8)],
    over([i, 30]),
    "bijective",
    "the extent of an iterator is not a multiple of the divisor",
  ],
];
for (const [name, indices, domain, level, expected] of cases) {
  iterMap(`${name} (${level}): ${expected}`, () =>
    assert.is(verdict(detect(indices, domain, level)), expected),
  );
}

iterMap("a predicate on a fusion is absorbed as its extent", () => {
  const result = detect(
    [fused],
    over([i, 4], [j, 8]),
    "bijective",
    compare("lt", fused, intImm(30)),
  );
  assert.ok(result.ok);
  assert.is(result.maps[0]!.args[0]!.extent.constant, 30);
});

iterMap("normalisation prints the shortest form", () => {
  const whole = op("add", op("mul", op("floordiv", fused, 4), 4), op("floormod", fused, 4));
  const result = detect([whole], over([i, 4], [j, 8]), "any");
  assert.ok(result.ok);
  assert.is(exprText(normalizeIterMap(result, result.maps[0]!)!), "i * 8 + j");
});

iterMap("a map divides into outer and inner loops", () => {
  const tiled = [op("add", op("mul", i, 16), j), k];
  const result = subspaceDivide(
    { indices: tiled, domain: over([i, 4], [j, 16], [k, 8]), level: "bijective" },
    new Set([j]),
  );
  assert.ok(result.ok);
  assert.equal(
    result.indices.map((d) =>
      [d.outer, d.outerExtent, d.inner, d.innerExtent].map(exprText).join(" "),
    ),
    ["i 4 j 16", "k 8 0 1"],
  );
  assert.not(
    subspaceDivide(
      { indices: tiled, domain: over([i, 4], [j, 16], [k, 8]), level: "bijective" },
      new Set([i]),
    ).ok,
  );
});

// ---- random compositions of splits and fusions -----------------------------------

type Layout = readonly { readonly value: PrimExpr; readonly extent: number }[];
const step = fc.tuple(
  fc.constantFrom<"split" | "fuse" | "swap">("split", "fuse", "swap"),
  fc.nat(5),
  fc.constantFrom(2, 3, 4),
);
function apply(
  layout: Layout,
  [kind, place, factor]: readonly ["split" | "fuse" | "swap", number, number],
): Layout {
  const at = place % layout.length;
  const next = layout[at + 1];
  const axis = layout[at]!;
  const around = (replacement: Layout, count: number): Layout => [
    ...layout.slice(0, at),
    ...replacement,
    ...layout.slice(at + count),
  ];
  if (kind === "split" && axis.extent % factor === 0 && axis.extent > factor) {
    return around(
      [
        { value: op("floordiv", axis.value, factor), extent: axis.extent / factor },
        { value: op("floormod", axis.value, factor), extent: factor },
      ],
      1,
    );
  }
  if (kind === "fuse" && next)
    return around(
      [
        {
          value: op("add", op("mul", axis.value, next.extent), next.value),
          extent: axis.extent * next.extent,
        },
      ],
      2,
    );
  return kind === "swap" && next ? around([next, axis], 2) : layout;
}

iterMap("random splits and fusions are bijective, and their inverses undo them", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      const start: Layout = [
        { value: i, extent: 4 },
        { value: j, extent: 6 },
        { value: k, extent: 8 },
      ];
      const layout = steps.reduce(apply, start);
      const result = detect(
        layout.map((a) => a.value),
        over([i, 4], [j, 6], [k, 8]),
      );
      if (!result.ok) return;
      accepted++;
      const outputs = layout.map((_, at) => v(`o${at}`));
      const inverse = inverseOf(result, outputs);
      assert.ok(inverse);
      for (const [a, b, c] of [
        [0, 0, 0],
        [3, 5, 7],
        [1, 2, 3],
        [2, 4, 6],
        [3, 1, 5],
      ] as const) {
        const at = new Map<Var, Int>([
          [i, a],
          [j, b],
          [k, c],
        ]);
        layout.forEach((axis, x) =>
          at.set(outputs[x]!, evaluate(axis.value, { of: (u) => at.get(u) })!),
        );
        for (const x of [i, j, k])
          assert.is(
            evaluate(inverse.get(x)!, {
              of: (u) => (u === i || u === j || u === k ? undefined : at.get(u)),
            }),
            at.get(x),
            `${layout.map((l) => exprText(l.value))}: ${exprText(inverse.get(x)!)}`,
          );
      }
    }),
    { seed: 2, numRuns: 300 },
  );
  assert.ok(accepted > 200, `${accepted} of 300 accepted`);
});

iterMap("whatever is called bijective is one to one", () => {
  const term = fc
    .tuple(
      fc.constantFrom(i, j),
      fc.constantFrom<BinaryOp>("floordiv", "floormod", "mul", "add"),
      fc.constantFrom(1, 2, 3, 4, 6),
    )
    .map(([x, kind, c]) => op(kind, x, c));
  const index = fc.oneof(
    term,
    fc.tuple(term, term).map(([a, b]) => op("add", a, b)),
    fc
      .tuple(term, term, fc.constantFrom(2, 3))
      .map(([a, b, c]) => op("floordiv", op("add", a, b), c)),
  );
  fc.assert(
    fc.property(fc.array(index, { minLength: 1, maxLength: 3 }), (indices) => {
      if (!detect(indices, over([i, 4], [j, 6])).ok) return;
      const seen = new Set<string>();
      for (let a = 0; a < 4; a++)
        for (let b = 0; b < 6; b++)
          seen.add(indices.map((x) => evaluate(x, { of: (u) => (u === i ? a : b) })).join());
      assert.is(seen.size, 24, indices.map(exprText).join(", "));
    }),
    { seed: 4, numRuns: 1500 },
  );
});
iterMap.run();
