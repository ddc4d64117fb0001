import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasNative } from "../../../../src/testing/native.js";
import { bytes, expectSame, floats, loopsOf } from "./beside-interpreter.js";

const test = suite("llvm: products of matrices");

const floatsText = (k: number, n: number): string => `
@R.function
def main(x: R.Tensor(("m", ${k}), "float32"), w: R.Tensor((${k}, ${n}), "float32")):
    with R.dataflow():
        y = R.matmul(x, w)
        R.output(y)
    return y
`;

const bytesText = (k: number): string => `
@R.function
def main(x: R.Tensor(("m", ${k}), "uint8"), w: R.Tensor((${k}, 70), "int8")):
    with R.dataflow():
        y = R.matmul(x, w, out_dtype="int32")
        R.output(y)
    return y
`;

const ROWS = [1, 2, 3, 4, 5, 11, 12, 13, 33];

if (hasNative()) {
  test("any number of rows gives what the interpreter gives", () =>
    expectSame(
      floatsText(20, 70),
      "llvm -mcpu=x86-64-v3 -num-cores=2",
      ROWS.map((m) => [floats(m, 20), floats(20, 70)]),
    ));

  test("rows that are packed, more than are held at once and deeper than one sum", () =>
    expectSame(
      floatsText(2048, 3),
      "llvm -num-cores=2",
      [5, 13, 62].map((m) => [floats(m, 2048), floats(2048, 3)]),
    ));

  test("rows are packed where they would share lines of the cache", async () => {
    assert.match(await loopsOf(floatsText(2048, 64), "llvm"), /\bnear\b/);
    assert.not.match(await loopsOf(floatsText(2040, 64), "llvm"), /\bnear\b/);
  });

  test("few rows read several panels at a time", () =>
    expectSame(
      floatsText(20, 300),
      "llvm -mcpu=x86-64-v3",
      [1, 2, 3, 4, 5].map((m) => [floats(m, 20), floats(20, 300)]),
    ));

  test("tiles fill the registers of the processor", async () => {
    const largest = async (processor: string): Promise<number> => {
      const loops = await loopsOf(floatsText(20, 64), `llvm -mcpu=${processor}`);
      const tiles = [...loops.matchAll(/\bacc\w* = T\.\w+\(\s*\((.*?)\), "float32"/g)];
      const elements = tiles.map(([, shape]) =>
        [...shape!.matchAll(/int64\((\d+)\)/g)].reduce(
          (size, [, extent]) => size * Number(extent),
          1,
        ),
      );
      return Math.max(...elements);
    };
    // 12 of 16 registers of eight floats, and 24 of 32 of sixteen.
    assert.is(await largest("x86-64-v3"), 12 * 8);
    assert.is(await largest("x86-64-v4"), 24 * 16);
  });

  const WAYS = [
    [20, "llvm -mcpu=x86-64-v3 -num-cores=2"],
    [23, "llvm -num-cores=2"],
  ] as const;
  for (const [k, target] of WAYS)
    test(`bytes give what the interpreter gives, ${k} to a sum: ${target}`, () =>
      expectSame(
        bytesText(k),
        target,
        ROWS.map((m) => [bytes("uint8", m, k), bytes("int8", k, 70)]),
      ));
}

test.run();
