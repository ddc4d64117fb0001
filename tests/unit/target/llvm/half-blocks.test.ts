import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats, loopsOf } from "./beside-interpreter.js";

const test = suite("llvm: images of 24 channels");

/** From 32 channels to 24, what uses them, and back to few. */
const text = (size: string, body: string): string => `
@R.function
def main(
    x: R.Tensor((1, 3, ${size}), "float32"),
    first: R.Tensor((32, 3, 3, 3), "float32"),
    into: R.Tensor((24, 32, 1, 1), "float32"),
    square: R.Tensor((24, 24, 3, 3), "float32"),
    each: R.Tensor((24, 1, 3, 3), "float32"),
    out: R.Tensor((16, 24, 3, 3), "float32"),
):
    with R.dataflow():
        a = R.nn.conv2d(R.nn.relu(R.nn.conv2d(x, first, padding=(1, 1))), into)
        y = ${body}
        R.output(y)
    return y
`;

const known = {
  first: floats(32, 3, 3, 3),
  into: floats(24, 32, 1, 1),
  square: floats(24, 24, 3, 3),
  each: floats(24, 1, 3, 3),
  out: floats(16, 24, 3, 3),
};

const BODIES = [
  "R.add(R.nn.conv2d(a, square, padding=(1, 1)), a)",
  "R.nn.conv2d(R.nn.conv2d(a, each, padding=(1, 1), groups=24), out, strides=(2, 2))",
  "R.nn.adaptive_avg_pool2d(R.nn.max_pool2d(a, pool_size=(3, 3), strides=(2, 2)), output_size=(1, 1))",
];

test("channels are kept in halves of vectors, and none are added", async () => {
  for (const body of BODIES) {
    const loops = (await loopsOf(text("9, 11", body), "llvm", known)).replace(/\s+/g, "");
    assert.match(loops, /Y:T\.Buffer\(\(T\.int64\(1\),T\.int64\(3\),(T\.int64\(\d+\),)+T\.int64\(8\)\)/); // prettier-ignore
    assert.not.match(loops, /def\w*(conv|layout_transform|strided_slice)\(/);
  }
});

for (const [i, body] of BODIES.entries()) {
  test(`results are those of the interpreter: ${body}`, async () => {
    if (!hasNative()) return;
    const isSymbolic = i === 0;
    const sizes = isSymbolic ? [floats(1, 3, 9, 11), floats(1, 3, 4, 8)] : [floats(1, 3, 9, 11)];
    const operands = sizes.map((image) => [image]);
    await expectSame(text(isSymbolic ? '"h", "w"' : "9, 11", body), "llvm", operands, known);
  });
}

test.run();
