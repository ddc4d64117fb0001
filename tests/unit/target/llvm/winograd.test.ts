import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats, loopsOf } from "./beside-interpreter.js";
import { known, SIZES, text } from "./winograd-text.js";

const test = suite("llvm: convolutions by Winograd's filtering");

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
  test("known sizes give what the interpreter gives", async () => {
    for (const [h, w] of SIZES)
      await expectSame(text(`${h}`, `${w}`), "llvm -num-cores=2", [[floats(1, 32, h, w)]], known);
  });
}

test.run();
