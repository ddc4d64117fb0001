import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import {
  dropLoopControl,
  mapGraph,
  mapText,
  preset,
  presetNames,
  problemOf,
  readDfg,
  readFabric,
  violationsOf,
  type Dfg,
  type Fabric,
  type Mapping,
} from "../../../../../src/target/cgra/index.js";
import { Budget } from "../../../../../src/target/cgra/map/budget.js";
import { boundsOf } from "../../../../../src/target/cgra/map/bounds.js";
import { negotiate } from "../../../../../src/target/cgra/map/negotiate/index.js";
import type { Problem } from "../../../../../src/target/cgra/map/places.js";
import { placeFirst } from "../../../../../src/target/cgra/map/place-first.js";
import { satSolver } from "../../../../../src/sat/index.js";

const test = suite("cgra mapping");

const fabricOf = (description: object): Fabric => {
  const sink = new Diagnostics();
  const text = JSON.stringify({ name: "test", ...description });
  const fabric = readFabric({ name: "test.fabric.json", text }, sink);
  assert.ok(fabric, sink.all.map((d) => d.message).join("\n"));
  return fabric;
};

type Edge = readonly [number, number, number, string];

const graphOf = (ops: readonly string[], edges: readonly Edge[]): Dfg => {
  const sink = new Diagnostics();
  const nodes = ops.map((op, id) => ({ id, op }));
  const graph = readDfg({ name: "g", text: JSON.stringify({ name: "g", nodes, edges }) }, sink);
  assert.ok(graph, sink.all.map((d) => d.message).join("\n"));
  return graph;
};

/** Layered graphs with recurrences; every value is read in its own or a later iteration. */
const graphs = fc
  .tuple(
    fc.array(fc.constantFrom("ADD", "MUL", "LD", "SUB"), { minLength: 2, maxLength: 9 }),
    fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.nat(2)), { minLength: 1, maxLength: 10 }),
  )
  .map(([ops, pairs]) => {
    const seen = new Set<string>();
    const edges = pairs.flatMap(([a, b, d]): Edge[] => {
      const [from, to] = [a % ops.length, b % ops.length];
      const distance = from < to ? d % 2 : d + 1;
      const key = `${from} ${to}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [[from, to, distance, "D"]];
    });
    return { ops, edges };
  });

const fabrics = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    cols: fc.integer({ min: 1, max: 3 }),
    topology: fc.constantFrom("mesh", "torus", "king"),
    route: fc.constantFrom("none", "issue", "bypass", "multihop"),
    hops: fc.integer({ min: 1, max: 3 }),
    regs: fc.integer({ min: 1, max: 4 }),
    visible: fc.constantFrom("self", "neighbours"),
    lat: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ regs, visible, lat, hops, ...rest }) => ({
    ...rest,
    ...(rest.route === "multihop" && { hops }),
    pe: {
      ops: ["mov", "alu", "mul", "mem"],
      rf: { regs, visible },
      lat: { MUL: lat, LD: 1 + (lat % 2) },
    },
  }));

test("mappings keep the rules of their fabric, and no interval is below the bound", () => {
  let mapped = 0;
  fc.assert(
    fc.property(graphs, fabrics, ({ ops, edges }, description) => {
      const graph = graphOf(ops, edges);
      const fabric = fabricOf(description);
      const result = mapGraph(graph, fabric, { maxIi: 12, work: 1e6 });
      if (result.mapping === undefined) return;
      mapped++;
      assert.ok(result.mapping.ii >= result.mii);
      assert.equal(violationsOf(problemOf(graph, fabric), result.mapping), []);
    }),
    { numRuns: 80, seed: 11 },
  );
  assert.ok(mapped > 60, `${mapped} were mapped`);
});

type Mapper = (problem: Problem, ii: number, seed: number) => Mapping | undefined;

/** How often graphs are mapped at the bound and a little above; what is mapped keeps the rules. */
function mappedBy(mapper: Mapper, route: object, numRuns: number, seed: number): number {
  let mapped = 0;
  const property = fc.property(graphs, fabrics, fc.nat(1000), (graph, description, choice) => {
    const fabric = fabricOf({ ...description, ...route });
    const problem = problemOf(graphOf(graph.ops, graph.edges), fabric);
    const { mii } = boundsOf(problem);
    if (problem.places.some((places) => places.length === 0)) return;
    for (const ii of [mii, mii + 2, mii + 6]) {
      const mapping = mapper(problem, ii, choice);
      if (mapping === undefined) continue;
      mapped++;
      assert.equal(violationsOf(problem, mapping), []);
    }
  });
  fc.assert(property, { numRuns, seed });
  return mapped;
}

const byNegotiation: Mapper = (problem, ii, seed) =>
  negotiate(problem, ii, { rounds: 30, seed, budget: new Budget() });
const byPlaces: Mapper = (problem, ii, seed) =>
  placeFirst(problem, ii, { effort: 20, seed, newSolver: satSolver, budget: new Budget() });

test("negotiated mappings keep the rules of their fabric", () => {
  const mapped = mappedBy(byNegotiation, {}, 80, 14);
  assert.ok(mapped > 120, `${mapped} were mapped`);
});

test("mappings with places first keep the rules of their fabric", () => {
  const mapped = mappedBy(byPlaces, { route: "issue", hops: 1 }, 25, 15);
  assert.ok(mapped > 40, `${mapped} were mapped`);
});

/** Two rounds of butterflies on eight values: each is read by two. */
const BUTTERFLIES = (() => {
  const edges: Edge[] = [];
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 8; i++)
      for (const [k, kind] of [[i, "I1"], [i ^ (1 << round), "I2"]] as const)
        edges.push([8 * round + k, 8 * (round + 1) + i, 0, kind]);
  return graphOf(new Array<string>(24).fill("ADD"), edges);
})(); // prettier-ignore

test("crowded graphs are mapped with places first", () => {
  const fabric = fabricOf({
    rows: 4,
    cols: 4,
    route: "issue",
    pe: { ops: ["mov", "alu"], rf: { regs: 16, read: 16, write: 16, visible: "neighbours" } },
  });
  const { mapping, mii, attempts } = mapGraph(BUTTERFLIES, fabric);
  assert.is(mapping?.ii, mii);
  assert.is(attempts.at(-1)?.method, "annealing");
});

/** Three operations that all talk to each other, on three elements in a row: one too many is in between. */
const TRIANGLE = graphOf(
  ["ADD", "ADD", "ADD"],
  [
    [0, 1, 0, "I1"],
    [1, 2, 0, "I1"],
    [0, 2, 0, "I2"],
  ],
);
const ROW = fabricOf({ rows: 1, cols: 3, route: "issue", pe: { ops: ["mov", "alu"] } });

test("what has no place is refuted for schedules of any length", () => {
  const result = mapGraph(TRIANGLE, ROW);
  assert.is(result.mii, 1);
  assert.is(result.mapping?.ii, 2);
  assert.ok(result.proved);
  assert.is(result.room, Infinity);
  assert.equal(result.stoppedBy, []);
  assert.match(mapText(TRIANGLE, ROW, result), "refuted for schedules of any length");
});

test("clauses end at the limit of memory, and the rest goes on", () => {
  const result = mapGraph(TRIANGLE, ROW, { memoryLimit: 1000, work: 3e6 });
  assert.is(result.mapping?.ii, 2);
  assert.not(result.proved);
  assert.equal(result.stoppedBy, ["work", "memory"]);
  assert.match(mapText(TRIANGLE, ROW, result), "limit of memory (--memory)");
  assert.ok(result.attempts.some((a) => a.method === "clauses" && a.isShortOfMemory === true));
});

test("a search ends at the same place however fast the machine is", () => {
  const fabric = fabricOf({ rows: 4, cols: 4, route: "issue", pe: { ops: ["mov", "alu"] } });
  const of = (tick: number) => {
    let clock = 0;
    const now = (): number => (clock += tick);
    const options = { work: 4e6, timeLimitMs: Infinity, now };
    const { attempts, ms: _, ...rest } = mapGraph(BUTTERFLIES, fabric, options);
    return { ...rest, attempts: attempts.map((a) => ({ ...a, ms: 0 })) };
  };
  const slow = of(1000);
  assert.equal(slow, of(1));
  assert.equal(slow.stoppedBy, ["work"]);
});

/** All mappings of a small graph to a fabric whose values only reach neighbours in the very next cycle. */
function bestByTrying(graph: Dfg, fabric: Fabric, most: number): number | undefined {
  const problem = problemOf(graph, fabric);
  const count = fabric.elements.length;
  const nodes = graph.nodes.length;
  for (let ii = 1; ii <= most; ii++) {
    const horizon = nodes + 2;
    const elements = new Array<number>(nodes).fill(0);
    const times = new Array<number>(nodes).fill(0);
    const fits = (v: number): boolean => {
      for (let u = 0; u < v; u++)
        if (elements[u] === elements[v] && times[u]! % ii === times[v]! % ii) return false;
      return graph.edges.every(({ from, to, distance }) => {
        if (Math.max(from, to) > v || (from !== v && to !== v)) return true;
        const gap = times[to]! + distance * ii - times[from]!;
        if (from === to || elements[from] === elements[to]) return gap >= 1;
        return gap === 1 && problem.sources[elements[to]!]!.includes(elements[from]!);
      });
    };
    const place = (v: number): boolean => {
      if (v === nodes) return true;
      for (elements[v] = 0; elements[v]! < count; elements[v]!++)
        for (times[v] = 0; times[v]! <= horizon; times[v]!++)
          if (fits(v) && place(v + 1)) return true;
      return false;
    };
    if (place(0)) return ii;
  }
  return undefined;
}

test("no smaller interval exists than the one found, by trying all", () => {
  const small = graphs.filter(({ ops }) => ops.length <= 4);
  fc.assert(
    fc.property(small, ({ ops, edges }) => {
      const fabric = fabricOf({
        rows: 1,
        cols: 3,
        route: "none",
        pe: { ops: ["alu", "mul", "mem"], rf: { regs: 32, read: 32, write: 32 } },
      });
      const graph = graphOf(ops, edges);
      const tried = bestByTrying(graph, fabric, 6);
      const found = mapGraph(graph, fabric, { maxIi: 6 }).mapping?.ii;
      // Outputs that outlive the next cycle can only help.
      if (tried !== undefined)
        assert.ok(found !== undefined && found <= tried, `${found} ${tried}`);
    }),
    { numRuns: 60, seed: 12 },
  );
});

test("more registers, links and room never make the interval larger", () => {
  fc.assert(
    fc.property(graphs, ({ ops, edges }) => {
      const graph = graphOf(ops, edges);
      const of = (rows: number, topology: string, regs: number): number =>
        mapGraph(
          graph,
          fabricOf({
            rows,
            cols: 2,
            topology,
            route: "bypass",
            pe: { ops: ["mov", "alu", "mul", "mem"], rf: { regs, read: 4, write: 2 } },
          }),
        ).mapping!.ii;
      const first = of(2, "mesh", 2);
      assert.ok(of(2, "king", 2) <= first);
      assert.ok(of(2, "mesh", 8) <= first);
      assert.ok(of(3, "mesh", 2) <= first);
    }),
    { numRuns: 15, seed: 13 },
  );
});

const DOT: readonly [readonly string[], readonly Edge[]] = [
  ["ADD", "LD", "LD", "MUL", "ADD", "SUB"],
  [
    [0, 0, 1, "I1"],
    [0, 1, 0, "I1"],
    [0, 2, 0, "I1"],
    [1, 3, 0, "I1"],
    [2, 3, 0, "I2"],
    [3, 4, 0, "I2"],
    [4, 4, 1, "I1"],
    [0, 5, 0, "I1"],
    [4, 5, 0, "I2"],
  ],
];

test("every kind of damage to a mapping is found", () => {
  const graph = graphOf(...DOT);
  for (const route of ["issue", "bypass"]) {
    const fabric = fabricOf({
      rows: 1,
      cols: 4,
      route,
      pe: { ops: ["mov", "alu", "mul"], rf: { regs: 2 } },
      overrides: [{ pes: [0, 1], "ops+": ["mem"] }],
    });
    const problem = problemOf(graph, fabric);
    const { mapping } = mapGraph(graph, fabric);
    assert.ok(mapping);
    const rules = (
      change: (m: { -readonly [K in keyof Mapping]: Mapping[K] }) => void,
    ): string[] => {
      const copy = structuredClone(mapping);
      change(copy);
      return violationsOf(problem, copy).map(({ rule }) => rule);
    };
    assert.equal(
      rules(() => {}),
      [],
    );
    const set = (list: readonly number[], i: number, value: number): number[] =>
      list.map((x, at) => (at === i ? value : x));
    assert.ok(rules((m) => (m.elements = set(m.elements, 1, 3))).includes("capability"));
    assert.ok(rules((m) => (m.times = set(m.times, 3, m.times[1]!))).includes("order"));
    assert.ok(
      rules((m) => {
        m.elements = set(m.elements, 4, m.elements[3]!);
        m.times = set(m.times, 4, m.times[3]! + m.ii);
      }).includes("issue"),
    );
    assert.ok(rules((m) => (m.ii = 1)).length > 0);
    for (const [u, { holds }] of mapping.routes.entries()) {
      if (holds.length === 0) continue;
      const found = rules((m) => {
        m.routes = m.routes.map((r, i) => (i === u ? { ...r, holds: [] } : r));
      });
      assert.ok(
        found.some((rule) => rule === "reader" || rule === "route"),
        `node ${u}`,
      );
    }
  }
});

test("registers are counted", () => {
  // A value that is read at once and seven iterations later is there in seven instances.
  const graph = graphOf(
    ["ADD", "ADD"],
    [
      [0, 1, 0, "I1"],
      [0, 1, 7, "I2"],
    ],
  );
  const of = (regs: number): number | undefined =>
    mapGraph(
      graph,
      fabricOf({ rows: 1, cols: 2, route: "bypass", pe: { ops: ["alu"], rf: { regs } } }),
      { maxIi: 3 },
    ).mapping?.ii;
  assert.is(of(16), 1);
  assert.is(of(1), undefined);
});

test("constants are counted by negotiation and with places first", () => {
  // Two elements with two constants each, four operations with one each: two on either.
  const { nodes, ...rest } = graphOf(["ADD", "ADD", "ADD", "ADD"], []);
  const fixed = nodes.map((n, index) => ({ ...n, fixed: [{ kind: "livein", index }] as const }));
  const description = { rows: 1, cols: 2, route: "issue", pe: { ops: ["mov", "alu"], consts: 2 } };
  const problem = problemOf({ ...rest, nodes: fixed }, fabricOf(description));
  for (const seed of [1, 2, 3, 4, 5]) {
    const found = [byNegotiation(problem, 4, seed), byPlaces(problem, 4, seed)];
    for (const mapping of found) {
      assert.ok(mapping);
      assert.equal(violationsOf(problem, mapping), []);
    }
  }
});

test("an operation without element is named, and a fabric of one element works", () => {
  const one = fabricOf({ rows: 1, cols: 1, pe: { ops: ["alu"], rf: { regs: 4 } } });
  assert.is(mapGraph(graphOf(["ADD", "SUB"], [[0, 1, 0, "I1"]]), one).mapping?.ii, 2);
  assert.is(mapGraph(graphOf(["ADD", "MUL"], [[0, 1, 0, "I1"]]), one).unsupported, 1);
});

test("loop control leaves the graph", () => {
  const graph = graphOf(
    ["add", "cmp", "br", "phi", "load", "mul", "add", "phi"],
    [
      [0, 1, 0, "D"],
      [0, 3, 1, "D"],
      [1, 2, 0, "D"],
      [2, 3, 1, "C"],
      [2, 7, 0, "C"],
      [3, 0, 0, "D"],
      [3, 4, 0, "D"],
      [4, 5, 0, "D"],
      [5, 6, 0, "D"],
      [6, 7, 1, "D"],
      [7, 6, 0, "D"],
    ],
  );
  const body = dropLoopControl(graph);
  assert.equal(
    body.nodes.map(({ id }) => id),
    [0, 4, 5, 6],
  );
  assert.equal(body.edges.map(({ from, to, distance }) => [from, to, distance]).sort(), [
    [0, 0, 1],
    [0, 1, 1],
    [1, 2, 0],
    [2, 3, 0],
    [3, 3, 1],
  ]);
});

test("presets read without findings", () => {
  for (const name of presetNames()) assert.ok(preset(name), name);
});

test.run();
