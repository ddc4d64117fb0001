import { suite } from "uvu";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats } from "./beside-interpreter.js";
import { known, SIZES, text } from "./winograd-text.js";

const test = suite("llvm: convolutions by Winograd's filtering of images of unknown size");

test("one kernel gives at all sizes what the interpreter gives", async () => {
  if (!hasNative()) return;
  const operands = SIZES.map(([h, w]) => [floats(1, 32, h, w)]);
  await expectSame(text('"h"', '"w"'), "llvm -num-cores=2", operands, known);
});

test.run();
