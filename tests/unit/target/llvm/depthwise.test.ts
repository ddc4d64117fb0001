import { suite } from "uvu";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats } from "./beside-interpreter.js";

const test = suite("llvm: depthwise convolutions of planes");

const text = (kernel: number, stride: number, width: number): string => `
@R.function
def main(x: R.Tensor(("n", 3, "h", ${width}), "float32"), w: R.Tensor((3, 1, ${kernel}, ${kernel}), "float32")):
    with R.dataflow():
        a = R.nn.conv2d(x, w, strides=[${stride}, ${stride}], padding=[1, 1, 1, 1], groups=3)
        y = R.nn.relu(a)
        R.output(y)
    return y
`;

const CASES = [
  [3, 1, 7],
  [3, 2, 40],
  [5, 1, 33],
] as const;

if (hasNative())
  for (const [kernel, stride, width] of CASES)
    test(`${kernel} × ${kernel} in steps of ${stride}, ${width} columns`, () =>
      expectSame(
        text(kernel, stride, width),
        "llvm -mcpu=x86-64-v4",
        [3, 4, 14].map((h) => [floats(2, 3, h, width), floats(3, 1, kernel, kernel)]),
      ));

test.run();
