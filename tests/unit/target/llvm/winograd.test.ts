import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats, loopsOf } from "./beside-interpreter.js";

const test = suite("llvm: convolutions by Winograd's filtering");

const text = (height: string, width: string): string => `
@R.function
def main(
    x: R.Tensor((1, 32, ${height}, ${width}), "float32"), w: R.Tensor((64, 32, 3, 3), "float32")
):
    with R.dataflow():
        y = R.nn.conv2d(x, w, padding=(1, 1))
        R.output(y)
    return y
`;

const known = { w: floats(64, 32, 3, 3) };

const loopsOver = async (size: string): Promise<string> => {
  const printed = await loopsOf(text(size, size), "llvm -num-cores=2", known);
  const [kernel = ""] =
    /def \w*winograd\w*\([^]*?\n {4}return|def \w*winograd\w*\([^]*?\n@/.exec(printed) ?? [];
  return kernel;
};

test("threads share blocks of tiles, or groups of channels where there is one block", async () => {
  for (const size of ["28", "7", '"s"']) {
    const parallel = (await loopsOver(size)).match(/ in T\.parallel/g) ?? [];
    assert.is(parallel.length, size === "28" ? 2 : 3, size);
  }
});

if (hasNative()) {
  const sizes = [
    [7, 7],
    [13, 5],
    [15, 16],
  ] as const;
  test("known and unknown sizes give what the interpreter gives", async () => {
    for (const [h, w] of sizes)
      await expectSame(text(`${h}`, `${w}`), "llvm -num-cores=2", [[floats(1, 32, h, w)]], known);
    const operands = sizes.map(([h, w]) => [floats(1, 32, h, w)]);
    await expectSame(text('"h"', '"w"'), "llvm -num-cores=2", operands, known);
  });
}

test.run();
