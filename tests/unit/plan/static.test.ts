import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkPlacement, placeStatic, type StaticBuffer } from "../../../src/plan/index.js";
import { fitsSomehow, mismatch } from "../../../src/testing/fuzz/placement.js";
import { plantedBuffers, tightBuffers } from "../../../src/testing/generate/buffers.js";
import { makeRandom } from "../../../src/testing/generate/random.js";

const placement = suite("plan: static placement");

/** Sets whose bound cannot be met: (lower, upper, size) of each buffer. */
const INTERLOCKED: readonly (readonly (readonly [number, number, number])[])[] = [
  [[0,1,2],[0,2,3],[1,3,1],[2,3,1],[1,4,1],[2,4,2],[3,5,2],[4,5,3],[5,6,3],[5,6,1],[5,6,1]],
  [[0,2,3],[0,2,2],[0,3,4],[2,4,1],[3,4,2],[2,5,1],[3,5,1],[2,6,3],[3,6,1],[4,6,3],[5,6,2]],
  [[0,1,3],[0,2,3],[1,2,2],[0,3,1],[2,3,4],[1,4,1],[3,4,3],[0,6,2],[2,6,1],[3,6,2],[4,6,2],[4,6,2]],
  [[0,2,3],[0,3,4],[2,3,1],[0,4,1],[2,4,1],[3,4,2],[0,5,1],[2,5,1],[3,5,3],[4,5,4]],
]; // prettier-ignore

const buffersOf = (rows: readonly (readonly [number, number, number])[]): StaticBuffer[] =>
  rows.map(([lower, upper, size], i) => ({ id: String(i), lower, upper, size }));

const valid = (buffers: readonly StaticBuffer[], offsets: readonly number[], arena: number): void =>
  assert.equal(
    checkPlacement(
      buffers.map((b, i) => ({ ...b, offset: offsets[i]! })),
      arena,
    ),
    [],
  );

for (const [i, rows] of INTERLOCKED.entries()) {
  placement(`interlocked set ${i} is proved to need one more than its bound`, () => {
    const buffers = buffersOf(rows);
    const placed = placeStatic(buffers);
    assert.is(placed.peak, placed.lowerBound + 1);
    assert.is(placed.proof, "exhausted");
    valid(buffers, placed.offsets, placed.peak);
    assert.is(placeStatic(buffers, { capacity: placed.lowerBound }).status, "infeasible");
    if (i === 0 || i === 3) assert.not(fitsSomehow(buffers, placed.lowerBound));
  });
}

placement("small tight sets get the optimum that an enumeration finds", () => {
  for (let seed = 0; seed < 150; seed++) {
    const { buffers, capacity } = tightBuffers(makeRandom(seed));
    assert.is(mismatch(buffers, capacity), undefined, `seed ${seed}`);
  }
});

placement("a packing that is there is found", () => {
  for (let seed = 0; seed < 400; seed++) {
    const random = makeRandom(seed);
    const { buffers, capacity } = plantedBuffers(random, random.between(10, 59), (seed % 2) * 0.1);
    const placed = placeStatic(buffers, { capacity });
    assert.is(placed.status, "placed", `seed ${seed}`);
    valid(buffers, placed.offsets, capacity);
  }
});

placement("the same buffers give the same plan", () => {
  const { buffers } = plantedBuffers(makeRandom(5), 40);
  assert.equal(placeStatic(buffers), placeStatic(buffers));
});

placement(
  "a capacity below the bound names buffers that are too much together, none of them idle",
  () => {
    const buffers = buffersOf([[0, 4, 5], [1, 3, 4], [2, 5, 1], [2, 3, 2], [6, 7, 11]]); // prettier-ignore
    const placed = placeStatic(buffers, { capacity: 10 });
    assert.is(placed.status, "infeasible");
    const sum = (indices: readonly number[]): number =>
      indices.reduce((total, i) => total + buffers[i]!.size, 0);
    const live = placeStatic(buffers.slice(0, 4), { capacity: 10 });
    assert.is(live.status, "infeasible");
    assert.ok(sum(live.witness!) > 10);
    for (const i of live.witness!) assert.ok(sum(live.witness!) - buffers[i]!.size <= 10);
  },
);

placement("no nodes: the verdict is unknown, and the offsets are still valid", () => {
  const buffers = buffersOf(INTERLOCKED[0]!);
  const { status, offsets, peak } = placeStatic(buffers, { capacity: 5, nodes: 1 });
  assert.is(status, "unknown");
  valid(buffers, offsets, peak);
});

placement("offsets respect alignments, one for all or each its own", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = makeRandom(seed);
    const { buffers } = plantedBuffers(random, 25);
    for (const align of [() => 8, () => random.pick([1, 4, 16, 64])]) {
      const aligned = buffers.map((b) => ({ ...b, size: b.size * 3, align: align() }));
      const placed = placeStatic(aligned, { nodes: 5000 });
      valid(aligned, placed.offsets, placed.peak);
      assert.ok(placed.peak >= placed.lowerBound);
    }
  }
});

placement("the bound of aligned buffers leaves out what the top one does not use", () => {
  const buffers = buffersOf([[0, 2, 5], [0, 2, 70]]).map((b) => ({ ...b, align: 64 })); // prettier-ignore
  const placed = placeStatic(buffers);
  assert.is(placed.peak, 128 + 5);
  assert.is(placed.proof, "bound");
});

placement("given offsets stay, above and below the free buffers", () => {
  const given: StaticBuffer[] = [
    { id: "bottom", lower: 0, upper: 4, size: 16, fixed: 0 },
    { id: "high", lower: 2, upper: 3, size: 8, fixed: 40 },
  ];
  const buffers = [...given, ...buffersOf([[0, 3, 24], [1, 4, 10], [3, 5, 20]])]; // prettier-ignore
  const { offsets, peak, lowerBound } = placeStatic(buffers);
  assert.equal(offsets.slice(0, 2), [0, 40]);
  valid(buffers, offsets, peak);
  assert.ok(lowerBound >= 48);
});

placement("buffers of no bytes and no buffers at all take nothing", () => {
  assert.is(placeStatic([]).peak, 0);
  const { peak, proof } = placeStatic(buffersOf([[0, 2, 0], [1, 3, 0]])); // prettier-ignore
  assert.is(peak, 0);
  assert.is(proof, "bound");
});

placement("sizes beyond 32 bits are placed", () => {
  const big = 2 ** 40;
  const rows = [[0, 2, big + 1], [1, 3, big + 3], [2, 4, big + 5], [0, 4, 7]] as const; // prettier-ignore
  const buffers = buffersOf(rows);
  const { offsets, peak } = placeStatic(buffers);
  valid(buffers, offsets, peak);
  assert.is(peak, 2 * big + 15);
});

placement("thousands of buffers: valid, near the bound", () => {
  const random = makeRandom(5);
  const buffers = Array.from({ length: 6000 }, (_, i): StaticBuffer => {
    const life = random.chance(0.7) ? random.between(1, 3) : random.between(3, 40);
    return { id: String(i), lower: i, upper: i + life, size: 64 * random.between(1, 1000) };
  });
  const { offsets, peak, lowerBound } = placeStatic(buffers);
  valid(buffers, offsets, peak);
  assert.ok(peak <= 1.05 * lowerBound, `${peak / lowerBound}`);
});

placement("repeated layers are placed at the bound in windows", () => {
  const random = makeRandom(2);
  const layer = Array.from({ length: 40 }, () => [random.between(1, 6), random.between(1, 500)]);
  const buffers = Array.from({ length: 4000 }, (_, i): StaticBuffer => {
    const [life, size] = layer[i % 40]!;
    return { id: String(i), lower: i, upper: i + life!, size: size! };
  });
  const { offsets, peak, proof } = placeStatic(buffers);
  valid(buffers, offsets, peak);
  assert.is(proof, "bound");
});

placement.run();
