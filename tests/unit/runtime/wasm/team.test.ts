import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../src/driver/frontend.js";
import { startThread } from "../../../../src/native/threads.js";
import { instantiate, type WasmInstance } from "../../../../src/runtime/wasm/instance.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { interpret } from "../../../../src/interp/index.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype } from "../../../../src/support/dtype.js";
import { intValue, tensorValue, type Value } from "../../../../src/support/value.js";
import { compileWasm } from "../../../../src/target/wasm/index.js";

const team = suite("runtime/wasm/team");

const THREADS = 3;

function moduleOf(text: string) {
  const { module, diagnostics } = readModule({ name: "team.relax", text });
  assert.equal(
    diagnostics.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  return module;
}

/** The compiled T functions on several threads. */
function instanceOf(text: string, start = startThread as typeof startThread | undefined) {
  const sink = new Diagnostics();
  const compiled = compileWasm(moduleOf(text), sink, { threads: THREADS });
  if (compiled === undefined) throw new Error(sink.all.map((d) => d.message).join("; "));
  return instantiate(compiled, new Map(), undefined, { threads: THREADS, start });
}

const tensor = (shape: readonly number[], at: (i: number) => number): Value => {
  const data = Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i));
  return tensorValue({ dtype: dtype("int32"), shape, bytes: new Uint8Array(data.buffer) });
};

const bytesOf = (v: Value): Uint8Array => {
  if (v.kind !== "tensor") throw new Error("no tensor");
  return v.data.bytes;
};

/** What the function writes into its last argument on several threads is what the interpreter writes. */
function expectSame(text: string, instance: WasmInstance, args: () => Value[]): void {
  const [expected, actual] = [args(), args()];
  const outcome = interpret(moduleOf(text), "f", expected, {});
  assert.ok(outcome.ok);
  const result = runPrimFunc(instance, "f", actual);
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(bytesOf(actual.at(-1)!), bytesOf(expected.at(-1)!));
}

const isTeam = (instance: WasmInstance, name = "f"): boolean =>
  instance.kernels.get(name)?.isTeam === true;

const STAGES = `
@T.prim_func
def f(x: T.Buffer(("n",), "int32"), y: T.Buffer(("n",), "int32")):
    n = T.int64()
    with T.sblock("root"):
        doubled = T.sblock_alloc_buffer((n,), "int32")
        total = T.sblock_alloc_buffer((n,), "int32")
        for i in T.parallel(n):
            doubled[i] = x[i] * 2
        total[0] = 0
        for i in range(n):
            total[0] = total[0] + doubled[i]
        total[n - 1] = total[0]
        for r in range(3):
            for i in T.parallel(n):
                y[i] = doubled[n - 1 - i] + total[n - 1] + (y[i] if r > 0 else 0)
            total[n - 1] = total[n - 1] + y[0]
`;

team("stages meet: what one writes alone or in its part, all read", () => {
  const instance = instanceOf(STAGES);
  assert.ok(isTeam(instance));
  for (const n of [1, 2, 3, 100, 1000])
    expectSame(STAGES, instance, () => [tensor([n], (i) => (i * 37) % 101), tensor([n], () => 7)]);
});

const NESTED = `
@T.prim_func
def f(x: T.Buffer(("m", 5), "int32"), y: T.Buffer(("m", 5), "int32"), k: T.int32):
    m = T.int64()
    if k > 0:
        for r in range(2):
            for i in T.parallel(m):
                with T.sblock("row"):
                    v = T.axis.spatial(m, i)
                    row = T.sblock_alloc_buffer((5,), "int32")
                    for j in range(5):
                        row[j] = x[v, j] * k
                    for j in range(5):
                        y[v, j] = row[4 - j] + r
    else:
        for i in T.parallel(m):
            for j in range(5):
                y[i, j] = -1
`;

team("parts have memory of their own; all go the same way", () => {
  const instance = instanceOf(NESTED);
  assert.ok(isTeam(instance));
  for (const k of [2, 0]) {
    const result = (run: (args: Value[]) => { readonly ok: boolean }): Uint8Array => {
      const args = [tensor([7, 5], (i) => i), tensor([7, 5], () => 0), intValue(k, dtype("int32"))];
      assert.ok(run(args).ok);
      return bytesOf(args[1]!);
    };
    const expected = result((args) => interpret(moduleOf(NESTED), "f", args, {}));
    assert.equal(
      result((args) => runPrimFunc(instance, "f", args)),
      expected,
    );
  }
});

const STOPS = `
@T.prim_func
def f(x: T.Buffer(("n",), "int32"), y: T.Buffer(("n",), "int32")):
    n = T.int64()
    for r in range(2):
        for i in T.parallel(n):
            y[i] = y[x[i]] + 1
`;

team("a thread that stops makes the others stop; the next call runs", () => {
  const instance = instanceOf(STOPS);
  assert.ok(isTeam(instance));
  const run = (bad: number) =>
    runPrimFunc(instance, "f", [tensor([9], (i) => (i === bad ? 99 : i)), tensor([9], () => 0)]);
  for (const bad of [0, 4, 8]) {
    const stopped = run(bad);
    assert.not(stopped.ok);
    assert.ok(run(-1).ok);
  }
});

team("without a way to start threads one runs everything", () => {
  expectSame(STAGES, instanceOf(STAGES, undefined), () => [
    tensor([50], (i) => i),
    tensor([50], () => 0),
  ]);
});

const SERIAL = `
@T.prim_func
def f(x: T.Buffer((8,), "int32"), y: T.Buffer((8,), "int32")):
    y[0] = 3
    for r in range(y[0]):
        for i in T.parallel(8):
            y[i] = x[i] + r
`;

team("threads cannot share a function whose way depends on what it writes", () => {
  const instance = instanceOf(SERIAL);
  assert.not(isTeam(instance));
  expectSame(SERIAL, instance, () => [tensor([8], (i) => i), tensor([8], () => 0)]);
});

team.run();
