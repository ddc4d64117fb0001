import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats, loopsOf } from "./beside-interpreter.js";

const test = suite("llvm: convolutions of channels in blocks");

const text = (size: number): string => `
@R.function
def main(x: R.Tensor((1, 32, ${size}, ${size}), "float32"), w: R.Tensor((32, 32, 3, 3), "float32")):
    with R.dataflow():
        y = R.nn.conv2d(x, w, padding=[1, 1, 1, 1])
        R.output(y)
    return y
`;

if (hasNative())
  test("tiles of two rows for narrow images give what the interpreter gives", async () => {
    for (const size of [5, 6, 10])
      await expectSame(text(size), "llvm -num-cores=2", [
        [floats(1, 32, size, size), floats(32, 32, 3, 3)],
      ]);
  });

const pointwise = (channels: number): string => `
@R.function
def main(x: R.Tensor(("n", 80, "h", "w"), "float32"), a: R.Tensor((${channels}, 80, 1, 1), "float32"), b: R.Tensor((80, ${channels}, 1, 1), "float32")):
    with R.dataflow():
        y = R.add(x, R.nn.conv2d(R.nn.relu(R.nn.conv2d(x, a)), b))
        R.output(y)
    return y
`;

test("one tap over unknown lines needs no copy of the image", async () => {
  const loops = await loopsOf(pointwise(64), "llvm -mcpu=x86-64-v4");
  const kernels = loops.split(/^(?=@T\.prim_func)/m).filter((f) => f.includes("conv2d_tile"));
  assert.is(kernels.length, 2);
  for (const kernel of kernels) assert.not.match(kernel, /sblock_alloc_buffer\(\(.*n,/s);
});

if (hasNative())
  for (const channels of [64, 48, 16])
    test(`pixels of any number, ${channels} channels`, () =>
      expectSame(
        pointwise(channels),
        "llvm -mcpu=x86-64-v4 -num-cores=2",
        [
          [1, 1, 1],
          [1, 5, 5],
          [2, 3, 2],
          [1, 3, 13],
          [3, 1, 14],
        ].map(([n, h, w]) => [
          floats(n!, 80, h!, w!),
          floats(channels, 80, 1, 1),
          floats(80, channels, 1, 1),
        ]),
      ));

test.run();
