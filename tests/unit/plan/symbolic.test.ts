import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer } from "../../../src/arith/index.js";
import {
  binary,
  ifThenElse,
  compare,
  intImm,
  makeVar,
  type PrimExpr,
} from "../../../src/ir/tir/expr.js";
import {
  arenaPlacer,
  checkOrientation,
  checkPlacement,
  planMemory,
  placeStatic,
  planSymbolic,
} from "../../../src/plan/index.js";
import type { PlanBuffer, SymbolicProblem } from "../../../src/plan/index.js";
import { isDominated, sizePolynomials } from "../../../src/plan/symbolic/domination.js";
import { transitiveOrder } from "../../../src/plan/symbolic/transitive.js";
import { int64 } from "../../../src/support/dtype.js";
import { compileSizes } from "../../../src/plan/symbolic/compile-sizes.js";
import {
  lowerBound,
  orientationOf,
  sectionsOf,
  sizeEvaluator,
  stackOf,
} from "../../../src/support/placement/index.js";
import { reduced } from "../../../src/support/placement/orientation.js";
import { makeRandom, type Random } from "../../../src/testing/generate/random.js";

const symbolic = suite("plan: symbolic sizes");

const number = (value: number): PrimExpr => intImm(value, int64);
const symbol = (name: string): ReturnType<typeof makeVar> =>
  makeVar(name, int64, undefined, { isSize: true });
const product = (...factors: readonly PrimExpr[]): PrimExpr =>
  factors.reduce((a, b) => binary("mul", a, b));

/** A chain of buffers with some that are kept for later, of a few sizes each. */
function network(random: Random, count: number, symbols: readonly PrimExpr[]): PlanBuffer[] {
  const sizes = Array.from({ length: 6 }, () =>
    product(number(2 ** random.between(4, 9)), ...symbols.filter(() => random.chance(0.4))),
  );
  const last = Array.from({ length: count }, (_, i) => Math.min(i + 1, count - 1));
  for (let i = 1; i < count; i++) {
    if (random.chance(0.25)) last[Math.max(0, i - random.between(1, 40))] = i;
  }
  return last.map((end, i) => ({
    id: String(i),
    lower: i,
    upper: Math.max(i, end) + 1,
    size: random.pick(sizes),
  }));
}

/** One encoder layer after the other: attention scores grow with the square of the length. */
function encoder(layers: number, s: PrimExpr): PlanBuffer[] {
  const row = product(number(4 * 256), s);
  const scores = product(number(4 * 4), s, s);
  const wide = product(number(4 * 1024), s);
  const made: { size: PrimExpr; last: number }[] = [];
  const add = (size: PrimExpr, ...inputs: number[]): number => {
    for (const i of inputs) made[i]!.last = made.length;
    return made.push({ size, last: made.length }) - 1;
  };
  let x = add(row);
  for (let l = 0; l < layers; l++) {
    const normed = add(row, x);
    const heads = [add(row, normed), add(row, normed), add(row, normed)];
    const [q, k, v] = heads.map((head) => add(row, head));
    const attention = add(scores, add(scores, q!, k!));
    const joined = add(row, attention, v!);
    const residual = add(row, add(row, joined), x);
    const hidden = add(wide, add(wide, add(row, residual)));
    x = add(row, add(row, hidden), residual);
  }
  return made.map(({ size, last }, i) => ({ id: String(i), lower: i, upper: last + 1, size }));
}

function assertValid(
  buffers: readonly PlanBuffer[],
  at: ReadonlyMap<PrimExpr, number>,
  align: number,
  placed: { offsets: ArrayLike<number>; size: number },
): void {
  const analyzer = new Analyzer();
  for (const [v, value] of at) if (v.kind === "tir.Var") analyzer.bind(v, number(value));
  const ranges = buffers.map((b, i) => {
    const size = analyzer.simplify(b.size);
    assert.is(size.kind, "tir.IntImm");
    const bytes = size.kind === "tir.IntImm" ? Number(size.value) : 0;
    return {
      id: b.id,
      lower: b.lower,
      upper: b.upper,
      size: bytes,
      align,
      offset: placed.offsets[i]!,
    };
  });
  assert.equal(checkPlacement(ranges, placed.size), []);
}

symbolic("an encoder is proved to meet its bound at every length, and does", () => {
  const s = symbol("s");
  const buffers = encoder(4, s);
  const { arenas } = planMemory({ symbols: [{ variable: s }], buffers });
  const { layout, stats } = arenas[0]!;
  assert.is(stats.proof, "dominated");
  const placer = arenaPlacer(layout);
  for (let length = 0; length <= 520; length += 1) {
    const placed = placer.at([length])!;
    assert.is(placed.size, placed.lowerBound, `s = ${length}`);
    if (length % 40 === 0) assertValid(buffers, new Map([[s, length]]), 64, placed);
  }
});

symbolic("random networks: valid, and near the bound at every shape", () => {
  const symbols = ["m", "n", "k", "l"].map(symbol);
  let over = 0;
  let shapes = 0;
  for (let seed = 0; seed < 12; seed++) {
    const random = makeRandom(seed);
    const buffers = network(random, random.between(30, 90), symbols);
    const ranges = symbols.map((variable) => ({ variable, lower: 1, upper: 512 }));
    const { arenas } = planMemory({ symbols: ranges, buffers });
    const placer = arenaPlacer(arenas[0]!.layout);
    for (let k = 0; k < 60; k++) {
      const shape = symbols.map(() => Math.floor(512 ** (random.below(1000) / 999)));
      const placed = placer.at(shape)!;
      assertValid(buffers, new Map(symbols.map((v, i) => [v, shape[i]!])), 64, placed);
      assert.ok(
        placed.size <= 1.1 * placed.lowerBound,
        `${seed}: ${placed.size / placed.lowerBound}`,
      );
      if (placed.size > 1.02 * placed.lowerBound) over++;
      shapes++;
    }
  }
  assert.ok(over <= 0.01 * shapes, `${over} of ${shapes} shapes over 1.02 times the bound`);
});

symbolic(
  "an orientation is valid for all sizes; with an edge less or turned round it is not",
  () => {
    const symbols = ["m", "n"].map(symbol);
    for (let seed = 0; seed < 20; seed++) {
      const random = makeRandom(seed);
      const buffers = network(random, 40, symbols);
      const { arenas } = planMemory({
        symbols: symbols.map((variable) => ({ variable })),
        buffers,
      });
      const { layout } = arenas[0]!;
      if (layout.kind !== "symbolic") throw new Error("sizes are known");
      for (const orientation of layout.orientations) {
        assert.is(checkOrientation(orientation, buffers), undefined);
        const { order, row, below } = orientation;
        const resting = [...order.keys()].filter((k) => row[k + 1]! > row[k]!);
        const k = random.pick(resting);
        const count = row[k + 1]! - row[k]!;
        const cut = {
          order,
          row: row.map((at, i) => (i > k ? at - count : at)),
          below: below.filter((_, i) => i < row[k]! || i >= row[k + 1]!),
        };
        assert.is(checkOrientation(cut, buffers)?.rule, "overlap");
        const turned = { order: [...order].reverse(), row, below };
        assert.is(checkOrientation(turned, buffers)?.rule, "identity");
      }
      assert.ok(checkOrientation({ order: [0], row: [0, 0], below: [] }, buffers));
    }
  },
);

symbolic(
  "a transitive orientation meets the bound for all sizes, and is found where there is one",
  () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(seed);
      const lives = Array.from({ length: random.between(2, 12) }, () => {
        const lower = random.below(12);
        return { lower, upper: lower + random.between(1, 5) };
      });
      const sections = sectionsOf({
        lower: lives.map((b) => b.lower),
        upper: lives.map((b) => b.upper),
      });
      const order = transitiveOrder(sections);
      assert.is(order !== undefined, hasTransitiveOrientation(lives), `seed ${seed}`);
      if (order === undefined) continue;
      found++;
      const stack = stackOf(reduced(sections, order));
      for (let k = 0; k < 20; k++) {
        const size = lives.map(() => random.pick([0, 1, 2, 5, 100, 2 ** 40]));
        const offset = new Float64Array(size.length);
        assert.is(stack.place(size, offset), lowerBound(sections, size), `seed ${seed}`);
      }
    }
    assert.ok(found > 20);
  },
);

/** Tries all orientations of the edges, one after the other, with the transitivity of what is oriented so far. */
function hasTransitiveOrientation(
  lives: readonly { readonly lower: number; readonly upper: number }[],
): boolean {
  const n = lives.length;
  const edge = (a: number, b: number): boolean =>
    a !== b && lives[a]!.lower < lives[b]!.upper && lives[b]!.lower < lives[a]!.upper;
  const below = new Set<number>();
  const pairs: [number, number][] = [];
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) if (edge(a, b)) pairs.push([a, b]);
  const fits = (a: number, b: number): boolean => {
    for (let c = 0; c < n; c++) {
      if (below.has(b * n + c) && (!edge(a, c) || below.has(c * n + a))) return false;
      if (below.has(c * n + a) && (!edge(c, b) || below.has(b * n + c))) return false;
    }
    return true;
  };
  const orient = (at: number): boolean => {
    const pair = pairs[at];
    if (pair === undefined) return true;
    for (const [a, b] of [pair, [pair[1], pair[0]] as const]) {
      if (!fits(a!, b!)) continue;
      below.add(a! * n + b!);
      if (orient(at + 1)) return true;
      below.delete(a! * n + b!);
    }
    return false;
  };
  return orient(0);
}

symbolic("a certificate is refused where some sizes exceed the bound", () => {
  // a meets b, b meets c, c meets d: stacked a < b < c the path weighs all three.
  const [m, n] = [symbol("m"), symbol("n")];
  const lives = [[0, 2], [1, 4], [3, 6], [5, 7]] as const; // prettier-ignore
  const sections = sectionsOf({ lower: lives.map((l) => l[0]), upper: lives.map((l) => l[1]) });
  const sizes = [m, n, m, n];
  const polynomials = sizePolynomials(sizes, [{ variable: m }, { variable: n }], 1)[0]!;
  assert.not(isDominated(reduced(sections, [0, 1, 2, 3]), sections, polynomials));
  assert.ok(isDominated(reduced(sections, [0, 2, 1, 3]), sections, polynomials));
});

symbolic(
  "what is missing of one monomial is made up for by a larger one, and by no smaller",
  () => {
    const m = symbol("m");
    const half = (by: number): PrimExpr =>
      binary("floordiv", binary("add", m, number(1)), number(by));
    // The first three are a chain, whose way up weighs all of them; the last is live alone.
    const lives = [[0, 2], [1, 4], [3, 6], [8, 9]] as const; // prettier-ignore
    const sections = sectionsOf({ lower: lives.map((l) => l[0]), upper: lives.map((l) => l[1]) });
    const covered = (...sizes: readonly PrimExpr[]): boolean => {
      const [polynomials] = sizePolynomials(sizes, [{ variable: m }], 1);
      return isDominated(reduced(sections, [0, 1, 2, 3]), sections, polynomials!);
    };
    const [quarter, twice] = [half(4), product(number(2), half(2))];
    assert.ok(covered(quarter, quarter, quarter, twice));
    assert.not(covered(quarter, quarter, quarter, half(2)));
    assert.not(covered(half(2), half(2), half(2), product(number(4), quarter)));
  },
);

symbolic("what is proved for all sizes holds at those that are tried", () => {
  const [h, w] = [symbol("h"), symbol("w")];
  const level = (v: PrimExpr, by: number): PrimExpr =>
    binary("floordiv", binary("add", v, number(1)), number(by));
  let proved = 0;
  for (let seed = 0; seed < 30; seed++) {
    const random = makeRandom(seed);
    // Blocks of four ways each whose results are joined, over images that shrink.
    const buffers: { id: string; lower: number; upper: number; size: PrimExpr }[] = [];
    const add = (by: number, channels: number, ...inputs: readonly number[]): number => {
      const at = buffers.length;
      for (const i of inputs) buffers[i]!.upper = at + 1;
      const size = product(level(h, by), level(w, by), number(4 * channels));
      return buffers.push({ id: String(at), lower: at, upper: at + 1, size }) - 1;
    };
    let x = add(2, 64);
    for (const by of [4, 8, 8, 16, 16]) {
      const inside = (): number => 16 * random.between(1, 8);
      const ways = [1, 2, 3].map(() => add(by, inside(), add(by, inside(), x)));
      x = add(by, 256, add(by, inside(), x), ...ways);
    }
    const sizes = buffers.map((b) => b.size);
    const sections = sectionsOf({
      lower: buffers.map((b) => b.lower),
      upper: buffers.map((b) => b.upper),
    });
    const symbols = [h, w];
    const evaluator = sizeEvaluator(compileSizes(sizes, symbols));
    const sizesAt = (shape: readonly number[]): Float64Array =>
      evaluator.at(shape).map((bytes) => Math.ceil(bytes / 64) * 64);
    const side = random.between(8, 300);
    const known = sizesAt([side, side]);
    const { offsets } = placeStatic(buffers.map((b, i) => ({ ...b, size: known[i]! })));
    const orientation = orientationOf(sections, offsets);
    const asPolynomials = sizePolynomials(
      sizes,
      symbols.map((variable) => ({ variable })),
      64,
    );
    if (!asPolynomials.some((p) => isDominated(orientation, sections, p))) continue;
    proved++;
    const stack = stackOf(orientation);
    for (let k = 0; k < 50; k++) {
      const shape = [random.between(0, 40), random.between(0, random.pick([3, 40, 5000]))];
      const size = sizesAt(shape);
      const peak = stack.place(size, new Float64Array(size.length));
      assert.is(peak, lowerBound(sections, size), `seed ${seed}, ${shape.join()}`);
    }
  }
  assert.ok(proved >= 5, `${proved} proved`);
});

symbolic("sizes that could be negative get no certificate", () => {
  const m = symbol("m");
  const size = binary("max", binary("sub", m, number(5)), number(-3));
  assert.equal(sizePolynomials([size], [{ variable: m }], 1), []);
});

symbolic("sizes with quotients, choices and bounds are evaluated exactly", () => {
  const [m, n] = [symbol("m"), symbol("n")];
  const sizes = [
    binary("mul", binary("ceildiv", m, number(8)), number(32)),
    product(ifThenElse(compare("eq", n, number(1)), m, n), number(4)),
    binary("max", binary("sub", m, n), number(0)),
    binary("floormod", m, number(7)),
  ];
  const lives = sizes.map((_, i) => ({ lower: i, upper: i + 2 }));
  const problem: SymbolicProblem = {
    symbols: [{ variable: m }, { variable: n }],
    lives,
    sizes,
    align: 1,
  };
  const placer = arenaPlacer(planSymbolic(problem).layout);
  for (const [a, b] of [
    [0, 0],
    [17, 1],
    [9, 20],
    [1000, 3],
  ] as const) {
    // prettier-ignore
    const bytes = [Math.ceil(a / 8) * 32, (b === 1 ? a : b) * 4, Math.max(a - b, 0), a % 7];
    const placed = placer.at([a, b])!;
    const ranges = lives.map((l, i) => ({
      ...l,
      id: String(i),
      size: bytes[i]!,
      offset: placed.offsets[i]!,
    }));
    assert.equal(checkPlacement(ranges, placed.size), []);
    const live = lives.slice(1).map((_, i) => bytes[i]! + bytes[i + 1]!);
    assert.is(placed.lowerBound, Math.max(...live));
  }
});

symbolic("sizes that are no exact numbers give no placement", () => {
  const m = symbol("m");
  const lives = [{ lower: 0, upper: 1 }];
  const plan = (size: PrimExpr): ReturnType<typeof arenaPlacer> =>
    arenaPlacer(
      planSymbolic({ symbols: [{ variable: m }], lives, sizes: [size], align: 64 }).layout,
    );
  assert.is(plan(product(m, m)).at([2 ** 30]), undefined);
  assert.is(plan(binary("sub", m, number(5))).at([3]), undefined);
  assert.is(plan(binary("floordiv", number(5), m)).at([0]), undefined);
  assert.is(plan(product(m, m)).at([-3])?.size, 64);
});

symbolic("what is not arithmetic over the symbols is told", () => {
  const other = symbol("q");
  const buffers = [{ id: "x", lower: 0, upper: 1, size: other }];
  assert.throws(() => planMemory({ symbols: [], buffers }), /PLN013.*`q`/);
});

symbolic("arenas are planned apart, known ones exactly; a plan is plain data", () => {
  const s = symbol("s");
  const buffers: PlanBuffer[] = [
    { id: "a", lower: 0, upper: 2, size: number(100) },
    { id: "b", lower: 1, upper: 3, size: number(28), arena: "fast", align: 4 },
    { id: "c", lower: 1, upper: 3, size: product(s, number(4)), arena: "slow" },
    { id: "d", lower: 2, upper: 4, size: number(60) },
  ];
  const plan = planMemory({
    symbols: [{ variable: s }],
    buffers,
    arenas: [{ id: "fast", capacity: 64 }],
  });
  assert.equal(plan.arenas.map((a) => [a.id, a.layout.kind]), [["workspace", "static"], ["fast", "static"], ["slow", "symbolic"]]); // prettier-ignore
  assert.equal(
    plan.buffers.map((b) => b.arena),
    [0, 1, 2, 0],
  );
  assert.equal(JSON.parse(JSON.stringify(plan)), plan);
  assert.throws(
    () =>
      planMemory({ symbols: [], buffers: [buffers[1]!], arenas: [{ id: "fast", capacity: 16 }] }),
    /PLN009/,
  );
});

symbolic.run();
