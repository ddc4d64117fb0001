import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnFabric } from "../../src/testing/run-on-fabric.js";

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

for (const [what, text, fabric, shape, kernels] of [
  ["bytes", PRODUCT("int8", "int32"), "npu-6x6", "b=1,m=7,n=5", ["matmul_bytes_tiles", "relu"]],
  ["floats", PRODUCT("float32", "float32"), "npu-float-6x6", "b=2,m=7,n=5", ["matmul_floats_tiles", "relu"]], // prettier-ignore
  ["any lengths", SYMBOLIC, "npu-6x6", "b=1,m=3,n=2,k=37", ["matmul_integers", "relu"]],
  ["one bank", PRODUCT("int8", "int32"), "hycube-4x4", "b=1,m=3,n=2", ["matmul_integers", "relu"]],
] as const)
  ops(`products of matrices: ${what}`, async () => {
    const { kernels: found, stderr } = await runOnFabric(text, fabric, shape);
    assert.equal(found, kernels);
    assert.not.match(stderr, /MAP/);
  });

for (const [what, type, sum, fabric] of [
  ["bytes", "int8", "int32", "hycube-4x4"],
  ["floats", "float32", "float32", "npu-float-6x6"],
] as const)
  ops(`convolutions of groups: ${what}`, async () => {
    const { kernels } = await runOnFabric(CONVOLUTION(type, sum), fabric, "h=5,w=6");
    assert.equal(kernels, [type === "int8" ? "conv2d_integers" : "conv2d_floats"]);
  });

const ROWS = `
@R.function
def main(x: R.Tensor(("n", 10), "float32"), g: R.Tensor((10,), "float32"), b: R.Tensor((10,), "float32")):
    y = R.nn.layer_norm(x, g, b, axes=[-1], epsilon=1e-5)
    z = R.nn.softmax(y, axis=-1)
    return z
`;

ops("rows are normalised where special elements compute roots and powers", async () => {
  const { kernels } = await runOnFabric(ROWS, "npu-float-6x6", "n=3");
  assert.equal(kernels, ["layer_norm_rows", "softmax_rows"]);
});

ops("what no element computes runs on the host, which is said", async () => {
  const { kernels, stderr } = await runOnFabric(
    PRODUCT("float32", "float32"),
    "npu-6x6",
    "b=1,m=2,n=3",
  );
  assert.equal(kernels, []);
  assert.match(stderr, /MAP406.*nothing of the program runs on `npu-6x6`/s);
});

ops.run();
