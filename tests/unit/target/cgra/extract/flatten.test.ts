/** Nests with more loops than the sequencer counts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simulateKernel } from "../../../../../src/driver/simulate-kernel.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { parseShapes } from "../../../../../src/driver/inputs.js";
import {
  defaultPlaces,
  extractKernel,
  kernelFunctions,
} from "../../../../../src/target/cgra/index.js";
import { completeFabric, nestProblem } from "../../../../../src/testing/fuzz/cgra-nests.js";
import { generateNest } from "../../../../../src/testing/generate/cgra-nest.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";

const test = suite("loops that become one");

const one = completeFabric(1);

const ROWS = `@T.prim_func
def main(x: T.Buffer(("n", "m"), "int32"), y: T.Buffer(("n",), "int32")):
    n = T.int64()
    m = T.int64()
    s = T.alloc_buffer((1,), "int32", scope="local")
    for i in T.serial(n, annotations={"cgra.kernel": "rows"}):
        s[0] = 0
        for j in range(m):
            s[0] = s[0] + x[i, j]
        y[i] = s[0]
`;
const COPY = ROWS.replace(`("n",)`, `("n", "m")`).replace(
  /    s = [\s\S]*$/,
  `    for i in T.serial(n, annotations={"cgra.kernel": "copy"}):
        for j in range(m):
            y[i, j] = x[i, j]
`,
);

const kernelOf = (text: string) => {
  const { module, failed, diagnostics } = readModule({ name: "flatten.relax", text });
  assert.not(failed, diagnostics[0]?.message);
  return kernelFunctions(module, new Diagnostics())[0]!;
};

/** Cycles of one launch, which computes what the interpreter does. */
function cycles(text: string, fabric: typeof one, shape: string): number {
  const sink = new Diagnostics();
  const request = { ...parseShapes([shape]), given: new Map(), seed: 1, limit: undefined };
  const run = simulateKernel(kernelOf(text), fabric, request, sink, {
    search: { work: 100e6 },
  });
  assert.ok(run !== undefined, sink.all[0]?.message);
  assert.is(run.difference, undefined);
  assert.is(run.result.fault, undefined);
  return run.result.counters.cycles;
}

test("generated nests compute the same with one counter and with two", () => {
  for (let index = 0; index < 24; index++) {
    const nest = generateNest(makeRandom(50_000 + index));
    const reason = nestProblem(nest, completeFabric(1 + (index % 2)), index, false);
    if (!reason?.startsWith("interpreter")) assert.is(reason, undefined, nest.text);
  }
});

test("one loop takes as many counters as it has; a deep nest on a fabric of one loop is one loop", () => {
  const func = kernelOf(ROWS);
  for (const [loops, fabric] of [
    [2, completeFabric(2)],
    [1, one],
  ] as const)
    assert.is(
      extractKernel(func, fabric, defaultPlaces(func, fabric), new Diagnostics())!.loops.length,
      loops,
    );
});

test("the pipeline stays full across rows", () => {
  const [n, m] = [20, 5];
  const shape = `n=${n},m=${m}`;
  const [counted, flat] = [completeFabric(2), one].map((fabric) => cycles(ROWS, fabric, shape)) as [number, number]; // prettier-ignore
  // A start of the sum that the array finds itself takes two operations of the recurrence.
  assert.ok(counted < n * m + 20, `${counted} cycles`);
  assert.ok(flat < 2 * n * m + 20, `${flat} cycles`);
  const row = cycles(ROWS, one, `n=1,m=${m}`);
  assert.ok(flat < n * row, `${n} launches of a row take ${n * row} cycles`);
});

test("generators of addresses count for themselves: a new iteration every cycle", () => {
  assert.ok(cycles(COPY, one, "n=20,m=5") < 100 + 10);
});

test.run();
