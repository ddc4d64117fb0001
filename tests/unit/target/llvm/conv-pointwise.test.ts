import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats, loopsOf } from "./beside-interpreter.js";

const test = suite("llvm: convolutions with one tap over planes");

const text = (filters: number): string => `
@R.function
def main(x: R.Tensor(("n", 20, "h", "w"), "float32"), w: R.Tensor((${filters}, 20, 1, 1), "float32"), b: R.Tensor((${filters}, 1, 1), "float32")):
    with R.dataflow():
        y = R.nn.relu(R.add(R.nn.conv2d(x, w), b))
        R.output(y)
    return y
`;
const target = "llvm -mcpu=x86-64-v4 -num-cores=2";

test("planes stay as they are, and what follows is computed in the tiles", async () => {
  const loops = await loopsOf(text(48), target);
  assert.equal(
    [...loops.matchAll(/^def (\w+)/gm)].map(([, name]) => name),
    ["fused_conv2d_pointwise_planes_add_relu", "main"],
  );
});

if (hasNative())
  for (const filters of [48, 16, 5])
    test(`pixels of any number, ${filters} filters`, () =>
      expectSame(
        text(filters),
        target,
        [
          [1, 1, 1],
          [2, 4, 8],
          [1, 7, 9],
          [1, 32, 41],
        ].map(([n, h, w]) => [
          floats(n!, 20, h!, w!),
          floats(filters, 20, 1, 1),
          floats(filters, 1, 1),
        ]),
      ));

test.run();
