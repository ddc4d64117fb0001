import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildForC } from "../../../src/driver/c-project.js";
import { readModule } from "../../../src/driver/frontend.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import type { IRModule } from "../../../src/ir/module.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import { zeros } from "../../../src/support/ndarray.js";
import { runPipeline, step } from "../../../src/transform/pipeline.js";
import { bindParams } from "../../../src/transform/relax/params/bind-params.js";

const test = suite("driver: known weights");

const text = `@I.ir_module
class Module:
    @R.function
    def main(
        x: R.Tensor(("n", 32, "h", "w"), "float32"),
        w: R.Tensor((32, 32, 3, 3), "float32"),
        gamma: R.Tensor((32,), "float32"),
        beta: R.Tensor((32,), "float32"),
        mean: R.Tensor((32,), "float32"),
        var: R.Tensor((32,), "float32"),
    ):
        with R.dataflow():
            y = R.nn.conv2d(x, w, padding=(1, 1))
            z = R.nn.batch_norm(y, gamma, beta, mean, var, axis=1, training=False)
            out = R.nn.relu(z[0])
            R.output(out)
        return out
`;

const product = `@I.ir_module
class Module:
    @R.function
    def main(
        x: R.Tensor(("m", 64), "float32"), w: R.Tensor((64, 96), "float32")
    ) -> R.Tensor(("m", 96), "float32"):
        with R.dataflow():
            out = R.matmul(x, w)
            R.output(out)
        return out
`;

/** The module as code is generated from it, with parameters of these sizes bound. */
async function built(
  text: string,
  sizes: Readonly<Record<string, readonly number[]>>,
  kind: "llvm" | "c",
  target: string,
): Promise<IRModule> {
  const { module, failed } = readModule({ name: "net.relax", text });
  assert.not(failed);
  const params = new Map(
    Object.entries(sizes).map(([name, shape]) => [name, zeros(float32, shape)]),
  );
  const sink = new Diagnostics();
  const bound = runPipeline(module, [step(bindParams, { params })], sink)!;
  const lowered = await prepareFor(kind, bound, sink, { target });
  assert.equal(sink.all, []);
  return lowered!;
}

const vector = [32];
const WEIGHTS = { w: [32, 32, 3, 3], gamma: vector, beta: vector, mean: vector, var: vector };

for (const kind of ["llvm", "c"] as const) {
  test(`weights bound as arrays are scaled and transformed at build time for ${kind}`, async () => {
    const names = [...(await built(text, WEIGHTS, kind, kind)).functions.keys()];
    const shown = names.join(", ");
    assert.ok(names.some((name) => name.includes("winograd")), shown); // prettier-ignore
    assert.not(
      names.some((name) => /weights|multiply/.test(name)),
      shown,
    );
  });

  test(`a known operand of a product with any number of rows is packed at build time for ${kind}`, async () => {
    const names = [...(await built(product, { w: [64, 96] }, kind, kind)).functions.keys()];
    assert.equal(names.sort(), ["gemm", "main"]);
  });
}

test("vectors of C are as long as the registers of the processor", async () => {
  const lowered = await built(product, { w: [64, 96] }, "c", "c -mcpu=haswell");
  const textOf = (registerBits: number): string =>
    buildForC(lowered, new Diagnostics(), { prefix: "net", registerBits })!.compiled.source;
  assert.match(textOf(512), "rx_f32x16");
  assert.match(textOf(256), "rx_f32x8");
  assert.not.match(textOf(256), "rx_f32x16");
});

test("C without vectors is made of plain loops", async () => {
  const lowered = await built(text, WEIGHTS, "c", "c -vector-width=0");
  assert.not([...lowered.functions.keys()].some((name) => name.includes("winograd")));
  const { source } = buildForC(lowered, new Diagnostics(), {
    prefix: "net",
    simd: false,
  })!.compiled;
  assert.not.match(source, /rx_\w+x\d/);
});

test.run();
