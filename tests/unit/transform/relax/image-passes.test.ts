import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeInputs } from "../../../../src/driver/inputs.js";
import { loadLibraries } from "../../../../src/driver/libraries.js";
import { interpret } from "../../../../src/interp/index.js";
import type { IRModule } from "../../../../src/ir/module.js";
import type { Func } from "../../../../src/ir/relax/expr.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { parseModule, printModule } from "../../../../src/syntax/index.js";
import { imageGraph } from "../../../../src/testing/generate/image-graph.js";
import { runPipeline, step, type Step } from "../../../../src/transform/pipeline.js";
import { convertLayout } from "../../../../src/transform/relax/layout/convert-layout.js";
import { legalizeOps } from "../../../../src/transform/relax/legalize-ops.js";
import { toMixedPrecision } from "../../../../src/transform/relax/precision/to-mixed-precision.js";

const test = suite("transform: passes over image graphs");
const COUNT = 16;
const { lowering } = loadLibraries();

function transformed(module: IRModule, steps: readonly Step[]): IRModule {
  const sink = new Diagnostics();
  const after = runPipeline(module, steps, sink, { lowering });
  assert.is(sink.all.map((d) => d.message).join("\n"), "", printModule(module));
  return after!;
}

function valuesOf(module: IRModule): Float32Array {
  const lowered = transformed(module, [step(legalizeOps)]);
  const main = module.functions.get("main") as Func;
  const args = makeInputs(main, { symbols: new Map(), shapes: new Map(), given: new Map(), seed: 1 }); // prettier-ignore
  const result = interpret(lowered, "main", args);
  assert.ok(result.ok, result.ok ? "" : result.diagnostic.message);
  assert.is(result.value.kind, "tensor");
  const { data } = result.value as Extract<typeof result.value, { kind: "tensor" }>;
  assert.is(data.dtype.name, "float32");
  return new Float32Array(data.bytes.slice().buffer);
}

/** Greatest difference relative to the greatest value. */
function distance(a: Float32Array, b: Float32Array): number {
  assert.is(a.length, b.length);
  const largest = a.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  const worst = a.reduce((m, x, i) => Math.max(m, Math.abs(x - b[i]!)), 0);
  return largest === 0 ? worst : worst / largest;
}

const graphs = Array.from({ length: COUNT }, (_, seed) => {
  const sink = new Diagnostics();
  const module = parseModule({ name: "graph.relax", text: imageGraph(seed) }, sink);
  assert.not.ok(sink.failed, `${imageGraph(seed)}${sink.all.map((d) => d.message).join()}`);
  return { module, expected: valuesOf(module) };
});

/** What each pass must do somewhere, lest nothing be tested, and how far values may move. */
const passes: readonly (readonly [Step, sign: string, tolerance: number])[] = [
  [step(convertLayout, { desired: { "nn.conv2d": ["NHWC", "OHWI"] } }), "NHWC", 1e-5],
  [step(toMixedPrecision), '"float16"', 3e-2],
  [step(toMixedPrecision, { outDtype: "float16" }), '"float16"', 5e-2],
];

for (const [pass, sign, tolerance] of passes) {
  test(`${pass.pass.name} to ${sign} keeps values, and its own result`, () => {
    let changed = 0;
    for (const [seed, { module, expected }] of graphs.entries()) {
      const after = transformed(module, [pass]);
      if (after === module) continue;
      const text = printModule(after);
      if (text.includes(sign)) changed++;
      const far = distance(expected, valuesOf(after));
      assert.ok(far <= tolerance, `graph ${seed}: off by ${far}\n${printModule(module)}\n${text}`);
      assert.is(printModule(transformed(after, [pass])), text, `graph ${seed}, again`);
    }
    assert.ok(changed >= COUNT / 2, `only ${changed} graphs changed`);
  });
}

test.run();
