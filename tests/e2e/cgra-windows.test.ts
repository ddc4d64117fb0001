import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnFabric } from "../../src/testing/run-on-fabric.js";

const windows = suite("windows over images on fabrics");

const LAYOUTS = (type: string): string => `
@R.function
def main(x: R.Tensor((1, "h", "w", 3), "${type}"), k: R.Tensor((3, 2, 3, 4), "${type}")):
    y = R.nn.conv2d(x, k, padding=(1, 1), data_layout="NHWC", kernel_layout="HWIO", out_dtype="int32")
    z = R.nn.max_pool2d(x, pool_size=(3, 2), strides=(2, 1), padding=(1, 0), layout="NHWC")
    return y, z
`;

for (const [fabric, type, convolution] of [
  ["hycube-4x4", "int16", "conv2d_integers"],
  ["npu-6x6", "int8", "conv2d_bytes"],
] as const)
  windows(`images with their channels last: ${convolution}`, async () => {
    const { kernels, stderr } = await runOnFabric(LAYOUTS(type), fabric, "h=4,w=3");
    assert.equal(kernels, [convolution, "max_pool2d_integers"]);
    assert.not.match(stderr, /MAP/);
  });

for (const [fabric, type, kernel] of [
  ["cgra-flow-4x4", "int8", "depthwise_integers"],
  ["npu-float-6x6", "float32", "depthwise_floats"],
] as const)
  windows(`convolutions of each channel by itself: ${kernel}`, async () => {
    const text = `
@R.function
def main(x: R.Tensor((1, 5, "h", "w"), "${type}"), k: R.Tensor((5, 1, 3, 2), "${type}")):
    y = R.nn.conv2d(x, k, padding=(1, 2, 0, 1), strides=(2, 1), groups=5, out_dtype="${type === "int8" ? "int32" : type}")
    return y
`;
    const { kernels, stderr } = await runOnFabric(text, fabric, "h=6,w=3");
    assert.equal(kernels, [kernel]);
    assert.not.match(stderr, /MAP/);
  });

windows("largest elements of windows of floats", async () => {
  const text = `
@R.function
def main(x: R.Tensor((1, 5, "h", "w"), "float32")):
    return R.nn.max_pool2d(x, pool_size=(2, 2), strides=(2, 2))
`;
  const { kernels } = await runOnFabric(text, "npu-float-6x6", "h=9,w=6");
  assert.equal(kernels, ["max_pool2d_floats"]);
});

windows.run();
