import { suite } from "uvu";
import { hasNative } from "../../../../src/testing/native.js";
import { bytes, expectSame, floats } from "./beside-interpreter.js";

const test = suite("llvm: depthwise convolutions");

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
    test(`planes: ${kernel} × ${kernel} in steps of ${stride}, ${width} columns`, () =>
      expectSame(
        text(kernel, stride, width),
        "llvm -mcpu=x86-64-v4",
        [3, 4, 14].map((h) => [floats(2, 3, h, width), floats(3, 1, kernel, kernel)]),
      ));

const blocked = (kernel: number, stride: number, border: number, dtype: string): string => `
@R.function
def main(x: R.Tensor(("n", 2, "h", "w", 16), "${dtype}"), w: R.Tensor((2, 1, ${kernel}, ${kernel}, 16), "${dtype}")):
    with R.dataflow():
        y = R.nn.conv2d(x, w, strides=[${stride}, ${stride}], padding=[${border}, ${border}, ${border}, ${border}], groups=32,
            data_layout="NCHW16c", kernel_layout="OIHW16o", out_layout="NCHW16c", out_dtype="${dtype === "int8" ? "int32" : dtype}")
        R.output(y)
    return y
`;

const BLOCKED = [
  [3, 1, 1, "float32"],
  [3, 2, 1, "float32"],
  [5, 2, 2, "float32"],
  [3, 1, 1, "int8"],
  [3, 2, 0, "int8"],
] as const;

if (hasNative())
  for (const [kernel, stride, border, dtype] of BLOCKED)
    test(`blocks of ${dtype}: ${kernel} × ${kernel} in steps of ${stride}, border ${border}`, () => {
      const tensor = dtype === "int8" ? (...s: number[]) => bytes("int8", ...s) : floats;
      return expectSame(
        blocked(kernel, stride, border, dtype),
        "llvm -mcpu=x86-64-v4",
        [3, 4, 9, 17, 24].map((w) => [tensor(2, 2, 5, w, 16), tensor(2, 1, kernel, kernel, 16)]),
      );
    });

test.run();
