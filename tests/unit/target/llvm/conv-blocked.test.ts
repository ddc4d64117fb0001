import { suite } from "uvu";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats } from "./beside-interpreter.js";

const test = suite("llvm: convolutions of channels in blocks");

const text = (size: number): string => `
@R.function
def main(x: R.Tensor((1, 32, ${size}, ${size}), "float32"), w: R.Tensor((32, 32, 1, 1), "float32")):
    with R.dataflow():
        y = R.nn.conv2d(x, w)
        R.output(y)
    return y
`;

if (hasNative())
  test("tiles of two rows for narrow images give what the interpreter gives", async () => {
    for (const size of [5, 6, 10])
      await expectSame(text(size), "llvm -num-cores=2", [
        [floats(1, 32, size, size), floats(32, 32, 1, 1)],
      ]);
  });

test.run();
