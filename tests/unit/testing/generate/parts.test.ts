/** Campaigns in several processes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { joined, partsOf } from "../../../../src/testing/fuzz/parts.js";

const test = suite("testing: campaigns in parts");

test("parts cover all inputs once", () => {
  for (const [count, jobs] of [
    [10, 3],
    [1, 4],
    [7, 7],
    [0, 2],
    [1000, 2],
  ] as const) {
    const parts = partsOf({ first: 5, count }, jobs);
    const inputs = parts.flatMap((p) => Array.from({ length: p.count }, (_, k) => p.first + k));
    assert.equal(
      inputs,
      Array.from({ length: count }, (_, k) => 5 + k),
    );
    assert.ok(parts.every((p) => p.count <= 400));
    assert.ok(parts.length >= Math.min(jobs, count));
  }
});

test("results are added, shares weighted", () => {
  const failure = { index: 3, reason: "differs", input: "" };
  const whole = joined([
    { done: 30, failures: [], coverage: { split: 10, fuse: 4 }, equal: { wasm: 30 } },
    { done: 10, failures: [failure], coverage: { split: 50 }, equal: { wasm: 9 } },
  ]);
  assert.equal(whole, {
    done: 40,
    failures: [failure],
    coverage: { fuse: 3, split: 20 },
    equal: { wasm: 39 },
  });
});

test.run();
