import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nativeText } from "../../../../src/driver/native.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { optimise } from "../../../../src/driver/optimise.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { parseTarget } from "../../../../src/support/target-description.js";
import { printModule } from "../../../../src/syntax/index.js";
import { hasNative } from "../../../../src/testing/native.js";
import { expectSame, floats } from "./beside-interpreter.js";

const test = suite("llvm: stores");

const TARGET = "llvm -mcpu=x86-64-v4 -num-cores=1";

const blocksText = (map: string, from: string, to: string): string => `
@R.function
def main(x: R.Tensor(${from}, "float32")):
    h = T.int64()
    with R.dataflow():
        y: R.Tensor(${to}, "float32") = R.layout_transform(x, index_map=${map})
        R.output(y)
    return y
`;

const streaming = (above: number, width = 16): string => `
@I.ir_module
class Module:
    @T.prim_func(private=True)
    def twice(A: T.Buffer(("n", ${width}), "float32"), B: T.Buffer(("n", ${width}), "float32")):
        n = T.int64()
        for i in T.serial(n, annotations={"nontemporal": ${above}}):
            for j in T.vectorized(${width}):
                B[i, j] = A[i, j] + A[i, j]

    @R.function
    def main(x: R.Tensor(("n", ${width}), "float32")):
        n = T.int64()
        y = R.call_tir(Module.twice, (x,), out_ty=R.Tensor((n, ${width}), "float32"))
        return y
`;

if (hasNative()) {
  // Tiles of 16 positions: less than one, whole ones, and some left over.
  const HEIGHTS = [1, 4, 7];

  test("channels go into blocks", () =>
    expectSame(
      blocksText("lambda n, c, i, j: (n, c // 16, i, j, c % 16)", '(2, 32, "h", 4)', "(2, 2, h, 4, 16)"),
      TARGET,
      HEIGHTS.map((h) => [floats(2, 32, h, 4)]),
    )); // prettier-ignore

  test("channels come from blocks", () =>
    expectSame(
      blocksText("lambda n, c, i, j, k: (n, c * 16 + k, i, j)", '(2, 2, "h", 4, 16)', "(2, 32, h, 4)"),
      TARGET,
      HEIGHTS.map((h) => [floats(2, 2, h, 4, 16)]),
    )); // prettier-ignore

  for (const above of [0, 64 * 16])
    test(`results of at least ${above} bytes bypass the caches`, async () => {
      const text = streaming(above);
      const parsed = parseTarget(TARGET);
      if (!("target" in parsed)) throw new Error(parsed.problem);
      const { module } = readModule({ name: "test.relax", text });
      const made = nativeText(module, new Diagnostics(), { description: parsed.target });
      assert.match(made!.text, /store <16 x float> .*, align 64, !nontemporal/);
      assert.match(made!.text, /store <16 x float> .*, align 4$/m);
      await expectSame(
        text,
        TARGET,
        [0, 1, 16, 40].map((n) => [floats(n, 16)]),
      );
    });
}

if (hasNative()) {
  test("vectors of several lines bypass the caches line by line", async () => {
    await expectSame(streaming(0, 64), TARGET, [[floats(3, 64)]]);
  });

  const lowered = async (text: string, sink: Diagnostics): Promise<IRModule> => {
    const { module } = readModule({ name: "test.relax", text });
    const made = await optimise(module, "@default-llvm", sink, { target: TARGET });
    if (made === undefined) throw new Error("not lowered");
    return made;
  };

  const libraryText = async (text: string): Promise<string> => {
    const sink = new Diagnostics();
    const parsed = parseTarget(TARGET);
    if (!("target" in parsed)) throw new Error(parsed.problem);
    return nativeText(await lowered(text, sink), sink, { description: parsed.target })!.text;
  };

  test("the library's loops over large tensors bypass the caches", async () => {
    const made = await libraryText(`
@R.function
def main(x: R.Tensor((8192, 1024), "float32"), y: R.Tensor((8192, 1024), "float32")):
    return R.add(x, y)
`);
    assert.match(made, /store <\d+ x float> .*, align 64, !nontemporal/);
  });

  test("what bypasses the caches is waited for once, behind all rows", async () => {
    for (const value of ["R.nn.softmax(x, axis=-1)", "R.add(x, y)"]) {
      const text = `
@R.function
def main(x: R.Tensor((8192, 1024), "float32"), y: R.Tensor((1024,), "float32")):
    return ${value}
`;
      const loops = printModule(await lowered(text, new Diagnostics())).match(/^ *for .*$/gm)!;
      assert.match(loops[0]!, /"nontemporal"/);
      assert.is(loops.filter((line) => line.includes("nontemporal")).length, 1);
      assert.is((await libraryText(text)).match(/^ *fence /gm)?.length, 1);
    }
  });

  test("the library's loops over rows fetch the next row in one of their passes", async () => {
    const made = await libraryText(`
@R.function
def main(x: R.Tensor(("n", 1024), "float32")):
    return R.nn.softmax(x, axis=-1)
`);
    // Lines of the four vectors of a turn, in the loop for results that bypass the caches and in the one for others.
    assert.is(made.match(/call void @llvm\.prefetch/g)?.length, 8);
  });
}

test.run();
