import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnFabric, type FabricLayer } from "../../src/testing/run-on-fabric.js";

const net = suite("networks on a fabric");

/** A block of a residual network in bytes: sums are rescaled by powers of two in float32. */
const BLOCK = `
@R.function
def main(
    image: R.Tensor(("n", 8, "h", "w"), "int8"),
    a: R.Tensor((8, 8, 3, 3), "int8"),
    bias: R.Tensor((1, 8, 1, 1), "int32"),
):
    n = T.int64()
    h = T.int64()
    w = T.int64()
    R.func_attr({"num_input": 1})
    with R.dataflow():
        sums = R.add(R.nn.conv2d(image, a, padding=[1, 1, 1, 1], out_dtype="int32"), bias)
        scaled = R.multiply(R.astype(sums, dtype="float32"), R.const(0.0009765625, "float32"))
        before = R.dequantize(image, R.const(0.0625, "float32"), R.const(0, "int8"), axis=-1, out_dtype="float32")
        both = R.nn.relu(R.add(scaled, before))
        y = R.quantize(both, R.const(0.0625, "float32"), R.const(0, "int8"), axis=-1, out_dtype="int8")
        R.output(y)
    return y
`;

/** What ran on the array, bit by bit as in the interpreter; nothing was left to the host. */
async function layersOf(text: string, shape: string): Promise<readonly FabricLayer[]> {
  const { all, stderr } = await runOnFabric(text, "npu-6x6", shape);
  assert.match(stderr, /equal to the reference interpreter, bit by bit/);
  assert.not.match(stderr, /MAP/);
  return all;
}

net(
  "convolutions and what follows them run on the array, in as many launches as there are tiles",
  async () => {
    const layers = await layersOf(BLOCK, "n=2,h=7,w=9");
    // Two images of 63 pixels, for eight channels by six; then tiles of 32 channels by 64 pixels.
    assert.equal(layers.map((l) => l.launches), [4, 2]); // prettier-ignore
    assert.ok(layers.every((l) => l.arrayCycles > 0));
  },
);

/** Where two convolutions meet: sums of any size are added in float32. */
const PROJECTION = `
@R.function
def main(
    image: R.Tensor(("n", 4, "h", "w"), "int8"),
    a: R.Tensor((8, 4, 3, 3), "int8"),
    b: R.Tensor((8, 4, 1, 1), "int8"),
    bias: R.Tensor((1, 8, 1, 1), "int32"),
):
    n = T.int64()
    h = T.int64()
    w = T.int64()
    with R.dataflow():
        first = R.add(R.nn.conv2d(image, a, strides=[2, 2], padding=[1, 1, 1, 1], out_dtype="int32"), bias)
        other = R.add(R.nn.conv2d(image, b, strides=[2, 2], out_dtype="int32"), bias)
        x = R.multiply(R.astype(first, dtype="float32"), R.const(0.0009765625, "float32"))
        z = R.multiply(R.astype(other, dtype="float32"), R.const(0.00390625, "float32"))
        y = R.quantize(R.nn.relu(R.add(x, z)), R.const(0.0625, "float32"), R.const(0, "int8"), axis=-1, out_dtype="int8")
        R.output(y)
    return y
`;

net(
  "where two convolutions meet, their sums are added on the array as float32 adds them",
  async () => {
    const layers = await layersOf(PROJECTION, "n=1,h=5,w=7");
    assert.equal(layers.map((l) => l.launches), [2, 2, 1]); // prettier-ignore
  },
);

/** Windows of 2592 numbers, which the scratchpad takes in two parts, and windows without a weight. */
const LONG = `
@R.function
def main(image: R.Tensor(("n", 288, "h", "w"), "int8"), a: R.Tensor((5, 288, 3, 3), "int8")):
    n = T.int64()
    h = T.int64()
    w = T.int64()
    with R.dataflow():
        sums = R.nn.conv2d(image, a, padding=[1, 1, 1, 1], out_dtype="int32")
        most = R.nn.max_pool2d(image, pool_size=[3, 2], strides=[2, 1], padding=[1, 0, 1, 1])
        R.output(sums, most)
    return sums, most
`;

net(
  "long windows are summed in parts, largest elements of windows are found on the array",
  async () => {
    const layers = await layersOf(LONG, "n=1,h=1,w=5");
    // Five pixels are one panel: two parts of five channels by six, and their sums; then eight channels at a time.
    assert.equal(layers.map((l) => l.launches), [3, 36]); // prettier-ignore
    // Rows are copied whole, a few transfers a launch.
    assert.ok(layers[0]!.transfers < 40 * layers[0]!.launches, `${layers[0]!.transfers} transfers`);
  },
);

net.run();
