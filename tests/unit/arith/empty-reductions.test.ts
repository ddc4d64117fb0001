import { suite } from "uvu";
import * as assert from "uvu/assert";
import { initEmptyReductions } from "../../../src/arith/empty-reductions.js";
import { artefactBytes, runOnInterpreter } from "../../../src/driver/run.js";
import { buildForWasm } from "../../../src/driver/build.js";
import { checkText } from "../../../src/driver/frontend.js";
import type { IRModule } from "../../../src/ir/module.js";
import { loadArtefact } from "../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import type { NDArray } from "../../../src/support/ndarray.js";
import { tensorValue } from "../../../src/support/value.js";

const reductions = suite("arith: reductions over nothing");

const moduleOf = (text: string): IRModule => {
  const front = checkText({ name: "t.relax", text });
  assert.equal(
    front.diagnostics.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  return front.module;
};
const tensor = (shape: number[], value: number): NDArray => ({
  dtype: float32,
  shape,
  bytes: new Uint8Array(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value).buffer),
});
const numbers = ({ bytes }: NDArray): number[] => [
  ...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
];

/** What `f(A, C)` leaves in C, which held sevens, on both ways of running. */
function results(module: IRModule, a: number[], c: number[]): number[][] {
  const sink = new Diagnostics();
  const bytes = artefactBytes(buildForWasm(module, sink, { producer: "test" })!);
  assert.is(sink.failed, false);
  return [0, 1].map((way) => {
    const out = tensor(c, 7);
    const args = [tensorValue(tensor(a, 1)), tensorValue(out)];
    if (way === 0) runOnInterpreter(module, "f", args, { print: () => undefined });
    else loadArtefact(bytes, "t").invoke("f", args);
    return numbers(out);
  });
}

const sum = (loops: string, axes: string): string => `
@T.prim_func(s_tir=True)
def f(A: T.Buffer(("m", "n"), "float32"), C: T.Buffer(("m",), "float32")):
    m = T.int64()
    n = T.int64()
${loops}
${axes}
            with T.init():
                C[vi] = T.float32(0)
            C[vi] = C[vi] + A[vi, vk]
`;
const shapes: readonly [string, string][] = [
  [
    "    for i, k in T.grid(m, n):\n        with T.sblock('s'):",
    '            vi, vk = T.axis.remap("SR", [i, k])',
  ],
  [
    "    for k, i in T.grid(n, m):\n        with T.sblock('s'):",
    '            vi, vk = T.axis.remap("SR", [i, k])',
  ],
  [
    "    for i, k0, k1 in T.grid(m, (n + 3) // 4, 4):\n        with T.sblock('s'):\n            T.where(k0 * 4 + k1 < n)",
    "            vi = T.axis.spatial(m, i)\n            vk = T.axis.reduce(n, k0 * 4 + k1)",
  ],
];

for (const [at, [loops, axes]] of shapes.entries()) {
  reductions(`nest ${at}: a sum over nothing is the initial value, over something the sum`, () => {
    const module = moduleOf(sum(loops, axes));
    assert.equal(results(module, [3, 0], [3]), [[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    assert.equal(results(module, [2, 5], [2]), [[5, 5], [5, 5]]); // prettier-ignore
    assert.equal(results(module, [0, 5], [0]), [[], []]);
  });
}

reductions("loops that surely run need nothing", () => {
  const [loops, axes] = shapes[0]!;
  const text = sum(loops.replace("(m, n)", "(m, 8)"), axes).replace('("m", "n")', '("m", 8)');
  const func = moduleOf(text).functions.get("f")!;
  assert.is(func.kind === "tir.PrimFunc" && initEmptyReductions(func), func);
});

reductions("an init for each pass of a loop around runs in that loop", () => {
  const module = moduleOf(`
@T.prim_func(s_tir=True)
def f(A: T.Buffer(("m", "n"), "float32"), C: T.Buffer(("m",), "float32")):
    m = T.int64()
    n = T.int64()
    P = T.sblock_alloc_buffer((1,), "float32")
    for i in range(m):
        for k in range(n):
            with T.sblock("s"):
                vk = T.axis.reduce(n, k)
                vi = T.axis.opaque(m, i)
                with T.init():
                    P[0] = T.float32(3)
                P[0] = P[0] + A[vi, vk]
        with T.sblock("c"):
            vi = T.axis.opaque(m, i)
            C[vi] = P[0]
            P[0] = T.float32(9)
`);
  assert.equal(results(module, [2, 0], [2]), [[3, 3], [3, 3]]); // prettier-ignore
});

reductions.run();
