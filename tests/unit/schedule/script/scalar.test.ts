import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../src/driver/frontend.js";
import { makeInputs } from "../../../../src/driver/inputs.js";
import { optimise } from "../../../../src/driver/optimise.js";
import { interpret } from "../../../../src/interp/index.js";
import { visit } from "../../../../src/ir/core/visit.js";
import type { IRModule } from "../../../../src/ir/module.js";
import type { Func } from "../../../../src/ir/relax/expr.js";
import type { PrimFunc } from "../../../../src/ir/tir/function.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import type { Value } from "../../../../src/support/value.js";

const scalar = suite("schedules for processors without vectors");

const NONE = new Map<string, number>();
const program = (params: string, call: string): string =>
  `@R.function\ndef main(${params}):\n    y = ${call}\n    return y\n`;
const matmul = (m: number | string, k: number | string, n: number | string, dtype = "float32") => {
  const size = (x: number | string): string => (typeof x === "string" ? `"${x}"` : String(x));
  return program(
    `x: R.Tensor((${size(m)}, ${size(k)}), "${dtype}"), w: R.Tensor((${size(k)}, ${size(n)}), "${dtype}")`,
    "R.matmul(x, w)",
  );
};
const conv = (image: string, kernel: string, options: string, dtype = "float32"): string =>
  program(
    `x: R.Tensor((${image}), "${dtype}"), w: R.Tensor((${kernel}), "${dtype}")`,
    `R.nn.conv2d(x, w, ${options})`,
  );

/** Programs, the sizes of symbols to run them with, and how many tiles of sums are in registers. */
const CASES: readonly (readonly [
  name: string,
  text: string,
  tiles: number,
  symbols?: ReadonlyMap<string, number>,
])[] = [
  ["whole tiles", matmul(8, 5, 12), 1],
  ["rows and columns left", matmul(7, 3, 10), 4],
  ["fewer rows than a tile", matmul(3, 4, 8), 1],
  ["integers", matmul(4, 9, 8, "int32"), 1],
  ["no products", matmul(4, 0, 8), 1],
  ["symbolic sizes", matmul("m", "k", "n"), 1, new Map([["m", 6], ["k", 5], ["n", 9]])], // prettier-ignore
  ["symbolic sizes below a tile", matmul("m", "k", "n"), 1, new Map([["m", 1], ["k", 2], ["n", 3]])], // prettier-ignore
  ["a convolution", conv("1, 3, 8, 8", "4, 3, 3, 3", "padding=1"), 1],
  ["one with steps and odd sizes", conv("2, 3, 9, 11", "6, 3, 3, 3", "padding=1, strides=2"), 4],
  ["channels last", conv("1, 6, 6, 4", "8, 4, 3, 3", 'data_layout="NHWC"', "int32"), 1],
];

const TARGET = "c -vector-width=0";
const prim = (module: IRModule): PrimFunc =>
  [...module.functions.values()].find((f): f is PrimFunc => f.kind === "tir.PrimFunc")!;

function tilesOf(func: PrimFunc): number {
  const local = new Set<unknown>();
  visit(func, {
    enter(node) {
      if (node.kind === "tir.Buffer" && node.scope === "local") local.add(node);
    },
  });
  return local.size;
}

async function lowered(module: IRModule, pipeline: string, target: string): Promise<IRModule> {
  const sink = new Diagnostics();
  const made = await optimise(module, pipeline, sink, { target });
  assert.equal(
    sink.all.map((d) => `${d.code} ${d.message}`),
    [],
  );
  return made!;
}

function result(module: IRModule, args: readonly Value[]): Uint8Array {
  const outcome = interpret(module, "main", args, { stepLimit: 1e7 });
  if (!outcome.ok) throw new Error(outcome.diagnostic.message);
  if (outcome.value.kind !== "tensor") throw new Error(outcome.value.kind);
  return outcome.value.data.bytes;
}

for (const [name, text, tiles, symbols = NONE] of CASES)
  scalar(`${name}: the same sums in the same order, in registers`, async () => {
    const { module } = readModule({ name: "op.relax", text });
    const before = await lowered(module!, "legalize-ops", TARGET);
    const after = await lowered(module!, "legalize-ops,apply-schedules", TARGET);
    assert.is(prim(after).attrs.get("relaxc.schedule"), "products_scalar");
    assert.is(tilesOf(prim(after)), tiles);
    const main = module!.functions.get("main") as Func;
    const args = makeInputs(main, { symbols, shapes: new Map(), given: new Map(), seed: 3 });
    assert.equal(result(after, args), result(before, args));
  });

scalar("native code without vectors takes the same, and nothing made for vectors", async () => {
  const { module } = readModule({ name: "op.relax", text: matmul(64, 64, 64) });
  for (const [target, schedule] of [
    ["llvm -mtriple=riscv64-linux-gnu", "products_scalar"],
    ["llvm -mcpu=haswell -vector-width=0", "products_scalar"],
    ["c -mcpu=cortex-m4", "products_scalar"],
  ] as const) {
    const made = await lowered(module!, "legalize-ops,apply-schedules", target);
    assert.equal(prim(made).attrs.get("relaxc.schedule"), schedule, target);
  }
  const wide = await lowered(module!, "legalize-ops,apply-schedules", "c -mcpu=haswell");
  assert.is(wide.functions.has("gemm"), true);
});

scalar.run();
