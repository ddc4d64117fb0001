import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../../src/driver/frontend.js";
import { interpret } from "../../../../../src/interp/index.js";
import type { IRModule } from "../../../../../src/ir/module.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { dtype } from "../../../../../src/support/dtype.js";
import { zeros, type NDArray } from "../../../../../src/support/ndarray.js";
import { intValue, tensorValue } from "../../../../../src/support/value.js";
import {
  defaultPlaces,
  extractKernel,
  kernelFunctions,
  mapGraph,
  preset,
} from "../../../../../src/target/cgra/index.js";
import { compareLaunch, makeLaunch } from "../../../../../src/testing/cgra.js";
import { cgraNestsCampaign } from "../../../../../src/testing/fuzz/cgra-nests.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";

const test = suite("kernels of a fabric from loop nests");

function moduleOf(...path: readonly string[]): IRModule {
  const name = join(...path);
  const { module, failed, diagnostics } = readModule({ name, text: readFileSync(name, "utf8") });
  assert.not(failed, diagnostics[0]?.message);
  return module;
}

test("generated nests: graphs, and words made of some, compute what the program does", () => {
  const { failures } = cgraNestsCampaign.run(24, 7, () => undefined);
  assert.equal(
    failures.map(({ reason, input }) => `${reason}\n${input}`),
    [],
  );
});

const SIZES = {
  n: 12, k: 20, c: 8, w: 9, kh: 3, kw: 2, ow: 4, stride: 2, shift: 2, tiles: 2, turns: 2, steps: 12, count: 7, start: 5, t: 0,
}; // prettier-ignore

/** Kernels whose special functions differ from those of the interpreter in the last place. */
const ROUNDED = new Set(["softmax_powers", "layer_norm_moments"]);

for (const [folder, fabricName] of [
  [join("samples", "cgra", "kernels"), "npu-float-6x6"],
  [join("samples", "cgra", "flow"), "cgra-flow-4x4"],
] as const)
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".relax")))
    test(`${file} is what its graphs compute`, () => {
      const fabric = preset(fabricName)!;
      for (const func of kernelFunctions(moduleOf(folder, file), new Diagnostics())) {
        const launch = makeLaunch(func, fabric, SIZES, makeRandom(4), 8);
        if (typeof launch === "string") throw new Error(launch);
        const tolerance = ROUNDED.has(func.name) ? 1e-5 : 0;
        assert.is(compareLaunch(launch, undefined, tolerance), undefined, func.name);
      }
    });

const NEAREST = `@T.prim_func
def main(A: T.Buffer((40,), "int32", scope="cgra.spad.b0"), Y: T.Buffer((2, 31, 40), "int32", scope="cgra.spad.b1")):
    for s in T.serial(31, annotations={"cgra.kernel": "nearest"}):
        for i in range(40):
            Y[0, s, i] = T.Cast("int32", T.Cast("float32", T.shift_left(1, s) + A[i]))
            Y[1, s, i] = T.Cast("int32", T.Cast("float32", A[i] - T.shift_left(1, s)))
`;

test("integers become float32 and integers again without an element that has floats", () => {
  const { module } = readModule({ name: "nearest.relax", text: NEAREST });
  const fabric = preset("npu-6x6")!;
  const [func] = kernelFunctions(module, new Diagnostics());
  const launch = makeLaunch(func!, fabric, {}, makeRandom(5), 200);
  if (typeof launch === "string") throw new Error(launch);
  assert.is(compareLaunch(launch), undefined);
});

test("one iteration of each loop of CGRA-Flow starts every cycle, or as often as memory and recurrences allow", () => {
  const fabric = preset("cgra-flow-4x4")!;
  const found = ["fir", "spmv", "dtw", "histogram"].map((name) => {
    const module = moduleOf("samples", "cgra", "flow", `${name}.relax`);
    const sink = new Diagnostics();
    const [func] = kernelFunctions(module, sink);
    const kernel = extractKernel(func!, fabric, defaultPlaces(func!, fabric), sink)!;
    return [name, mapGraph(kernel.graph, fabric, { work: 100e6 }).mapping?.ii];
  });
  assert.equal(Object.fromEntries(found), { fir: 1, spmv: 1, dtw: 2, histogram: 2 });
});

test("a product of tiles needs no more than three cycles for 36 sums", () => {
  const fabric = preset("npu-6x6")!;
  const sink = new Diagnostics();
  const [func] = kernelFunctions(moduleOf("samples", "cgra", "kernels", "gemm-bytes.relax"), sink);
  const { graph } = extractKernel(func!, fabric, defaultPlaces(func!, fabric), sink)!;
  assert.is(graph.nodes.filter(({ opcode }) => opcode === "DOT4").length, 36);
  assert.ok(graph.nodes.length <= 3 * 36, "they fit into three cycles of all elements");
  assert.ok(graph.nodes.filter(({ opcode }) => /^(LD|POP|PUSH)/.test(opcode)).length <= 3 * 6);
});

const bytesOf = ({ bytes }: NDArray): Int8Array =>
  new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
const wordsOf = ({ bytes }: NDArray): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
function randomBytes(shape: readonly number[], seed: number): NDArray {
  const random = makeRandom(seed);
  const made = zeros(dtype("int8"), shape);
  for (let i = 0; i < made.bytes.length; i++) made.bytes[i] = random.below(256);
  return made;
}

test("tiles, padding and ring of the product of matrices", () => {
  const [m, n, k] = [7, 13, 150];
  const [a, b, c] = [randomBytes([m, k], 1), randomBytes([n, k], 2), zeros(dtype("int32"), [m, n])];
  const outcome = interpret(
    moduleOf("samples", "cgra", "kernels", "gemm-bytes.relax"),
    "main",
    [a, b, c].map((t) => tensorValue(t)),
    { stepLimit: 20_000_000 },
  );
  assert.ok(outcome.ok, "it runs");
  const [x, y] = [bytesOf(a), bytesOf(b)];
  const expected = Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Array.from({ length: k }, (_, l) => x[i * k + l]! * y[j * k + l]!).reduce(
      (s, p) => s + p,
    );
  });
  assert.equal([...wordsOf(c)], expected);
});

test("rows, weights and ring of the convolution", () => {
  const [h, w, c, channels, kh, kw] = [4, 10, 16, 7, 3, 3];
  const [oh, ow] = [2, 8];
  const [x, f] = [randomBytes([h, w, c], 1), randomBytes([channels, kh, kw, c], 2)];
  const y = zeros(dtype("int32"), [oh, ow, channels]);
  const args = [...[x, f, y].map((t) => tensorValue(t)), intValue(1, dtype("int64"))];
  const module = moduleOf("samples", "cgra", "kernels", "conv-bytes.relax");
  const outcome = interpret(module, "main", args, { stepLimit: 20_000_000 });
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.diagnostic.message);
  const [image, weights, sums] = [bytesOf(x), bytesOf(f), wordsOf(y)];
  for (let at = 0; at < sums.length; at++) {
    const [oy, ox, o] = [
      Math.floor(at / channels / ow),
      Math.floor(at / channels) % ow,
      at % channels,
    ];
    let sum = 0;
    for (let u = 0; u < kh; u++)
      for (let v = 0; v < kw; v++)
        for (let l = 0; l < c; l++)
          sum +=
            image[((oy + u) * w + ox + v) * c + l]! * weights[((o * kh + u) * kw + v) * c + l]!;
    assert.is(sums[at], sum, `result ${at}`);
  }
});

test.run();
