import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../src/driver/frontend.js";
import { optimise } from "../../../src/driver/optimise.js";
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

test("weights bound as arrays are scaled and transformed at build time", async () => {
  const { module, failed } = readModule({ name: "net.relax", text });
  assert.not(failed);
  const vector = zeros(float32, [32]);
  const params = new Map([
    ["w", zeros(float32, [32, 32, 3, 3])],
    ...["gamma", "beta", "mean", "var"].map((name) => [name, vector] as const),
  ]);
  const sink = new Diagnostics();
  const bound = runPipeline(module, [step(bindParams, { params })], sink)!;
  const lowered = await optimise(bound, "@default-llvm", sink, { target: "llvm" });
  assert.equal(sink.all, []);
  const names = [...lowered!.functions.keys()];
  assert.ok(
    names.some((name) => name.includes("winograd")),
    names.join(", "),
  );
  assert.not(names.some((name) => name.includes("weights") || name.includes("multiply")), names.join(", ")); // prettier-ignore
});

test.run();
