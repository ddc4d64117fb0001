import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import {
  mapGraph,
  problemOf,
  readDfg,
  violationsOf,
  type Dfg,
} from "../../../../../src/target/cgra/index.js";
import { Budget } from "../../../../../src/target/cgra/map/budget.js";
import { boundsOf, earliest, latest } from "../../../../../src/target/cgra/map/bounds.js";
import { negotiateNear } from "../../../../../src/target/cgra/map/negotiate-near.js";
import { laterStages } from "../../../../../src/target/cgra/map/negotiate/later-stages.js";
import { westMesh, wideBody } from "../../../../../src/testing/generate/wide-body.js";
import { orderOf, scarcityOf } from "../../../../../src/target/cgra/map/negotiate/order.js";

const test = suite("cgra mapping of large graphs");

type Edge = readonly [number, number, number, string];

function graphOf(ops: readonly string[], edges: readonly Edge[]): Dfg {
  const text = JSON.stringify({ name: "g", nodes: ops.map((op, id) => ({ id, op })), edges });
  return readDfg({ name: "g", text }, new Diagnostics())!;
}

test("mappings near annealed places keep the rules of their fabric, on all that values travel", () => {
  let mapped = 0;
  for (const route of ["bypass", "multihop", "issue", "none"])
    for (const size of [12, 30]) {
      const problem = problemOf(wideBody(size, size), westMesh(4, route));
      const ii = boundsOf(problem).mii + 2;
      const mapping = negotiateNear(problem, ii, {
        seed: 3,
        effort: 8,
        rounds: 30,
        budget: new Budget(),
      });
      if (mapping === undefined) continue;
      mapped++;
      assert.equal(violationsOf(problem, mapping), []);
    }
  assert.ok(mapped >= 5, `${mapped} were mapped`);
});

test("too large for clauses, a graph is mapped at its bound by negotiation near annealed places", () => {
  const graph = wideBody(120, 7);
  const fabric = westMesh(8, "bypass");
  const { mapping, mii, attempts } = mapGraph(graph, fabric);
  assert.is(mapping?.ii, mii);
  assert.equal(violationsOf(problemOf(graph, fabric), mapping!), []);
  const last = attempts.at(-1);
  assert.ok(last?.method === "negotiation" && last.effort !== undefined);
});

test("when the time is up the best mapping so far is the result", () => {
  const edges: Edge[] = [];
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 8; i++) {
      edges.push([8 * round + i, 8 * (round + 1) + i, 0, "I1"]);
      edges.push([8 * round + (i ^ (1 << round)), 8 * (round + 1) + i, 0, "I2"]);
    }
  const graph = graphOf(new Array<string>(24).fill("ADD"), edges);
  const fabric = westMesh(4, "issue");
  let clock = 0;
  let first: number | undefined;
  const { mapping, mii, proved, stoppedBy } = mapGraph(graph, fabric, {
    timeLimitMs: 1000,
    now: () => clock,
    progress: ({ ii, result }) => {
      if (result !== "mapped") return;
      first ??= ii;
      clock = 2000;
    },
  });
  assert.ok(first !== undefined && first > mii);
  assert.is(mapping?.ii, first);
  assert.not(proved);
  assert.equal(stoppedBy, ["time"]);
});

test("what has time to spare is placed directly after the first that reads it", () => {
  // A path of five, and a load with one step that its fourth operation reads.
  const graph = graphOf(
    ["LD", "ADD", "ADD", "ADD", "ADD", "LD", "MUL"],
    [
      [0, 1, 0, "I1"],
      [1, 2, 0, "I1"],
      [2, 3, 0, "I1"],
      [3, 4, 0, "I1"],
      [5, 6, 0, "I1"],
      [6, 3, 0, "I2"],
    ],
  );
  const problem = problemOf(graph, westMesh(2, "bypass"));
  const asap = earliest(problem, 2)!;
  const order = orderOf(problem, asap, latest(problem, 2, Math.max(...asap)));
  const sorted = [...order.keys()].sort((a, b) => order[a]! - order[b]!);
  assert.equal(sorted, [0, 1, 2, 3, 6, 5, 4]);
});

test("slots that memory needs cost more for others", () => {
  const problem = problemOf(graphOf(["LD", "LD", "LD", "ADD"], []), westMesh(2, "bypass"));
  const scarcity = scarcityOf(problem, 2);
  const prices = scarcity(4);
  assert.ok(prices[0]! > 0 && prices[0] === prices[2]);
  assert.equal([prices[1], prices[3]], [undefined, undefined]);
  assert.equal(scarcity(2), []);
  assert.ok(scarcityOf(problem, 4)(4)[0]! < prices[0]!);
});

test("operations start whole intervals later, never too early for others, and keep values for less time", () => {
  const graph = graphOf(
    ["LD", "ADD", "ADD", "ADD"],
    [
      [0, 1, 0, "I1"],
      [1, 2, 0, "I1"],
      [2, 3, 0, "I1"],
      [0, 3, 0, "I2"],
    ],
  );
  // All wait for the last one, which starts late.
  assert.equal(
    laterStages(graph, [0, 1, 2, 31], 4, () => 1),
    [28, 29, 30, 31],
  );
  let moved = 0;
  const bodies = fc.tuple(
    fc.integer({ min: 4, max: 30 }),
    fc.nat(1000),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(
    fc.property(
      bodies,
      fc.array(fc.nat(40), { minLength: 30, maxLength: 30 }),
      ([size, seed, ii], delays) => {
        const { edges, ...rest } = wideBody(size, seed);
        const body = { ...rest, edges };
        const before: number[] = [];
        body.nodes.forEach((_, v) => {
          const after = edges.flatMap((e) => (e.to === v ? [before[e.from]! + 1] : []));
          before.push(Math.max(0, ...after) + delays[v]!);
        });
        const after = laterStages(body, before, ii, () => 1) as number[];
        const kept = (times: readonly number[]): number =>
          body.nodes.reduce(
            (sum, _, u) =>
              sum +
              Math.max(
                0,
                ...edges.flatMap((e) => (e.from === u ? [times[e.to]! - times[u]!] : [])),
              ),
            0,
          );
        for (const { from, to } of edges) assert.ok(after[to]! > after[from]!);
        assert.ok(after.every((t, v) => t >= before[v]! && (t - before[v]!) % ii === 0));
        if (after.some((t, v) => t !== before[v])) moved++;
        assert.ok(kept(after) <= kept(before));
      },
    ),
    { numRuns: 100, seed: 5 },
  );
  assert.ok(moved > 50, `${moved} times something was put off`);
});

test.run();
