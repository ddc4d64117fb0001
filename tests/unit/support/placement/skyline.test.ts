import { suite } from "uvu";
import * as assert from "uvu/assert";
import { luby, searchWithRestarts } from "../../../../src/support/placement/restarts.js";
import { sectionsOf } from "../../../../src/support/placement/sections.js";
import type { CellChoice } from "../../../../src/support/placement/skyline-search.js";
import { SkylineState } from "../../../../src/support/placement/skyline-state.js";
import {
  plantedBuffers,
  tightBuffers,
  type BufferSet,
} from "../../../../src/testing/generate/buffers.js";
import { makeRandom } from "../../../../src/testing/generate/random.js";

const skyline = suite("support: skyline search");

function stateOf({ buffers, capacity }: BufferSet): SkylineState {
  const sections = sectionsOf({
    lower: buffers.map((b) => b.lower),
    upper: buffers.map((b) => b.upper),
  });
  const state = new SkylineState(
    sections,
    buffers.map((b) => b.size),
  );
  state.capacity = capacity;
  return state;
}

const CELLS: readonly CellChoice[] = ["constrained", "unweighted", "tight", "lowest"];

skyline("choice of cells, memory of failures and length of runs do not change the verdict", () => {
  for (let seed = 0; seed < 60; seed++) {
    const set = tightBuffers(makeRandom(seed));
    for (const capacity of [set.capacity, set.capacity - 1]) {
      const verdicts = new Set<string>();
      for (const cell of CELLS) {
        for (const memoBits of [0, 12]) {
          for (const run of [3, 500]) {
            const state = stateOf({ ...set, capacity });
            const options = { nodes: 100_000, run, cells: [cell], memoBits };
            verdicts.add(searchWithRestarts(state, options).verdict);
          }
        }
      }
      assert.is(verdicts.size, 1, `seed ${seed}, capacity ${capacity}`);
      if (capacity < set.capacity) assert.ok(verdicts.has("none"));
    }
  }
});

skyline("a search that finds nothing leaves the state as it was", () => {
  const set = plantedBuffers(makeRandom(3), 30);
  const state = stateOf({ ...set, capacity: set.capacity - 1 });
  const before = [state.floor, state.least, state.rest, state.live].map((a) => [...a]);
  assert.is(searchWithRestarts(state, { nodes: 1000 }).verdict, "none");
  assert.equal(
    [state.floor, state.least, state.rest, state.live].map((a) => [...a]),
    before,
  );
});

skyline("one state serves several capacities", () => {
  const set = plantedBuffers(makeRandom(4), 40);
  const state = stateOf(set);
  const root = state.mark();
  for (const [capacity, verdict] of [
    [set.capacity, "found"],
    [set.capacity - 1, "none"],
    [set.capacity + 5, "found"],
  ] as const) {
    state.undo(root.changes, root.placements);
    state.capacity = capacity;
    assert.is(searchWithRestarts(state, { nodes: 50_000 }).verdict, verdict);
  }
});

skyline("runs grow in the order of Luby", () => {
  const lengths = Array.from({ length: 15 }, (_, i) => luby(i + 1));
  assert.equal(lengths, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
});

skyline("long chains need no stack", () => {
  const buffers = Array.from({ length: 3000 }, (_, i) => ({
    id: String(i),
    lower: i,
    upper: i + 2,
    size: 1 + (i % 3),
  }));
  const state = stateOf({ buffers, capacity: 6 });
  assert.is(searchWithRestarts(state, { nodes: 20_000, run: 20_000 }).verdict, "found");
});

skyline.run();
