/** What the passes of the loop pipeline do not look at. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer } from "../../../src/arith/index.js";
import { readModule } from "../../../src/driver/frontend.js";
import { rewriteBody } from "../../../src/ir/tir/statements.js";
import type { PrimFunc } from "../../../src/ir/tir/function.js";
import type { Stmt } from "../../../src/ir/tir/stmt.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { definePass } from "../../../src/transform/pass.js";
import { mapPrimFuncs, runPipeline, step } from "../../../src/transform/pipeline.js";
import { lookupPass } from "../../../src/transform/registry.js";
import { compactBuffer } from "../../../src/transform/tir/compact-buffer.js";

const test = suite("transform: loop pipeline");
const moduleOf = (text: string) => readModule({ name: "test.relax", text }).module;

const LOOPS = `
@T.prim_func
def scale(A: T.Buffer((8, 4), "float32"), B: T.Buffer((8, 4), "float32")):
    for i in range(8):
        if i < 5:
            for j in range(4):
                B[i, j] = A[i, j] * T.float32(2) + T.float32(1)
`;

/** The function with stores that count how often their values are asked for. */
function counting(func: PrimFunc, reads: { count: number }): PrimFunc {
  return rewriteBody(func, (s): Stmt => {
    if (s.kind !== "tir.Store") return s;
    const { value } = s;
    const get = (): typeof value => {
      reads.count++;
      return value;
    };
    return Object.defineProperty({ ...s }, "value", { get, enumerable: true });
  });
}

for (const name of [
  "lower-match-buffer",
  "plan-allocation",
  "convert-blocks",
  "align-storage",
  "lower-thread-binding",
  "canonicalize-loop",
  "hoist-if-then-else",
  "narrow-loop",
  "unroll-loop",
  "remove-no-op",
]) {
  test(`\`${name}\` leaves expressions of statements that do not concern it alone`, async () => {
    const reads = { count: 0 };
    const module = mapPrimFuncs(moduleOf(LOOPS), (func) => counting(func, reads));
    const pass = (await lookupPass(name))!;
    reads.count = 0;
    pass.run(module, step(pass).values, new Diagnostics());
    assert.is(reads.count, 0);
  });
}

test("functions of passes that keep levels are not walked to find their level", () => {
  const reads = { count: 0 };
  const keeping = definePass({
    name: "keeping",
    dialect: "tir",
    summary: "Another function of the same level.",
    from: "loop",
    options: {},
    run: (module) => mapPrimFuncs(module, (func) => counting(func, reads)),
  });
  const asking = definePass({ ...keeping, name: "asking", run: (module) => module });
  const steps = [step(keeping), step(asking)];
  const done = runPipeline(moduleOf(LOOPS.replaceAll(", 4)", ",)").replaceAll(", j]", "]")), steps, new Diagnostics()); // prettier-ignore
  assert.ok(done);
  assert.is(reads.count, 0);
});

test("of accumulators that loops of numbers fill and read nothing is proved", () => {
  const text = `
@T.prim_func
def sums(A: T.Buffer(("n", 4), "float32"), B: T.Buffer(("n", 4), "float32")):
    n = T.int64()
    acc = T.alloc_buffer((4,), "float32", scope="local")
    for i in T.parallel(n):
        for v in range(4):
            acc[v] = T.float32(0)
        for v in range(4):
            acc[v] = acc[v] + A[i, v]
        for v in range(4):
            B[i, v] = acc[v]
`;
  const { bind } = Analyzer.prototype;
  let asked = 0;
  Analyzer.prototype.bind = function (...args) {
    asked++;
    return bind.apply(this, args);
  };
  try {
    const module = moduleOf(text);
    assert.is.not(compactBuffer.run(module, {}, new Diagnostics()), module);
    assert.is(asked, 0);
  } finally {
    Analyzer.prototype.bind = bind;
  }
});

test.run();
