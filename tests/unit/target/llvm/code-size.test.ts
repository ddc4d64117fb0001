import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codeSizeOf } from "../../../../src/testing/code-size.js";

const test = suite("llvm: size of code");

const TARGET = "llvm -mcpu=icelake-server";

test("a product of any number of rows has few bodies, and one place where tails are stored", async () => {
  const text = (activation: string): string => `
@R.function
def main(x: R.Tensor(("m", 512), "float32"), w: R.Tensor((512, 100), "float32")):
    y = ${activation}(R.matmul(x, w))
    return y
`;
  const size = (activation: string) =>
    codeSizeOf({ name: "product.relax", text: text(activation) }, TARGET);
  const { lines } = await size("R.nn.relu");
  assert.ok(lines < 2600, `${lines} lines`);
  const long = (await size("R.nn.gelu")).lines;
  assert.ok(long < 1.4 * lines, `${long} lines with a long function fused, ${lines} with a short one`); // prettier-ignore
});

test("ResNet-18 of any size stays small", async () => {
  const name = "samples/nets/resnet18.relax";
  const size = await codeSizeOf({ name, text: readFileSync(name, "utf8") }, TARGET);
  assert.ok(size.functions <= 32, `${size.functions} functions`);
  assert.ok(size.statements <= 1800, `${size.statements} statements`);
  assert.ok(size.lines <= 13_000, `${size.lines} lines`);
});

test.run();
