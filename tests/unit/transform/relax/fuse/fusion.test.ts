import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeInputs } from "../../../../../src/driver/inputs.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import { checkModule } from "../../../../../src/analysis/index.js";
import { interpret } from "../../../../../src/interp/index.js";
import { structuralEqual } from "../../../../../src/ir/core/equal.js";
import type { IRModule } from "../../../../../src/ir/module.js";
import type { Func } from "../../../../../src/ir/relax/expr.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import type { NDArray } from "../../../../../src/support/ndarray.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";
import { annotateTirOpPattern } from "../../../../../src/transform/relax/fuse/annotate-tir-op-pattern.js";
import { fuseOps } from "../../../../../src/transform/relax/fuse/fuse-ops.js";
import { fuseTir } from "../../../../../src/transform/relax/fuse/fuse-tir.js";
import { fuseTransposeMatmul } from "../../../../../src/transform/relax/fuse/fuse-transpose-matmul.js";
import { rewriteDataflowReshape } from "../../../../../src/transform/relax/fuse/rewrite-dataflow-reshape.js";
import { runPipeline, step } from "../../../../../src/transform/pipeline.js";
import { compactBuffer } from "../../../../../src/transform/tir/compact-buffer.js";
import { convertBlocks } from "../../../../../src/transform/tir/convert-blocks.js";
import { lowerInitBlock } from "../../../../../src/transform/tir/lower-init-block.js";
import { mergeLoops } from "../../../../../src/transform/tir/merge-loops.js";
import { planAllocation } from "../../../../../src/transform/tir/plan-allocation.js";

const test = suite("transform: fusion of generated graphs");

const SQUARE = 'T.Buffer(("n", "n"), "float32")';
const head = (name: string, inputs: readonly string[]): string =>
  `    @T.prim_func(private=True, s_tir=True)
    def ${name}(${[...inputs, "C"].map((b) => `${b}: ${SQUARE}`).join(", ")}):
        n = T.int64()
`;
const pointwise = (name: string, inputs: readonly string[], value: string): string =>
  `${head(name, inputs)}        for i, j in T.grid(n, n):
            with T.sblock("${name}"):
                v, w = T.axis.remap("SS", [i, j])
                C[v, w] = ${value}
`;
const reduction = (name: string, inputs: readonly string[], update: string): string =>
  `${head(name, inputs)}        for i, j, k in T.grid(n, n, n):
            with T.sblock("${name}"):
                v, w, r = T.axis.remap("SSR", [i, j, k])
                with T.init():
                    C[v, w] = T.float32(0.0)
                C[v, w] = C[v, w] + ${update}
`;
/** Softmax over rows in three stages. */
const staged = `${head("norm", ["A"])}        M = T.sblock_alloc_buffer((n,), "float32")
        for i, k in T.grid(n, n):
            with T.sblock("most"):
                v, r = T.axis.remap("SR", [i, k])
                with T.init():
                    M[v] = T.min_value("float32")
                M[v] = T.max(M[v], A[v, r])
        for i, j in T.grid(n, n):
            with T.sblock("rest"):
                v, w = T.axis.remap("SS", [i, j])
                C[v, w] = A[v, w] - M[v]
`;

/** Functions on square matrices, with the number of their inputs. */
const LIBRARY: ReadonlyMap<string, readonly [inputs: number, text: string]> = new Map([
  ["tanh", [1, pointwise("tanh", ["A"], "T.tanh(A[v, w])")]],
  ["half", [1, pointwise("half", ["A"], "A[v, w] * T.float32(0.5)")]],
  ["add", [2, pointwise("add", ["A", "B"], "A[v, w] + B[v, w]")]],
  ["row", [2, pointwise("row", ["A", "B"], "A[v, w] * B[v, T.int64(0)]")]],
  ["flip", [1, pointwise("flip", ["A"], "A[w, v]")]],
  ["shift", [1, pointwise("shift", ["A"], "T.if_then_else(w < n - T.int64(1), A[v, w + T.int64(1)], T.float32(0.0))")]], // prettier-ignore
  ["spread", [1, pointwise("spread", ["A"], "A[v, w // T.int64(2)] + A[v, w]")]],
  ["matmul", [2, reduction("matmul", ["A", "B"], "A[v, r] * B[r, w]")]],
  ["columns", [1, reduction("columns", ["A"], "A[r, w]")]],
  ["norm", [1, staged]],
]); // prettier-ignore

/** A graph of calls in one dataflow block; every value may be used several times. */
function program(seed: number): string {
  const { below } = makeRandom(seed);
  const names = [...LIBRARY.keys()];
  const values = ["x", "y"];
  const lines: string[] = [];
  const count = 3 + below(12);
  for (let i = 0; i < count; i++) {
    const name = names[below(names.length)]!;
    const args = Array.from({ length: LIBRARY.get(name)![0] }, () => {
      // Mostly the newest values, so that there are chains.
      const back = below(3) === 0 ? below(values.length) : below(Math.min(2, values.length));
      return values[values.length - 1 - back]!;
    });
    lines.push(`a${i} = R.call_tir(cls.${name}, (${args.join(", ")},), out_ty=R.Tensor((n, n), dtype="float32"))`); // prettier-ignore
    values.push(`a${i}`);
  }
  const outputs = [...new Set([values[values.length - 1]!, values[2 + below(count)]!])];
  const result = outputs.length === 1 ? outputs[0]! : `(${outputs.join(", ")})`;
  const text = [...LIBRARY.values()].map(([, t]) => t).join("\n");
  return `@I.ir_module
class Module:
${text}
    @R.function
    def main(x: R.Tensor(("n", "n"), dtype="float32"), y: R.Tensor(("n", "n"), dtype="float32")):
        n = T.int64()
        cls = Module
        with R.dataflow():
${lines.map((l) => `            ${l}`).join("\n")}
            R.output(${outputs.join(", ")})
        return ${result}
`;
}

function moduleOf(text: string): IRModule {
  const { module, failed, diagnostics } = readModule({ name: "graph.relax", text });
  assert.not(failed, diagnostics.map((d) => d.message).join("\n"));
  return module;
}

function results(module: IRModule, size: number): string {
  const request = {
    symbols: new Map([["n", size]]), shapes: new Map(), given: new Map<string, NDArray>(), seed: 3 }; // prettier-ignore
  const outcome = interpret(module, "main", makeInputs(module.functions.get("main") as Func, request)); // prettier-ignore
  return outcome.ok
    ? JSON.stringify(outcome.value, (_, v: unknown) => (v instanceof Uint8Array ? [...v] : typeof v === "bigint" ? String(v) : v)) // prettier-ignore
    : outcome.diagnostic.message;
}

const steps = [
  step(rewriteDataflowReshape),
  step(fuseTransposeMatmul),
  step(annotateTirOpPattern),
  step(fuseOps),
  step(fuseTir),
  step(mergeLoops),
  step(lowerInitBlock),
  step(planAllocation),
  step(convertBlocks),
  step(compactBuffer),
];

/** Passes whose results are checked as a whole; the others change too little to be worth the time. */
const CHECKED = new Set(["fuse-ops", "fuse-tir", "compact-buffer"]);

test("fused graphs compute the same bits", () => {
  let fused = 0;
  for (let seed = 0; seed < 12; seed++) {
    const module = moduleOf(program(seed));
    const expected = [1, 4].map((n) => results(module, n));
    const sink = new Diagnostics();
    runPipeline(module, steps, sink, {
      after(one, _, before, after) {
        if (before === after) return;
        if (CHECKED.has(one.pass.name)) {
          const found = new Diagnostics();
          checkModule(after, found);
          const errors = found.all.filter((d) => d.severity === "error").map((d) => d.message);
          assert.equal(errors, [], `graph ${seed}: ${one.text}`);
        }
        if (one.pass.name === "fuse-tir") fused++;
        if (one.pass.name === "annotate-tir-op-pattern") return;
        assert.equal([1, 4].map((n) => results(after, n)), expected, `graph ${seed}: ${one.text}`); // prettier-ignore
        const again = one.pass.run(after, one.values, new Diagnostics());
        assert.ok(again === after || structuralEqual(again, after), `graph ${seed}: ${one.text} twice`); // prettier-ignore
      },
    });
    assert.equal(sink.all.map((d) => d.message), [], `graph ${seed}`); // prettier-ignore
  }
  assert.ok(fused > 6);
});

test("long chains become groups of limited size", () => {
  const length = 1000;
  const lines = Array.from({ length }, (_, i) => `            a${i + 1} = R.call_tir(cls.half, (a${i},), out_ty=R.Tensor((n, n), dtype="float32"))`); // prettier-ignore
  const text = `@I.ir_module
class Module:
${LIBRARY.get("half")![1]}
    @R.function
    def main(a0: R.Tensor(("n", "n"), dtype="float32")):
        n = T.int64()
        cls = Module
        with R.dataflow():
${lines.join("\n")}
            R.output(a${length})
        return a${length}
`;
  const after = runPipeline(moduleOf(text), [step(fuseOps)], new Diagnostics())!;
  const sizes = [...after.functions.values()].flatMap(
    (f) =>
    f.kind === "relax.Function" && f.attrs.has("Primitive") ? [f.body.blocks[0]!.bindings.length] : [], // prettier-ignore
  );
  assert.equal(sizes.sort((a, b) => a - b), [length % 256, 256]); // prettier-ignore
});

test.run();
