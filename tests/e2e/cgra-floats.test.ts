import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBusy, runOnFabric } from "../../src/testing/run-on-fabric.js";

const floats = suite("floats on fabrics");

const FLOATS = (channels: number): string => `
@R.function
def main(x: R.Tensor((1, ${channels}, "h", "w"), "float32"), k: R.Tensor((9, ${channels}, 3, 3), "float32")):
    y = R.nn.conv2d(x, k, padding=(1, 2, 1, 2), strides=(2, 1), dilation=(1, 2))
    return y
`;

for (const [what, channels, shape, launches] of [
  ["parts of the scratchpad's size", 72, "h=4,w=6", 5],
  ["parts where weights leave no room", 136, "h=2,w=5", 11],
] as const)
  floats(`convolutions of floats: ${what}`, async () => {
    const { layers, stderr } = await runOnFabric(FLOATS(channels), "npu-float-6x6", shape);
    assert.equal(layers.map((l) => [l.name, l.launches]), [["conv2d_floats_rings", launches]]); // prettier-ignore
    assert.not.match(stderr, /MAP/);
  });

/** Columns of several panels and rows of two parts. */
const LONG = `
@R.function
def main(x: R.Tensor(("m", 600), "float32"), w: R.Tensor((600, 40), "float32")):
    y = R.matmul(x, w)
    return y
`;

floats("long rows of floats are multiplied in parts, and most slots compute", async () => {
  const { layers } = await runOnFabric(LONG, "npu-float-6x6", "m=9");
  assert.equal(layers.map((l) => [l.name, isBusy(l, 0.6)]), [["matmul_floats_tiles", true]]); // prettier-ignore
});

floats.run();
