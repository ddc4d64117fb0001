/** Whole Relax functions as WebAssembly: which are, that they give what bytecode gives, and that they leave errors to it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeArtefact } from "../../../../src/artefact/index.js";
import { buildForWasm } from "../../../../src/driver/build.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { optimise } from "../../../../src/driver/optimise.js";
import { difference } from "../../../../src/driver/outputs.js";
import { interpret } from "../../../../src/interp/index.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { loadArtefact } from "../../../../src/runtime/load-artefact.js";
import { DiagnosticError, Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype } from "../../../../src/support/dtype.js";
import type { MachineOptions } from "../../../../src/runtime/vm/machine.js";
import {
  intValue,
  tensorValue,
  type TensorValue,
  type Value,
} from "../../../../src/support/value.js";
import { compileWasm } from "../../../../src/target/wasm/index.js";

const test = suite("wasm functions");

const KERNELS = `
    @T.prim_func(private=True)
    def reverse(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            B[i] = A[n - i - T.int64(1)] + T.float32(1)

    @T.prim_func(private=True)
    def add(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32"), C: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            C[i] = A[i] + B[i]

    @T.prim_func(private=True)
    def scale(A: T.Buffer(("n",), "float32"), by: T.float32, B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            B[i] = A[i] * by

    @T.prim_func(private=True)
    def spread(A: T.Buffer(("n",), "float32"), B: T.Buffer(("m",), "float32")):
        n = T.int64()
        m = T.int64()
        for i in range(m):
            B[i] = A[i % n]

    @T.prim_func(private=True)
    def is_zero(A: T.Buffer((), "int64"), B: T.Buffer((), "bool")):
        B[()] = A[()] <= T.int64(0)

    @T.prim_func(private=True)
    def decrement(A: T.Buffer((), "int64"), B: T.Buffer((), "int64")):
        B[()] = A[()] - T.int64(1)

    @T.prim_func(private=True)
    def third(A: T.Buffer(("n",), "float32"), B: T.Buffer((1,), "float32")):
        n = T.int64()
        B[0] = A[2]
`;

const moduleOf = (body: string): IRModule => {
  const text = `@I.ir_module\nclass Module:${KERNELS}\n${body}`;
  const { module, failed, diagnostics } = readModule({ name: "m.relax", text }, {});
  assert.not(failed, diagnostics[0]?.message);
  return module;
};

const floats = (...values: number[]): Value =>
  tensorValue({
    dtype: dtype("float32"),
    shape: [values.length],
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
const long = (value: number): Value =>
  tensorValue({
    dtype: dtype("int64"),
    shape: [],
    bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
  });
const truth = (value: boolean): Value =>
  tensorValue({ dtype: dtype("bool"), shape: [], bytes: Uint8Array.of(value ? 1 : 0) });

interface Built {
  readonly compiled: readonly string[];
  readonly declined: ReadonlyMap<string, string>;
  run(args: readonly Value[], options?: MachineOptions): Value;
  oracle(args: readonly Value[]): Value;
}

async function build(body: string, pipeline = "@memory"): Promise<Built> {
  const module = moduleOf(body);
  const sink = new Diagnostics();
  const lowered = await optimise(module, pipeline, sink);
  assert.ok(lowered, sink.all[0]?.message);
  const wasm = compileWasm(lowered!, sink)!;
  const bytes = encodeArtefact(buildForWasm(lowered!, sink, { producer: "test" })!);
  return {
    compiled: wasm.functions.map((f) => f.name),
    declined: wasm.declined,
    run: (args, options) => loadArtefact(bytes, "m.rxe", options).invoke("main", args),
    oracle(args) {
      const outcome = interpret(module, "main", args);
      assert.ok(outcome.ok);
      return (outcome as Extract<typeof outcome, { ok: true }>).value;
    },
  };
}

/** Runs it compiled, as bytecode and on the interpreter. */
function agree(built: Built, ...args: readonly Value[]): void {
  const expected = built.oracle(args);
  assert.is(difference(built.run(args), expected), undefined, "compiled");
  const bytecode = built.run(args, { instrument: () => undefined });
  assert.is(difference(bytecode, expected), undefined, "bytecode");
}

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const { code, message, notes } = error.diagnostic;
    return [`${code} ${message}`, ...notes].join("\n");
  }
  throw new Error("nothing was reported");
};

const CHAIN = `
    @R.function
    def main(x: R.Tensor(("n",), "float32")):
        n = T.int64()
        cls = Module
        a = R.call_tir(cls.reverse, (x,), out_ty=R.Tensor((n,), "float32"))
        b = R.call_tir(cls.add, (a, x), out_ty=R.Tensor((n,), "float32"))
        return b
`;

test("a chain of kernels is one function", async () => {
  const built = await build(CHAIN);
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2, 3));
  agree(built, floats());
});

test("results may be parameters, constants, the same tensor twice, and tuples of tuples", async () => {
  const built = await build(`
    @R.function
    def main(x: R.Tensor(("n",), "float32"), y: R.Tensor((2,), "float32")):
        n = T.int64()
        cls = Module
        a = R.call_tir(cls.reverse, (x,), out_ty=R.Tensor((n,), "float32"))
        return (a, (x, a), R.const([7.0, 8.0], "float32"), y)
`);
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2, 3), floats(4, 5));
});

const BRANCHES = `
    @R.function
    def main(x: R.Tensor(("n",), "float32"), p: R.Tensor((), "bool"), q: R.Tensor((), "bool")):
        n = T.int64()
        cls = Module
        z = R.call_tir(cls.reverse, (x,), out_ty=R.Tensor((n,), "float32"))
        if p:
            a = R.call_tir(cls.reverse, (z,), out_ty=R.Tensor((n,), "float32"))
            if q:
                b = R.call_tir(cls.add, (a, z), out_ty=R.Tensor((n,), "float32"))
                inner = b
            else:
                inner = a
            y = inner
        else:
            c = R.call_tir(cls.add, (z, x), out_ty=R.Tensor((n,), "float32"))
            d = R.call_tir(cls.reverse, (c,), out_ty=R.Tensor((n,), "float32"))
            y = d
        e = R.call_tir(cls.add, (y, z), out_ty=R.Tensor((n,), "float32"))
        return e, y
`;

test("branches that allocate, nested, run right on all sides", async () => {
  const built = await build(BRANCHES);
  assert.equal(built.compiled, ["main"]);
  for (const p of [true, false])
    for (const q of [true, false]) agree(built, floats(1, 2, 3, 4), truth(p), truth(q));
});

const LOOP = `
    @R.function
    def loop(x: R.Tensor(("n",), "float32"), steps: R.Tensor((), "int64")) -> R.Tensor(("n",), "float32"):
        n = T.int64()
        cls = Module
        done = R.call_tir(cls.is_zero, (steps,), out_ty=R.Tensor((), "bool"))
        if done:
            out: R.Tensor((n,), "float32") = x
        else:
            a = R.call_tir(cls.reverse, (x,), out_ty=R.Tensor((n,), "float32"))
            left = R.call_tir(cls.decrement, (steps,), out_ty=R.Tensor((), "int64"))
            out: R.Tensor((n,), "float32") = cls.loop(a, left)
        return out

    @R.function
    def main(x: R.Tensor(("n",), "float32"), steps: R.Tensor((), "int64")):
        n = T.int64()
        cls = Module
        y: R.Tensor((n,), "float32") = cls.loop(x, steps)
        return y
`;

test("recursion runs compiled, and deeper than the stack as bytecode", async () => {
  const built = await build(LOOP);
  assert.equal(built.compiled, ["loop", "main"]);
  for (const steps of [0, 1, 2, 17, 300]) agree(built, floats(1, 2), long(steps));
  const deep = [floats(1, 2), long(1200)];
  const bytecode = built.run(deep, { instrument: () => undefined });
  assert.is(difference(built.run(deep), bytecode), undefined);
  assert.match(
    messageOf(() => built.run([floats(1), long(1e9)])),
    /^RUN117 calls of `loop` are nested more than 20000 deep/,
  );
});

test("scalars and shapes are parameters too", async () => {
  const built = await build(
    `
    @R.function
    def main(x: R.Tensor(("n",), "float32"), s: R.Shape(["k"]), k: R.Prim("int64")):
        n = T.int64()
        cls = Module
        y = R.call_tir(cls.scale, (x, R.prim_value(T.float32(0.5))), out_ty=R.Tensor((n,), "float32"))
        return y
`.replace('s: R.Shape(["k"]), ', ""),
  );
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2), intValue(3, dtype("int64")));
});

test("what has no form stays bytecode, with all that calls it", async () => {
  const built = await build(
    `
    @R.function(private=True)
    def open(x: R.Tensor(("n",), "float32")) -> R.Tensor(("n",), "float32"):
        n = T.int64()
        cls = Module
        R.print(x, format="{}")
        return x

    @R.function(pure=False)
    def main(x: R.Tensor(("n",), "float32")):
        n = T.int64()
        cls = Module
        y: R.Tensor((n,), "float32") = cls.open(x)
        z = R.call_tir(cls.reverse, (y,), out_ty=R.Tensor((n,), "float32"))
        return z
`.replace("@R.function(private=True)", "@R.function(private=True, pure=False)"),
  );
  assert.equal(built.compiled, []);
  assert.match(built.declined.get("open")!, /`R.print` has no code here/);
  assert.match(built.declined.get("main")!, /`open` is not compiled/);
  const lines: string[] = [];
  built.run([floats(1)], { print: (line) => lines.push(line) });
  assert.is(lines.length, 1);
});

test("a function that changes its arguments stays bytecode: it could not be run again", async () => {
  const built = await build(`
    @T.prim_func(private=True)
    def inc(A: T.Buffer((2,), "float32")):
        for i in range(2):
            A[i] = A[i] + T.float32(1)

    @R.function
    def main(x: R.Tensor((2,), "float32")):
        cls = Module
        y = R.call_tir_inplace(cls.inc, (x,), inplace_indices=[0], out_ty=R.Tensor((2,), "float32"))
        return y
`);
  assert.equal(built.compiled, []);
  assert.is(built.declined.get("main"), "it changes its arguments");
});

test("errors are those of the bytecode, word for word", async () => {
  const built = await build(`
    @R.function
    def main(x: R.Tensor(("n",), "float32"), y: R.Tensor(("n",), "float32")):
        n = T.int64()
        cls = Module
        a = R.call_tir(cls.add, (x, y), out_ty=R.Tensor((n,), "float32"))
        b = R.call_tir(cls.third, (a,), out_ty=R.Tensor((1,), "float32"))
        return b
`);
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2, 3), floats(1, 2, 3));
  for (const args of [
    [floats(1, 2, 3), floats(1, 2)],
    [floats(1, 2), floats(1, 2)],
    [floats(1, 2, 3)],
    [floats(1, 2, 3), long(1)],
  ]) {
    const found = messageOf(() => built.run(args));
    assert.is(
      found,
      messageOf(() => built.run(args, { instrument: () => undefined })),
    );
  }
  const unequal = messageOf(() => built.run([floats(1, 2, 3), floats(1, 2)]));
  assert.match(unequal, /RUN108 axis 0 of `y` of `main` is 2, but `n` is 3/);
  assert.match(unequal, /`n` was bound by `x`/);
  assert.match(
    messageOf(() => built.run([floats(1, 2), floats(1, 2)])),
    /RUN110 `third` stays/,
  );
});

test("a match_cast binds and checks on the way", async () => {
  const built = await build(`
    @R.function
    def main(x: R.Tensor(("n",), "float32"), y: R.Tensor(("m",), "float32")):
        n = T.int64()
        m = T.int64()
        k = T.int64()
        cls = Module
        a = R.call_tir(cls.reverse, (x,), out_ty=R.Tensor((n,), "float32"))
        b: R.Tensor((k,), "float32") = R.match_cast(a, R.Tensor((k,), "float32"))
        c: R.Tensor((m,), "float32") = R.match_cast(b, R.Tensor((m,), "float32"))
        d = R.call_tir(cls.add, (c, y), out_ty=R.Tensor((m,), "float32"))
        return d
`);
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2), floats(3, 4));
  assert.match(
    messageOf(() => built.run([floats(1, 2), floats(3)])),
    /RUN109 the value of `b` does not match: axis 0 is 2 instead of `m`, which is 1/,
  );
});

test("limits hold: steps of recursion, and bytes", async () => {
  const loop = await build(LOOP);
  assert.match(
    messageOf(() => loop.run([floats(1), long(700)], { stepLimit: 100 })),
    /RUN116 the program did not end within 100 steps/,
  );
  const chain = await build(CHAIN);
  const many = floats(...new Array<number>(100_000).fill(1));
  assert.match(
    messageOf(() => chain.run([many], { memoryLimit: 500_000 })),
    /^RUN112/,
  );
});

test("memory that functions take for themselves is limited too", async () => {
  const built = await build(`
    @R.function
    def main(x: R.Tensor(("n",), "float32")):
        n = T.int64()
        cls = Module
        a = R.call_tir(cls.spread, (x,), out_ty=R.Tensor((n * 5000000,), "float32"))
        b = R.call_tir(cls.spread, (a,), out_ty=R.Tensor((n,), "float32"))
        return b
`);
  assert.equal(built.compiled, ["main"]);
  assert.is(difference(built.run([floats(1)]), floats(1)), undefined);
  assert.match(
    messageOf(() => built.run([floats(1)], { memoryLimit: 2 ** 21 })),
    /^RUN112/,
  );
});

test("loops of a kernel whose output takes its input's memory keep their order", async () => {
  const built = await build(`
    @T.prim_func(private=True)
    def times_plus(A: T.Buffer((4, 4), "float32"), W: T.Buffer((4, 4), "float32"), B: T.Buffer((4, 4), "float32")):
        with T.sblock("root"):
            t = T.sblock_alloc_buffer((4, 4), "float32")
            for i, j, k in T.grid(4, 4, 4):
                with T.sblock("times"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        t[vi, vj] = T.float32(0)
                    t[vi, vj] = t[vi, vj] + A[vi, vk] * W[vk, vj]
            for i, j in T.grid(4, 4):
                with T.sblock("plus"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    B[vi, vj] = t[vi, vj] + T.float32(1)

    @R.function
    def main(x: R.Tensor((4, 4), "float32")):
        cls = Module
        a = R.call_tir(cls.times_plus, (x, x), out_ty=R.Tensor((4, 4), "float32"))
        b = R.call_tir(cls.times_plus, (a, x), out_ty=R.Tensor((4, 4), "float32"))
        c = R.call_tir(cls.times_plus, (b, x), out_ty=R.Tensor((4, 4), "float32"))
        return c
`);
  assert.equal(built.compiled, ["main"]);
  const { data } = floats(...Array.from({ length: 16 }, (_, i) => (i % 5) - 2)) as TensorValue;
  agree(built, tensorValue({ ...data, shape: [4, 4] }));
});

test("negative sizes are refused as bytecode refuses them", async () => {
  const built = await build(`
    @R.function
    def main(x: R.Tensor(("n",), "float32")):
        n = T.int64()
        cls = Module
        a = R.call_tir(cls.spread, (x,), out_ty=R.Tensor((n - 2,), "float32"))
        b = R.call_tir(cls.reverse, (a,), out_ty=R.Tensor((n - 2,), "float32"))
        return b
`);
  assert.equal(built.compiled, ["main"]);
  agree(built, floats(1, 2, 3, 4));
  agree(built, floats(1, 2));
  assert.match(
    messageOf(() => built.run([floats(1)])),
    /RUN125/,
  );
});

test.run();
