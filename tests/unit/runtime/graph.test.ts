/** The graph executor, the programs that callers load, and the times of kernels. */
import { build } from "esbuild";
import { builtinModules } from "node:module";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeArtefact, encodeArtefact } from "../../../src/artefact/index.js";
import { buildForWasm } from "../../../src/driver/build.js";
import { readModule } from "../../../src/driver/frontend.js";
import { prepareForWasm } from "../../../src/driver/optimise.js";
import type { Tensor } from "../../../src/runtime/api/tensor.js";
import { load, loadArtefact, loadGraph, makeProfiler } from "../../../src/runtime/index.js";
import { summarise, profileText } from "../../../src/runtime/profile/summary.js";
import { traceJson } from "../../../src/runtime/profile/trace.js";
import { DiagnosticError, Diagnostics } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import { tensorValue, type Value } from "../../../src/support/value.js";

const test = suite("runtime: graphs and programs");

const KERNELS = `
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
    def third(A: T.Buffer(("n",), "float32"), B: T.Buffer((1,), "float32")):
        n = T.int64()
        B[0] = A[2]

    @T.prim_func(private=True)
    def is_zero(A: T.Buffer((), "int64"), B: T.Buffer((), "bool")):
        B[()] = A[()] <= T.int64(0)
`;
const CHAIN = `
    @R.function
    def main(x: R.Tensor(("n",), "float32"), w: R.Tensor(("n",), "float32")) -> R.Tuple(R.Tensor(("n",), "float32"), R.Tensor(("n",), "float32")):
        cls = Module
        n = T.int64()
        a = R.call_tir(cls.add, (x, w), out_sinfo=R.Tensor((n,), "float32"))
        b = R.call_tir(cls.add, (a, w), out_sinfo=R.Tensor((n,), "float32"))
        c = R.call_tir(cls.add, (b, b), out_sinfo=R.Tensor((n,), "float32"))
        d = R.call_tir(cls.add, (c, a), out_sinfo=R.Tensor((n,), "float32"))
        return (d, b)
`;
const BRANCH = `
    @R.function
    def main(x: R.Tensor(("n",), "float32"), k: R.Tensor((), "int64")) -> R.Tensor(("n",), "float32"):
        cls = Module
        n = T.int64()
        c = R.call_tir(cls.is_zero, (k,), out_sinfo=R.Tensor((), "bool"))
        if c:
            a = R.call_tir(cls.add, (x, x), out_sinfo=R.Tensor((n,), "float32"))
            y = R.call_tir(cls.add, (a, x), out_sinfo=R.Tensor((n,), "float32"))
        else:
            y = R.call_tir(cls.add, (x, x), out_sinfo=R.Tensor((n,), "float32"))
        return y
`;

/** The artefact of functions, and what was reported. */
async function built(functions: string, graph: string | true | undefined) {
  const text = `@I.ir_module\nclass Module:${KERNELS}\n${functions}`;
  const { module, failed, diagnostics } = readModule({ name: "m.relax", text }, {});
  assert.not(failed, diagnostics[0]?.message);
  const sink = new Diagnostics();
  const ready = (await prepareForWasm(module, sink))!;
  const artefact = buildForWasm(ready, sink, { producer: "test", graph });
  return { bytes: artefact && encodeArtefact(artefact), found: sink.all };
}
async function graphOf(functions: string): Promise<Uint8Array> {
  const { bytes, found } = await built(functions, true);
  return bytes ?? assert.unreachable(found.map((d) => d.message).join("\n")) ?? new Uint8Array();
}

const floats = (...values: number[]): Value =>
  tensorValue({
    dtype: float32,
    shape: [values.length],
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
  return "";
};

test("gives what the virtual machine gives, for any sizes", async () => {
  const bytes = await graphOf(CHAIN);
  const [graph, machine] = [loadGraph(bytes, "m"), loadArtefact(bytes, "m")];
  for (const n of [3, 0, 17, 3]) {
    const x = floats(...Array.from({ length: n }, (_, i) => i + 0.5));
    const w = floats(...Array.from({ length: n }, (_, i) => i * i));
    assert.equal(graph.invoke("main", [x, w]), machine.invoke("main", [x, w]));
  }
});

test("the description survives writing and reading", async () => {
  const bytes = await graphOf(CHAIN);
  const [main] = decodeArtefact(bytes, "m").graphs!;
  assert.equal(main!.symbols, ["n"]);
  assert.is(main!.nodes.length, 4);
  assert.equal(encodeArtefact(decodeArtefact(bytes, "m")), bytes);
});

test("one layout for one set of sizes; running takes no memory", async () => {
  const graph = loadGraph(await graphOf(CHAIN), "m");
  const layout = graph.prepare("main", new Map([["n", 4]]));
  assert.is(graph.prepare("main", new Map([["n", 4]])), layout);
  assert.is.not(graph.prepare("main", new Map([["n", 5]])), layout);
  assert.equal(layout.calls.map((c) => c.kernel), ["add", "add", "add", "add"]); // prettier-ignore
  layout.setInput(0, floats(1, 2, 3, 4));
  layout.setInput(1, floats(1, 1, 1, 1));
  layout.run();
  layout.run();
  assert.equal(layout.output(), graph.invoke("main", [floats(1, 2, 3, 4), floats(1, 1, 1, 1)]));
});

test("old layouts give way to new ones, within the limit of memory", async () => {
  const graph = loadGraph(await graphOf(CHAIN), "m", { memoryLimit: 1 << 20 });
  for (let n = 1; n < 2000; n += 20) {
    const x = floats(...new Array<number>(n).fill(1));
    const result = graph.invoke("main", [x, x]);
    const sum = result.kind === "tuple" ? result.fields[0] : undefined;
    assert.is(sum?.kind === "tensor" && sum.data.shape[0], n);
  }
});

test("sizes without values are named", async () => {
  const graph = loadGraph(await graphOf(CHAIN), "m");
  try {
    graph.prepare("main", new Map());
    assert.unreachable();
  } catch (error) {
    const { message, hints } = (error as DiagnosticError).diagnostic;
    assert.match(message, "sizes without values: `n`");
    assert.match(hints[0]!, "--shape n=1");
  }
});

test("arguments that do not fit", async () => {
  const graph = loadGraph(await graphOf(CHAIN), "m");
  assert.is(
    codeOf(() => graph.invoke("main", [floats(1, 2), floats(1)])),
    "RUN108",
  );
  assert.is(
    codeOf(() => graph.invoke("main", [floats(1, 2)])),
    "RUN105",
  );
  assert.is(
    codeOf(() => graph.invoke("none", [])),
    "RUN104",
  );
  const plain = (await built(CHAIN, undefined)).bytes!;
  assert.is(
    codeOf(() => loadGraph(plain, "m")),
    "RUN126",
  );
});

test("a branch is no graph: the build says so, and the machine runs it", async () => {
  const { bytes, found } = await built(BRANCH, true);
  assert.is(bytes, undefined);
  assert.is(found[0]!.code, "GEN120");
  assert.match(found[0]!.message, "branches on a value known only at run time");
  assert.ok(found[0]!.span);
  const program = load((await built(BRANCH, undefined)).bytes!);
  const run = (k: bigint): unknown =>
    program.run("main", { x: Float32Array.of(1, 2), k: BigInt64Array.of(k) });
  assert.equal(run(0n), { data: Float32Array.of(3, 6), shape: [2], dtype: "float32" });
  assert.equal(run(1n), { data: Float32Array.of(2, 4), shape: [2], dtype: "float32" });
});

test("functions that are called are parts of the graph", async () => {
  const bytes = await graphOf(`
    @R.function
    def twice(x: R.Tensor(dtype="float32", ndim=1)) -> R.Tensor(dtype="float32", ndim=1):
        cls = Module
        k = T.int64()
        known = R.match_cast(x, R.Tensor((k,), "float32"))
        y = R.call_tir(cls.add, (known, known), out_sinfo=R.Tensor((k,), "float32"))
        return y

    @R.function(private=True)
    def both(p: R.Tuple(R.Tensor(("i",), "float32"), R.Tensor(("j",), "float32"))) -> R.Tuple(R.Tensor(dtype="float32", ndim=1), R.Tensor(dtype="float32", ndim=1)):
        cls = Module
        a = p[0]
        b = p[1]
        c: R.Tensor(dtype="float32", ndim=1) = cls.twice(a)
        d: R.Tensor(dtype="float32", ndim=1) = cls.twice(b)
        return (d, c)

    @R.function
    def main(x: R.Tensor(("n",), "float32"), w: R.Tensor(("m",), "float32")) -> R.Tuple(R.Tensor(dtype="float32", ndim=1), R.Tensor(dtype="float32", ndim=1)):
        cls = Module
        n = T.int64()
        m = T.int64()
        y: R.Tuple(R.Tensor(dtype="float32", ndim=1), R.Tensor(dtype="float32", ndim=1)) = cls.both((x, w))
        return y
`);
  const [graph, machine] = [loadGraph(bytes, "m"), loadArtefact(bytes, "m")];
  assert.equal(graph.functionNames, ["main"]);
  const args = [floats(1, 2, 3), floats(5)];
  assert.equal(graph.invoke("main", args), machine.invoke("main", args));
  assert.equal(
    graph.prepare("main", new Map([["n", 3], ["m", 1]])).calls.map((c) => c.shapes[0]), // prettier-ignore
    [[3], [1]],
  );
});

test("a function that calls itself is no graph", async () => {
  const { bytes, found } = await built(
    `
    @R.function
    def main(x: R.Tensor((2,), "float32")) -> R.Tensor((2,), "float32"):
        cls = Module
        y: R.Tensor((2,), "float32") = cls.main(x)
        return y
`,
    true,
  );
  assert.is(bytes, undefined);
  assert.match(found[0]!.message, "`main` calls itself");
});

test("functions that double what they call are no graph of any size", async () => {
  const text = Array.from(
    { length: 40 },
    (_, i) => `
    @R.function(private=True)
    def f${i}(x: R.Tensor((2,), "float32")) -> R.Tensor((2,), "float32"):
        cls = Module
        a: R.Tensor((2,), "float32") = cls.${i === 39 ? "leaf" : `f${i + 1}`}(x)
        b: R.Tensor((2,), "float32") = cls.${i === 39 ? "leaf" : `f${i + 1}`}(a)
        return b
`,
  ).join("");
  const { found } = await built(
    `${text}
    @R.function(private=True)
    def leaf(x: R.Tensor((2,), "float32")) -> R.Tensor((2,), "float32"):
        return x

    @R.function
    def main(x: R.Tensor((2,), "float32")) -> R.Tensor((2,), "float32"):
        y: R.Tensor((2,), "float32") = Module.f0(x)
        return y
`,
    true,
  );
  assert.match(found[0]!.message, "more than 100000 bindings");
});

test("scalars are passed anew in each call", async () => {
  const program = load(
    await graphOf(`
    @R.function
    def main(x: R.Tensor(("n",), "float32"), by: R.Prim("float32")) -> R.Tensor(("n",), "float32"):
        cls = Module
        n = T.int64()
        a = R.builtin.alloc_tensor(R.shape([n]), R.dtype("float32"), R.prim_value(0), R.str("global"))
        _ = cls.scale(x, by, a)
        b = R.builtin.alloc_tensor(R.shape([n]), R.dtype("float32"), R.prim_value(0), R.str("global"))
        _1 = cls.scale(a, R.prim_value(T.float32(0.5)), b)
        return b
`),
    { executor: "graph" },
  );
  for (const by of [3, -8]) {
    const { data } = program.run("main", [Float32Array.of(1, 2), by]) as { data: Float32Array };
    assert.equal([...data], [by * 0.5, by]);
  }
});

test("a kernel that stops is told with its place", async () => {
  const graph = loadGraph(
    await graphOf(`
    @R.function
    def main(x: R.Tensor(("n",), "float32")) -> R.Tensor((1,), "float32"):
        cls = Module
        y = R.call_tir(cls.third, (x,), out_sinfo=R.Tensor((1,), "float32"))
        return y
`),
    "m",
  );
  assert.is(
    codeOf(() => graph.invoke("main", [floats(1)])),
    "RUN110",
  );
  assert.is(
    codeOf(() => graph.invoke("main", [floats(1, 2, 3)])),
    "",
  );
});

for (const executor of ["vm", "graph"] as const) {
  test(`programs on typed arrays (${executor})`, async () => {
    const program = load(await graphOf(CHAIN), { executor });
    const [main] = program.functions;
    assert.is(main!.name, "main");
    assert.equal(main!.params[0], {
      name: "x",
      type: { kind: "tensor", dtype: "float32", shape: ["n"] },
    });
    const [x, w] = [Float32Array.of(1, 2), Float32Array.of(10, 20)];
    const expected = [
      { data: Float32Array.of(53, 106), shape: [2], dtype: "float32" },
      { data: Float32Array.of(21, 42), shape: [2], dtype: "float32" },
    ];
    assert.equal(program.run("main", { x, w }), expected);
    assert.equal(program.run("main", [x, { data: w, shape: [2] }]), expected);
    const steps = program.prepare("main");
    assert.is(
      codeOf(() => steps.invoke()),
      "RUN131",
    );
    steps.setInput("w", w);
    steps.setInput(0, x);
    steps.invoke();
    assert.equal(steps.getOutput(1), expected[1]);
    steps.setInput("x", Float32Array.of(0, 0));
    // Another caller of the same layout must not change what is set here.
    program.run("main", { x: w, w: x });
    steps.invoke();
    const second = { ...expected[1], data: Float32Array.of(20, 40) };
    assert.equal(steps.getOutput(1), second);
    // What was taken, and what was handed over, belongs to the caller.
    const taken = steps.getOutput(1) as Tensor;
    const given = Float32Array.of(1, 2);
    steps.setInput("x", given);
    given.fill(7);
    steps.invoke();
    assert.equal(steps.getOutput(1), expected[1]);
    assert.equal(taken, second);
    // A call of somebody else leaves the result that was not taken yet.
    program.run("main", { x: w, w: x });
    assert.equal(steps.getOutput(1), expected[1]);
    assert.is(
      codeOf(() => program.run("main", { x, v: w })),
      "RUN130",
    );
    assert.is(
      codeOf(() => program.run("main", { x })),
      "RUN131",
    );
    assert.is(
      codeOf(() => program.run("main", { x, w: Float64Array.of(1, 2) })),
      "RUN132",
    );
    assert.is(
      codeOf(() => program.run("main", { x, w: { data: w, shape: [3] } })),
      "RUN132",
    );
    program.dispose();
    assert.is(
      codeOf(() => program.run("main", { x, w })),
      "RUN129",
    );
  });

  test(`times of kernels (${executor})`, async () => {
    let clock = 0;
    const profiler = makeProfiler(() => (clock += 0.5));
    const program = load(await graphOf(CHAIN), { executor, profiler });
    program.run("main", [Float32Array.of(1), Float32Array.of(1)]);
    const rows = summarise(profiler.calls);
    assert.equal(rows, [
      { kernel: "add", shapes: [[1], [1], [1]], calls: 4, total: 2000, mean: 500, share: 1 },
    ]);
    assert.match(profileText(rows), /add +4 +2000\.0 +500\.00 +100\.0 % +\(1,\) \(1,\) \(1,\)\n$/);
    const trace = JSON.parse(traceJson(profiler.calls)) as { traceEvents: { ph: string; dur?: number }[] }; // prettier-ignore
    assert.equal(trace.traceEvents.filter((e) => e.ph === "X").map((e) => e.dur), [500, 500, 500, 500]); // prettier-ignore
  });
}

test("damaged descriptions are refused, never run", async () => {
  const bytes = await graphOf(CHAIN);
  const artefact = decodeArtefact(bytes, "m");
  const [main] = artefact.graphs!;
  const n = { symbol: "n", id: 0 };
  const wrong = [
    { ...main!, views: main!.views.map((v) => ({ ...v, index: 99 })) },
    { ...main!, views: main!.views.map((v) => ({ ...v, offset: { value: 1 << 20 } })) },
    { ...main!, storages: main!.storages.map(() => ({ value: 1 })) },
    { ...main!, storages: main!.storages.map(() => ({ op: "sub" as const, args: [{ value: 0 }, n] })) }, // prettier-ignore
    { ...main!, nodes: [{ kernel: "add", args: [] }] },
    { ...main!, nodes: [{ kernel: "none", args: [] }] },
    { ...main!, views: main!.views.map((v) => ({ ...v, dtype: "int8" })) },
    { ...main!, computed: [{ symbol: "n", id: 7 }] },
  ];
  for (const graph of wrong) {
    const damaged = encodeArtefact({ ...artefact, graphs: [graph] });
    const code = codeOf(() => loadGraph(damaged, "m").invoke("main", [floats(1, 2), floats(3, 4)]));
    assert.match(code, /^RUN1/);
  }
});

test("the runtime's bundle needs nothing of Node", async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: ["src/runtime/index.ts"],
    bundle: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "esm",
    write: false,
    metafile: true,
  });
  for (const { imports } of Object.values(metafile.outputs))
    assert.equal(imports.filter((i) => i.external).map((i) => i.path), []); // prettier-ignore
  const { text } = outputFiles[0]!;
  for (const name of builtinModules) assert.not.match(text, `from "${name}"`);
  assert.not.match(text, /\bfrom "node:|\brequire\(|\bprocess\./);
  const made = (await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`)) as { load: typeof load }; // prettier-ignore
  const program = made.load(await graphOf(CHAIN), { executor: "graph" });
  const result = program.run("main", [Float32Array.of(1), Float32Array.of(2)]);
  assert.equal(result, [
    { data: Float32Array.of(13), shape: [1], dtype: "float32" },
    { data: Float32Array.of(5), shape: [1], dtype: "float32" },
  ]);
});

test.run();
