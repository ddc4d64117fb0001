/** Fabrics of all sizes: each maps, or says why not, and a larger one never has the larger interval. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { preset, presetNames, readDfg, readFabric } from "../../../../src/target/cgra/index.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { cornerOf, sizeProblem, sizesOf } from "../../../../src/testing/cgra-sizes.js";
import { cgraSizesCampaign } from "../../../../src/testing/fuzz/cgra-sizes.js";

const test = suite("sizes of fabrics");

const graphOf = (
  name: string,
  ops: readonly string[],
  edges: readonly (readonly [number, number, number, string])[],
) => {
  const text = JSON.stringify({ name, nodes: ops.map((op, id) => ({ id, op })), edges });
  return readDfg({ name, text }, new Diagnostics())!;
};

/** A sum of products of what two pointers point at, a filter, and sums of all pairs. */
const GRAPHS = [
  graphOf("dot", ["ADD", "LD", "LD", "MUL", "ADD", "SUB"], [
    [0, 0, 1, "I1"], [0, 1, 0, "I1"], [0, 2, 0, "I1"], [1, 3, 0, "I1"], [2, 3, 0, "I2"],
    [3, 4, 0, "I2"], [4, 4, 1, "I1"], [0, 5, 0, "I1"], [4, 5, 0, "I2"],
  ]),
  graphOf("filter", ["LD", "SHRA", "SHRA", "ADD", "MAX", "ST"], [
    [0, 1, 0, "I1"], [0, 2, 1, "I1"], [1, 3, 0, "I1"], [2, 3, 0, "I2"], [3, 4, 0, "I1"], [4, 5, 0, "I2"],
  ]),
]; // prettier-ignore

for (const name of presetNames())
  test(`${name}: from one element to all of it`, () => {
    for (const graph of GRAPHS)
      assert.is(sizeProblem(graph, sizesOf(name), 2e6), undefined, graph.name);
  });

/** Kinds of fabrics at any size. */
const KINDS: readonly ((rows: number, cols: number) => object)[] = [
  ...(["issue", "bypass", "none"] as const).map((route) => (rows: number, cols: number) => ({
    rows, cols, topology: "mesh", route,
    pe: { ops: ["mov", "alu", "cmp", "mul", "ctl"], rf: { regs: 8, read: 8, write: 8, visible: route === "issue" ? "neighbours" : "self" } },
    overrides: [{ pes: Array.from({ length: rows }, (_, r) => r * cols), "ops+": ["mem"] }],
  })),
  (rows, cols) => ({
    rows, cols, topology: "mesh", route: "multihop", hops: 4,
    pe: { ops: ["mov", "alu", "mul", "mem"], rf: { regs: 4, read: 4, write: 4 }, lat: { LD: 2 } },
  }),
  (rows, cols) => ({
    rows, cols, topology: "onehop", route: "issue",
    pe: { ops: ["mov", "alu", "mul", "mem"], rf: { regs: 8, visible: "neighbours" } },
  }),
]; // prettier-ignore

for (const [k, kind] of KINDS.entries())
  test(`kind ${k} at every size`, () => {
    const sizes = [[1, 1], [1, 2], [2, 2], [2, 3], [3, 3], [4, 4]] as const; // prettier-ignore
    const fabrics = sizes.map(([rows, cols]) => {
      const text = JSON.stringify({ name: `kind ${k}, ${rows}x${cols}`, ...kind(rows, cols) });
      return readFabric({ name: "test.fabric.json", text }, new Diagnostics())!;
    });
    assert.is(sizeProblem(GRAPHS[0]!, fabrics, 10e6), undefined);
  });

test("generated graphs on presets and parts of them", () => {
  assert.equal(cgraSizesCampaign.run(4, 5, () => undefined).failures, []);
});

test("parts that were larger would be noticed", () => {
  const whole = preset("mesh-none-4x4")!;
  const part = cornerOf(whole, 2, 2);
  assert.equal(part.links.length, 8);
  assert.equal(part.banks[0]!.elements, [0, 2]);
  assert.match(
    sizeProblem(GRAPHS[0]!, [whole, part], 2e6) ?? "",
    /interval \d on mesh-none-4x4, \d on .*2x2 of it/,
  );
});

test.run();
