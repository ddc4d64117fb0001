import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildFor } from "../../../../src/driver/build.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { optimise } from "../../../../src/driver/optimise.js";
import { artefactBytes } from "../../../../src/driver/run.js";
import { interpret } from "../../../../src/interp/index.js";
import { visit } from "../../../../src/ir/core/visit.js";
import type { IRModule } from "../../../../src/ir/module.js";
import type { Node } from "../../../../src/ir/nodes.js";
import type { Load } from "../../../../src/ir/tir/expr.js";
import type { For, Store } from "../../../../src/ir/tir/stmt.js";
import { loadArtefact } from "../../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { parseTarget } from "../../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../../src/support/value.js";
import { lowerLoops } from "../../../../src/transform/loop-pipeline.js";
import { runPipeline, step } from "../../../../src/transform/pipeline.js";
import { splitRegisterBuffers } from "../../../../src/transform/tir/split-register-buffers.js";
import { tensor } from "./build.js";

const test = suite("wasm: what default schedules make");

/** The program as code is generated from it. */
async function flat(text: string, passes = "legalize-ops,apply-schedules"): Promise<IRModule> {
  const sink = new Diagnostics();
  const { module } = readModule({ name: "t.relax", text });
  const scheduled = await optimise(module, passes, sink, { target: "wasm" });
  const lowered = scheduled && lowerLoops(scheduled, sink);
  const split = lowered && runPipeline(lowered, [step(splitRegisterBuffers)], sink);
  assert.ok(split, sink.all.map((d) => d.message).join("\n"));
  return split!;
}

function all<T extends Node>(root: IRModule | Node, kind: T["kind"]): T[] {
  const found: T[] = [];
  const roots = "functions" in root ? [...root.functions.values()] : [root];
  for (const node of roots)
    visit(node, { enter: (n) => void (n.kind === kind && found.push(n as T)) });
  return found;
}

const isInnermost = (loop: For): boolean => all<For>(loop.body, "tir.For").length === 0;

/** Stores of vectors that go on from what was there, in innermost loops. */
const accumulations = (module: IRModule): Store[] =>
  all<For>(module, "tir.For")
    .filter(isInnermost)
    .flatMap((loop) => all<Store>(loop.body, "tir.Store"))
    .filter(
      ({ value, buffer }) =>
        value.dtype.lanes > 1 && all<Load>(value, "tir.Load").some((l) => l.buffer === buffer),
    );

const ofMatrix = (call: string, [n, m]: readonly [string, string]): string => `
@R.function
def main(x: R.Tensor((${n}, ${m}), "float32"), b: R.Tensor((${m},), "float32")):
    y = ${call}
    return y
`;

const SIZES = [
  ["64", "1024"],
  ['"n"', '"m"'],
] as const;

for (const sizes of SIZES) {
  const at = sizes.join(" × ");
  for (const call of ["R.tanh(x)", "R.nn.gelu(x)", "R.sigmoid(x)"]) {
    test(`${call} of ${at}: the steps of four vectors take turns`, async () => {
      const stores = all<Store>(await flat(ofMatrix(call, sizes)), "tir.Store");
      assert.ok(stores.some(({ value }) => value.dtype.lanes === 16));
    });
  }
  for (const [call, sums] of [
    ["R.sum(x, axis=[1])", 1],
    ["R.nn.softmax(x, axis=-1)", 2],
    ["R.nn.layer_norm(x, b, b, axes=[-1])", 2],
  ] as const) {
    test(`${call} of ${at}: partial sums stay in registers`, async () => {
      const found = accumulations(await flat(ofMatrix(call, sizes)));
      assert.is(found.length, 4 * sums);
      for (const { buffer } of found) assert.is(buffer.dtype.lanes, 4, buffer.name);
    });
  }
}

test("what follows a product written as loops is computed by vectors", async () => {
  const text = nest("i, l", "l, j");
  const module = await flat(text, "legalize-ops,fuse-ops,fuse-tir,apply-schedules");
  const rectified = all<Store>(module, "tir.Store").filter(
    ({ value }) => value.kind === "tir.Binary" && value.op === "max",
  );
  assert.ok(rectified.some(({ value }) => value.dtype.lanes === 4));
});

test("the root of a variance is taken once a row", async () => {
  const module = await flat(ofMatrix("R.nn.layer_norm(x, b, b, axes=[-1])", SIZES[1]));
  const roots = all<For>(module, "tir.For")
    .filter(isInnermost)
    .filter((loop) =>
      all<Node & { kind: "tir.Call" }>(loop.body, "tir.Call").some((c) => c.op === "rsqrt"),
    );
  assert.is(roots.length, 0);
});

/** A product written as loops, each operand as given; with a rectifier after it. */
const nest = (a: string, b: string): string => `
@I.ir_module
class Nest:
    @T.prim_func
    def product(x: T.handle, y: T.handle, z: T.handle):
        m, n, k = T.int64(), T.int64(), T.int64()
        A = T.match_buffer(x, (${a === "i, l" ? "m, k" : "k, m"}), "float32")
        B = T.match_buffer(y, (${b === "l, j" ? "k, n" : "n, k"}), "float32")
        C = T.match_buffer(z, (m, n), "float32")
        for i0, j0, l0 in T.grid(m, n, k):
            with T.sblock("product"):
                i, j, l = T.axis.remap("SSR", [i0, j0, l0])
                with T.init():
                    C[i, j] = T.float32(0)
                C[i, j] = C[i, j] + A[${a}] * B[${b}]

    @R.function
    def main(
        x: R.Tensor((${a === "i, l" ? '"m", "k"' : '"k", "m"'}), "float32"),
        y: R.Tensor((${b === "l, j" ? '"k", "n"' : '"n", "k"'}), "float32"),
    ):
        m, n = T.int64(), T.int64()
        z = R.call_tir(Nest.product, (x, y), out_ty=R.Tensor((m, n), "float32"))
        w = R.nn.relu(z)
        return w
`;
const NESTS = [
  ["i, l", "l, j"],
  ["i, l", "j, l"],
  ["l, i", "l, j"],
  ["l, i", "j, l"],
] as const;

for (const [a, b] of NESTS) {
  const text = nest(a, b);
  test(`A[${a}] · B[${b}] is summed in registers, from operands in one order`, async () => {
    const found = accumulations(await flat(text));
    assert.is(found.length, 8);
    const [first] = found;
    for (const { buffer } of found) assert.is(buffer.dtype.lanes, 4);
    const kernel = all<For>(await flat(text), "tir.For").filter(
      (f) => isInnermost(f) && accumulationsOf(f) === 8,
    );
    assert.is(kernel.length, 1);
    assert.is(all(kernel[0]!.body, "tir.If").length, 0, first!.buffer.name);
  });

  test(`A[${a}] · B[${b}] is what the loops say, bit for bit`, async () => {
    const sink = new Diagnostics();
    const { module } = readModule({ name: "t.relax", text });
    const parsed = parseTarget("wasm");
    if (!("target" in parsed)) throw new Error(parsed.problem);
    const ready = await optimise(module, "@default-wasm", sink, { target: "wasm" });
    const artefact = buildFor(ready!, sink, { producer: "test", description: parsed.target });
    const machine = loadArtefact(artefactBytes(artefact!), "test.rxe", {});
    const plain = await optimise(module, "legalize-ops", sink, { target: "interp" });
    for (const [m, n, k] of [
      [1, 1, 1],
      [4, 8, 3],
      [5, 9, 7],
      [3, 25, 4],
      [13, 16, 260],
      [2, 3, 0],
    ] as const) {
      // prettier-ignore
      const args = [
        matrix(a === "i, l" ? [m, k] : [k, m], 1),
        matrix(b === "l, j" ? [k, n] : [n, k], 2),
      ];
      const expected = interpret(plain!, "main", args, {});
      assert.ok(expected.ok, JSON.stringify(expected));
      if (expected.ok) assert.equal(bytesOf(machine.invoke("main", args)), bytesOf(expected.value), `${m}, ${n}, ${k}`); // prettier-ignore
    }
  });
}

const accumulationsOf = (loop: For): number =>
  all<Store>(loop.body, "tir.Store").filter(({ value, buffer }) =>
    all<Load>(value, "tir.Load").some((l) => l.buffer === buffer),
  ).length;

const matrix = (shape: readonly [number, number], salt: number): Value =>
  tensorValue(
    tensor(
      "float32",
      Array.from(
        { length: shape[0] * shape[1] },
        (_, i) => ((i * 37 + salt * 101) % 251) / 125.5 - 1,
      ),
      shape,
    ),
  );

const bytesOf = (value: Value): Uint8Array => {
  if (value.kind !== "tensor") throw new Error("no tensor");
  return value.data.bytes.slice();
};

test.run();
