import { suite } from "uvu";
import { hasNative } from "../../../../src/testing/native.js";
import { bytes, expectSame } from "./beside-interpreter.js";

const test = suite("llvm: convolutions of bytes");

/** A convolution with bias, rescaled to bytes again. */
const text = (type: string, ci: number, kernel: number, stride: number, groups: number): string => `
@R.function
def main(x: R.Tensor(("n", ${ci}, "h", 9), "${type}"), w: R.Tensor((32, ${ci / groups}, ${kernel}, ${kernel}), "int8")):
    with R.dataflow():
        a = R.nn.conv2d(x, w, strides=[${stride}, ${stride}], padding=[1, 1, 1, 1], groups=${groups}, out_dtype="int32")
        f = R.multiply(R.astype(a, dtype="float32"), R.const(0.0037, "float32"))
        y = R.quantize(f, R.const(0.75, "float32"), R.const(3, "${type}"), axis=1, out_dtype="${type}")
        R.output(y)
    return y
`;

const CASES = [
  ["uint8", 16, 3, 1, 1],
  ["int8", 16, 3, 2, 1],
  ["int8", 3, 3, 1, 1],
  ["uint8", 16, 1, 1, 1],
  ["int8", 32, 3, 1, 32],
] as const;

if (hasNative())
  for (const [type, ci, kernel, stride, groups] of CASES)
    test(`${type}, ${ci} channels in ${groups} groups, ${kernel} × ${kernel} in steps of ${stride}`, () =>
      expectSame(
        text(type, ci, kernel, stride, groups),
        "llvm",
        [3, 7].map((h) => [
          bytes(type, 2, ci, h, 9),
          bytes("int8", 32, ci / groups, kernel, kernel),
        ]),
      ));

test.run();
