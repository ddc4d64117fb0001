import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../src/analysis/index.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { moduleAt, roundTripProblem } from "../../../../src/testing/fuzz/modules.js";
import { fuzzWasm, programAt } from "../../../../src/testing/fuzz/wasm.js";
import { featuresOf, requiredFeatures } from "../../../../src/testing/generate/coverage.js";
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

test("generated modules check, and read back from their text for TVM", () => {
  for (let index = 0; index < 25; index++) {
    const module = moduleAt(1, index);
    assert.is(roundTripProblem(module, "tvm-0.27"), undefined, `module ${index}`);
    const sink = new Diagnostics();
    checkModule(module, sink);
    const errors = sink.all.filter((d) => d.severity === "error");
    assert.equal(
      errors.map((d) => `${d.code} ${d.message}`),
      [],
      `module ${index}`,
    );
  }
});

test.run();
