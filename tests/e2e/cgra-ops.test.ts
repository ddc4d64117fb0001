import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const ops = suite("operators on fabrics");

const PRODUCT = (type: string, sum: string): string => `
@R.function
def main(x: R.Tensor(("b", "m", 40), "${type}"), w: R.Tensor((40, "n"), "${type}")):
    y = R.matmul(x, w, out_dtype="${sum}")
    return R.nn.relu(y)
`;
const SYMBOLIC = PRODUCT("int8", "int32").replaceAll("40", '"k"');
const CONVOLUTION = (type: string, sum: string): string => `
@R.function
def main(x: R.Tensor((1, 4, "h", "w"), "${type}"), k: R.Tensor((8, 2, 3, 2), "${type}")):
    y = R.nn.conv2d(x, k, padding=(1, 0, 2, 1), strides=(2, 1), dilation=(1, 2), groups=2, out_dtype="${sum}")
    return y
`;

interface Report {
  readonly layers: readonly { name: string; launches: number }[];
}

/** Runs on a simulated fabric, compared with the interpreter; gives the kernels that were launched, and what was said. */
async function launched(text: string, fabric: string, shape: string) {
  const argv = ["run", "p.relax", "--target", "cgra", "--fabric", fabric, "--random", "3", "--shape", shape]; // prettier-ignore
  const { exit, stdout, stderr } = await runCli([...argv, "--oracle", "--profile", "--report", "json"], { files: { "p.relax": text } }); // prettier-ignore
  assert.is(exit, 0, stderr);
  assert.match(stderr, /equal to the reference interpreter/);
  const { layers } = JSON.parse(stdout.split("\n")[0]!) as Report;
  return { kernels: layers.filter((l) => l.launches > 0).map((l) => l.name), stderr };
}

for (const [what, text, fabric, shape, kernels] of [
  ["bytes", PRODUCT("int8", "int32"), "npu-6x6", "b=1,m=7,n=5", ["matmul_bytes_tiles", "relu"]],
  ["floats", PRODUCT("float32", "float32"), "npu-float-6x6", "b=2,m=7,n=5", ["matmul_floats_tiles", "relu"]], // prettier-ignore
  ["any lengths", SYMBOLIC, "npu-6x6", "b=1,m=3,n=2,k=37", ["matmul_integers", "relu"]],
  ["one bank", PRODUCT("int8", "int32"), "hycube-4x4", "b=1,m=3,n=2", ["matmul_integers", "relu"]],
] as const)
  ops(`products of matrices: ${what}`, async () => {
    const { kernels: found, stderr } = await launched(text, fabric, shape);
    assert.equal(found, kernels);
    assert.not.match(stderr, /MAP/);
  });

for (const [what, type, sum, fabric] of [
  ["bytes", "int8", "int32", "hycube-4x4"],
  ["floats", "float32", "float32", "npu-float-6x6"],
] as const)
  ops(`convolutions of groups: ${what}`, async () => {
    const { kernels } = await launched(CONVOLUTION(type, sum), fabric, "h=5,w=6");
    assert.equal(kernels, [type === "int8" ? "conv2d_integers" : "conv2d_floats"]);
  });

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
  ops(`images with their channels last: ${convolution}`, async () => {
    const { kernels, stderr } = await launched(LAYOUTS(type), fabric, "h=4,w=3");
    assert.equal(kernels, [convolution, "max_pool2d_integers"]);
    assert.not.match(stderr, /MAP/);
  });

for (const [fabric, type, kernel] of [
  ["cgra-flow-4x4", "int8", "depthwise_integers"],
  ["npu-float-6x6", "float32", "depthwise_floats"],
] as const)
  ops(`convolutions of each channel by itself: ${kernel}`, async () => {
    const text = `
@R.function
def main(x: R.Tensor((1, 5, "h", "w"), "${type}"), k: R.Tensor((5, 1, 3, 2), "${type}")):
    y = R.nn.conv2d(x, k, padding=(1, 2, 0, 1), strides=(2, 1), groups=5, out_dtype="${type === "int8" ? "int32" : type}")
    return y
`;
    const { kernels, stderr } = await launched(text, fabric, "h=6,w=3");
    assert.equal(kernels, [kernel]);
    assert.not.match(stderr, /MAP/);
  });

ops("largest elements of windows of floats", async () => {
  const text = `
@R.function
def main(x: R.Tensor((1, 5, "h", "w"), "float32")):
    return R.nn.max_pool2d(x, pool_size=(2, 2), strides=(2, 2))
`;
  const { kernels } = await launched(text, "npu-float-6x6", "h=9,w=6");
  assert.equal(kernels, ["max_pool2d_floats"]);
});

const ROWS = `
@R.function
def main(x: R.Tensor(("n", 10), "float32"), g: R.Tensor((10,), "float32"), b: R.Tensor((10,), "float32")):
    y = R.nn.layer_norm(x, g, b, axes=[-1], epsilon=1e-5)
    z = R.nn.softmax(y, axis=-1)
    return z
`;

ops("rows are normalised where special elements compute roots and powers", async () => {
  const { kernels } = await launched(ROWS, "npu-float-6x6", "n=3");
  assert.equal(kernels, ["layer_norm_rows", "softmax_rows"]);
});

ops("what no element computes runs on the host, which is said", async () => {
  const { kernels, stderr } = await launched(
    PRODUCT("float32", "float32"),
    "npu-6x6",
    "b=1,m=2,n=3",
  );
  assert.equal(kernels, []);
  assert.match(stderr, /MAP406.*nothing of the program runs on `npu-6x6`/s);
});

ops.run();
