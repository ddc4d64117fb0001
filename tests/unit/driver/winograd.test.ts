import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildFor } from "../../../src/driver/build.js";
import { readModule } from "../../../src/driver/frontend.js";
import { loadNative } from "../../../src/driver/native.js";
import { explainBuild, prepareFor } from "../../../src/driver/optimise.js";
import { artefactBytes } from "../../../src/driver/run.js";
import type { IRModule } from "../../../src/ir/module.js";
import { loadArtefact } from "../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../src/support/value.js";
import { printModule } from "../../../src/syntax/index.js";
import { hasNative } from "../../../src/testing/native.js";
import { runPipeline, step } from "../../../src/transform/pipeline.js";
import { bindParams } from "../../../src/transform/relax/params/bind-params.js";
import { boundOf, convolution, numbers, type Problem } from "./winograd-bound.js";

const test = suite("driver: Winograd's filtering");

const CHANNELS = 16;
const weights = numbers(CHANNELS * CHANNELS * 9, 7);

const tensor = (shape: readonly number[], data: Float32Array): Value =>
  tensorValue({ dtype: float32, shape, bytes: new Uint8Array(data.buffer) });

/** A convolution with known weights; sizes may be symbols. */
function moduleOf(height: string, width: string): IRModule {
  const text = `@R.function
def main(
    x: R.Tensor((1, ${CHANNELS}, ${height}, ${width}), "float32"),
    w: R.Tensor((${CHANNELS}, ${CHANNELS}, 3, 3), "float32"),
):
    with R.dataflow():
        y = R.nn.conv2d(x, w, padding=(1, 1))
        R.output(y)
    return y
`;
  const { module } = readModule({ name: "conv.relax", text });
  const w = tensor([CHANNELS, CHANNELS, 3, 3], weights);
  const params = new Map([["w", w.kind === "tensor" ? w.data : undefined!]]);
  return runPipeline(module, [step(bindParams, { params })], new Diagnostics())!;
}

type Kind = "llvm" | "wasm" | "c";

async function prepared(module: IRModule, kind: Kind, target: string): Promise<IRModule> {
  const sink = new Diagnostics();
  const ready = await prepareFor(kind, module, sink, { target });
  assert.equal(sink.all, []);
  return ready!;
}

/** Products of a tile: the positions that weights were transformed for. */
async function positions(kind: Kind, options: string, size: string): Promise<number> {
  const module = await prepared(moduleOf(size, size), kind, `${kind} ${options}`);
  const printed = printModule(module).replace(/\s+/g, "");
  return Number(/U:T\.Buffer\(\(T\.int64\(\d+\),T\.int64\((\d+)\)/.exec(printed)?.[1]);
}

for (const kind of ["llvm", "wasm", "c"] as const) {
  test(`${kind}: tiles of four by four are for relaxed accuracy, and for images that fill them`, async () => {
    assert.is(await positions(kind, "", "14"), 16);
    assert.is(await positions(kind, "-accuracy=relaxed", "14"), 36);
    assert.is(await positions(kind, "-accuracy=relaxed", "7"), 16);
    assert.is(await positions(kind, "-accuracy=relaxed", '"s"'), 36);
  });
}

test("a build says why the larger tiles are not taken", async () => {
  const explained = (target: string, size: string): Promise<string> =>
    explainBuild("llvm", moduleOf(size, size), new Diagnostics(), { target });
  const name = "`conv2d_winograd4` \\(stdlib/conv-winograd.relax:\\d+\\)";
  assert.match(await explained("llvm", "14"), new RegExp(`${name}: the target has no \`relaxed\``));
  const relaxed = "llvm -accuracy=relaxed";
  assert.match(await explained(relaxed, "14"), new RegExp(`${name}: taken`));
  assert.match(await explained(relaxed, "7"), new RegExp(`${name}: \`where\` is false: .*h \\* w`));
});

/** Results of one artefact for images of these sizes. */
async function run(
  kind: "llvm" | "wasm",
  options: string,
  module: IRModule,
  images: readonly Problem[],
): Promise<readonly Float32Array[]> {
  const target = `${kind} ${options}`;
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const sink = new Diagnostics();
  const ready = await prepared(module, kind, target);
  const given = { producer: "test", description: parsed.target, simd: true };
  const artefact = buildFor(ready, sink, given);
  assert.equal(sink.all, []);
  const machine = loadArtefact(artefactBytes(artefact!), "conv.rxe", { native: loadNative });
  return images.map(({ height, width, image }) => {
    const found = machine.invoke("main", [tensor([1, CHANNELS, height, width], image)]);
    if (found.kind !== "tensor") throw new Error("no tensor");
    return new Float32Array(found.data.bytes.slice().buffer);
  });
}

const problem = (height: number, width: number): Problem => {
  const image = numbers(CHANNELS * height * width, height * width);
  return { channels: CHANNELS, height, width, image, weights };
};

for (const [kind, options] of [
  ["wasm", ""],
  ["wasm", "-accuracy=relaxed"],
  ["llvm", "-mcpu=skylake-avx512"],
  ["llvm", "-mcpu=skylake-avx512 -accuracy=relaxed"],
] as const) {
  const m = options.includes("relaxed") ? 4 : 2;
  test(`${kind} ${options}: results are off by no more than the library says`, async () => {
    if (kind === "llvm" && !hasNative()) return;
    const sizes = [problem(13, 10), problem(3, 40)];
    const found = await run(kind, options, moduleOf('"h"', '"w"'), sizes);
    sizes.forEach((given, i) => {
      const exact = convolution(given);
      const bound = boundOf(given, m);
      const off = exact.findIndex((y, k) => !(Math.abs(found[i]![k]! - y) <= bound[k]!));
      assert.is(off, -1, `${given.height} × ${given.width} at ${off}`);
      const largest = Math.max(...exact.map(Math.abs));
      const worst = Math.max(...exact.map((y, k) => Math.abs(found[i]![k]! - y)));
      assert.ok(worst <= (m === 2 ? 2e-6 : 2e-5) * largest, `${worst / largest}`);
    });
  });
}

test.run();
