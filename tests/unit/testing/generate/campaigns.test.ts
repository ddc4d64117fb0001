import { suite } from "uvu";
import * as assert from "uvu/assert";
import { moduleAt, moduleProblem } from "../../../../src/testing/fuzz/modules.js";
import { fuzzWasm, programAt } from "../../../../src/testing/fuzz/wasm.js";
import { featuresOf, requiredFeatures } from "../../../../src/testing/generate/coverage.js";
import { makeRandom } from "../../../../src/testing/generate/random.js";
import { visit } from "../../../../src/ir/core/visit.js";
import { laneSum } from "../../../../src/testing/generate/vector-stmt.js";
import type { Scope } from "../../../../src/testing/generate/scope.js";
import { dtype, int32 } from "../../../../src/support/dtype.js";
import { structuralEqual } from "../../../../src/ir/core/equal.js";

const test = suite("testing: campaigns of generated programs");

test("interpreter and WebAssembly agree on a share of the campaign", () => {
  const { failures } = fuzzWasm(40, 1);
  assert.equal(
    failures.map((f) => `${f.index}: ${f.reason}`),
    [],
  );
});

test("a seed and an index give one program", () => {
  assert.ok(structuralEqual(programAt(3, 7).module, programAt(3, 7).module));
  assert.not(structuralEqual(programAt(3, 7).module, programAt(3, 8).module));
});

test("every statement, expression and type occurs in at least one of a hundred programs", () => {
  const count = 500;
  const seen = new Map<string, number>();
  let symbolic = 0;
  let reductions = 0;
  for (let index = 0; index < count; index++) {
    const { module, main } = programAt(1, index);
    for (const name of featuresOf(module)) seen.set(name, (seen.get(name) ?? 0) + 1);
    if (main.symbols.size > 0) symbolic++;
    if (main.hasReduction) reductions++;
  }
  const rare = requiredFeatures.filter((name) => (seen.get(name) ?? 0) < count / 100);
  assert.equal(rare, []);
  assert.ok(symbolic >= 0.3 * count, `${symbolic} with symbolic extents`);
  assert.ok(reductions >= 0.3 * count, `${reductions} with reductions`);
});

for (const seed of [1, 21]) {
  test(`generated modules of seed ${seed} check, and read back from their text`, () => {
    for (let index = 0; index < 40; index++)
      assert.is(moduleProblem(moduleAt(seed, index)), undefined, `module ${index}`);
  });
}

test("loops over threads inside each other have tags of their own", () => {
  const nested: string[] = [];
  for (let index = 0; index < 400; index++) {
    const tags: string[] = [];
    visit(programAt(21, index).module, {
      enter(node) {
        if (node.kind !== "tir.For" || node.threadTag === undefined) return;
        if (tags.includes(node.threadTag)) nested.push(`${index}: ${node.threadTag}`);
        tags.push(node.threadTag);
      },
      leave(node) {
        if (node.kind === "tir.For" && node.threadTag !== undefined) tags.pop();
      },
    });
  }
  assert.equal(nested, []);
});

test("lanes shift by less than they have bits", () => {
  const uint8 = dtype("uint8");
  const rng = makeRandom(1);
  const wide = new Set<unknown>();
  for (let k = 0; k < 1000; k++) {
    const scope: Scope = {
      rng, index: int32, names: new Map(), dims: [], types: [uint8], axes: [], memories: [], scalars: [], cells: [],
      helpers: [], oldEra: false,
    }; // prettier-ignore
    visit(laneSum(scope, uint8), {
      enter(node) {
        if (node.kind !== "tir.Binary" || node.op !== "shr" || node.b.kind !== "tir.Broadcast")
          return;
        const by = node.b.value;
        if (by.kind === "tir.IntImm" && by.value >= 8) wide.add(by.value);
      },
    });
  }
  assert.equal([...wide], []);
});

test("programs of neighbouring seeds differ in their first choice", () => {
  const firsts = Array.from({ length: 200 }, (_, seed) => makeRandom(seed).below(10));
  for (let value = 0; value < 10; value++) {
    const often = firsts.filter((f) => f === value).length;
    assert.ok(often > 5 && often < 40, `${value}: ${often} of 200`);
  }
});

test.run();
