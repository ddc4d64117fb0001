import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkPlacement, mostLiveBytes, placeStatic } from "../../../src/plan/index.js";
import type { PlacedRange } from "../../../src/plan/index.js";
import { plantedBuffers } from "../../../src/testing/generate/buffers.js";
import { makeRandom } from "../../../src/testing/generate/random.js";

const validator = suite("plan: validator");

/** A placement without slack. */
function full(seed: number): { ranges: PlacedRange[]; arena: number } {
  const { buffers, capacity } = plantedBuffers(makeRandom(seed), 30);
  const { offsets } = placeStatic(buffers, { capacity });
  return { ranges: buffers.map((b, i) => ({ ...b, offset: offsets[i]! })), arena: capacity };
}

validator("sound placements pass", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { ranges, arena } = full(seed);
    assert.equal(checkPlacement(ranges, arena), []);
    assert.is(mostLiveBytes(ranges), arena);
  }
});

validator("in a full arena no buffer can move without notice", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { ranges, arena } = full(seed);
    const random = makeRandom(seed + 1000);
    const at = random.below(ranges.length);
    const by = random.pick([-1, 1]);
    const moved = ranges.map((r, i) => (i === at ? { ...r, offset: r.offset + by } : r));
    const [violation] = checkPlacement(moved, arena);
    assert.ok(violation !== undefined, `seed ${seed}`);
    assert.ok(["overlap", "range"].includes(violation!.rule));
  }
});

validator("longer lives meet others", () => {
  const ranges = [
    { id: "a", lower: 0, upper: 2, size: 4, offset: 0 },
    { id: "b", lower: 2, upper: 4, size: 4, offset: 0 },
  ];
  assert.equal(checkPlacement(ranges, 4), []);
  const [violation] = checkPlacement([{ ...ranges[0]!, upper: 3 }, ranges[1]!], 4);
  assert.equal(violation!.buffers, ["a", "b"]);
  assert.is(violation!.rule, "overlap");
});

for (const [what, change, rule] of [
  ["a doubled name", { id: "b" }, "identity"],
  ["an empty life", { upper: 0 }, "life"],
  ["a negative offset", { offset: -4 }, "range"],
  ["an end outside the arena", { offset: 61 }, "range"],
  ["a size that is no whole number", { size: 1.5 }, "range"],
  ["an offset that is not aligned", { align: 16, offset: 8 }, "alignment"],
] as const) {
  validator(`${what} is found`, () => {
    const first = { id: "a", lower: 0, upper: 4, size: 8, offset: 0 };
    const ranges: PlacedRange[] = [
      { id: "b", lower: 0, upper: 4, size: 8, offset: 32 },
      { ...first, ...change },
    ];
    assert.is(checkPlacement(ranges, 64)[0]?.rule, rule);
  });
}

validator.run();
