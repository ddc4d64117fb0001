import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileVm } from "../../../src/target/vm/index.js";
import { elaborate } from "../../../src/syntax/index.js";
import { parseText } from "../../../grammar/index.js";
import { interpret } from "../../../src/interp/index.js";
import type { IRModule } from "../../../src/ir/module.js";
import { makeMachine, type Machine, type MachineOptions } from "../../../src/runtime/vm/machine.js";
import { memoryDevice, type Device, type HostKernel } from "../../../src/runtime/vm/device.js";
import { dumpExecutable } from "../../../src/runtime/vm/dump.js";
import { makeSession } from "../../../src/runtime/vm/session.js";
import { DiagnosticError, Diagnostics, type Diagnostic } from "../../../src/support/diagnostic.js";
import { bool, float32, handle, int64 } from "../../../src/support/dtype.js";
import {
  intValue,
  shapeValue,
  tensorValue,
  tupleValue,
  type TensorValue,
  type Value,
} from "../../../src/support/value.js";

const vm = suite("runtime: the virtual machine");

const read = (text: string): IRModule => {
  const source = { name: "test.relax", text };
  const sink = new Diagnostics();
  const module = elaborate(parseText(source, sink), source, sink);
  assert.equal(sink.all.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  return module;
};

const floats = (...values: readonly number[]): TensorValue =>
  tensorValue({
    dtype: float32,
    shape: [values.length],
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
const numbers = (v: Value): number[] =>
  v.kind === "tensor"
    ? [...new Float32Array(v.data.bytes.slice().buffer)]
    : (assert.unreachable() as never);

/** C[i] = A[i] + B[i] */
const addKernel: HostKernel = {
  info: {
    name: "add",
    params: [
      ...["A", "B", "C"].map((name, index) => ({ name, role: "pointer" as const, dtype: handle, index })), // prettier-ignore
      { name: "n", role: "symbol", dtype: int64, source: { param: 0, field: "shape", axis: 0 } },
    ],
  },
  run(memory, args) {
    const [a, b, c, n] = args.map(Number) as [number, number, number, number];
    const view = (at: number): Float32Array => new Float32Array(memory.buffer, at, n);
    const [x, y, z] = [view(a), view(b), view(c)];
    for (let i = 0; i < n; i++) z[i] = x[i]! + y[i]!;
    return { ok: true, value: undefined };
  },
};

const ADD = `
@T.prim_func
def add(a: T.handle, b: T.handle, c: T.handle):
    n = T.int64()
    A = T.match_buffer(a, (n,), "float32")
    B = T.match_buffer(b, (n,), "float32")
    C = T.match_buffer(c, (n,), "float32")
    for i in T.serial(n):
        C[i] = A[i] + B[i]
`;
const moduleOf = (relax: string): IRModule => {
  const lines = `${ADD}${relax}`.split("\n").map((line) => (line === "" ? "" : `    ${line}`));
  return read(`@I.ir_module\nclass Module:\n${lines.join("\n")}\n`);
};

/** Counts what is allocated and not yet given back. */
const counted = (device: Device): Device & { readonly live: () => number } => {
  let live = 0;
  return {
    ...device,
    alloc: (bytes) => (live++, device.alloc(bytes)),
    free: (address) => (live--, device.free(address)),
    live: () => live,
  };
};

const load = (
  module: IRModule,
  options: MachineOptions = {},
  device = memoryDevice([addKernel]),
): Machine => {
  const sink = new Diagnostics();
  const executable = compileVm(module, sink);
  assert.equal(sink.all.map((d) => d.message), []); // prettier-ignore
  return makeMachine(executable!, device, options);
};
const failure = (run: () => unknown): Diagnostic => {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic;
    throw error;
  }
  return assert.unreachable("it did not fail") as never;
};

const CHAIN = `
@R.function
def main(x: R.Tensor(("n",), "float32")) -> R.Tensor(("n",), "float32"):
    n = T.int64()
    cls = Module
    with R.dataflow():
        a = R.call_tir(cls.add, (x, x), out_sinfo=R.Tensor((n,), "float32"))
        b = R.call_tir(cls.add, (a, x), out_sinfo=R.Tensor((n,), "float32"))
        c = R.call_tir(cls.add, (b, a), out_sinfo=R.Tensor((n,), "float32"))
        R.output(c)
    return c
`;

vm("runs a chain for several sizes, and gives all memory back", () => {
  const device = counted(memoryDevice([addKernel]));
  const machine = load(moduleOf(CHAIN), {}, device);
  for (const values of [[1], [1, 2, 3], [], [4, 5]]) {
    assert.equal(numbers(machine.invoke("main", [floats(...values)])), values.map((v) => 5 * v)); // prettier-ignore
    assert.is(device.live(), 0);
  }
});

vm("registers are used again", () => {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const from = i === 0 ? "x" : `v${i - 1}`;
    return `    v${i} = R.call_tir(Module.add, (${from}, x), out_sinfo=R.Tensor((3,), "float32"))`;
  });
  const text = `
@R.function
def main(x: R.Tensor((3,), "float32")) -> R.Tensor((3,), "float32"):
${lines.join("\n")}
    return v39
`;
  const sink = new Diagnostics();
  const executable = compileVm(moduleOf(text), sink)!;
  const main = executable.functions.find((f) => f.name === "main")!;
  assert.ok(main.kind === "vm" && main.registers <= 4, dumpExecutable(executable));
  const machine = makeMachine(executable, memoryDevice([addKernel]));
  assert.equal(numbers(machine.invoke("main", [floats(1, 2, 3)])), [41, 82, 123]);
});

vm("entry errors name parameter, symbol and where it was bound, and have a place", () => {
  const text = `
@R.function
def main(x: R.Tensor(("n",), "float32"), y: R.Tensor(("n * 2",), "float32")):
    return y
`;
  const machine = load(moduleOf(text));
  assert.ok(machine.invoke("main", [floats(1), floats(1, 2)]));
  const d = failure(() => machine.invoke("main", [floats(1), floats(1, 2, 3)]));
  assert.is(d.message, "axis 0 of `y` of `main` is 3, but `n * 2` is 2");
  assert.equal(d.notes, ["\`n\` was bound by \`x\`"]);
  assert.is(d.span?.source.name, "test.relax");
  const kind = failure(() => machine.invoke("main", [intValue(1, int64), floats(1)]));
  assert.match(kind.message, "parameter `x` of `main` takes a tensor, but got the int64 1");
});

vm("a kernel's arguments are checked before it runs", () => {
  const text = `
@R.function(pure=False)
def main(x: R.Tensor(ndim=1, dtype="float32"), y: R.Tensor(ndim=1, dtype="float32")):
    z = R.call_tir(Module.add, (x, y), out_sinfo=R.Tensor((2,), "float32"))
    return z
`;
  const machine = load(moduleOf(text));
  assert.equal(numbers(machine.invoke("main", [floats(1, 2), floats(3, 4)])), [4, 6]);
  const d = failure(() => machine.invoke("main", [floats(1, 2), floats(3, 4, 5)]));
  assert.is(d.message, "axis 0 of `B` of `add` is 3, but `n` is 2");
});

const RECURSIVE = `
@R.function(pure=False)
def main(x: R.Tensor((1,), "float32"), again: R.Tensor((), "bool")) -> R.Tensor((1,), "float32"):
    if again:
        y = R.call_tir(Module.add, (x, x), out_sinfo=R.Tensor((1,), "float32"))
        more = R.call_packed("more", y, sinfo_args=R.Tensor((), "bool"))
        deep = Module.main(y, more)
        r = deep
    else:
        r = x
    return r
`;
const flag = (value: boolean): Value =>
  tensorValue({ dtype: bool, shape: [], bytes: Uint8Array.of(value ? 1 : 0) });
const boolHost =
  (limit: number) =>
  (_: unknown, [x]: readonly Value[]): Value =>
    flag(numbers(x!)[0]! < limit);

vm("branches, recursion and host functions", () => {
  const module = moduleOf(RECURSIVE);
  const device = counted(memoryDevice([addKernel]));
  const executable = compileVm(module, new Diagnostics())!;
  const machine = makeMachine(executable, device, { hosts: new Map([["more", boolHost(100)]]) });
  assert.equal(numbers(machine.invoke("main", [floats(3), flag(true)])), [192]);
  assert.equal(numbers(machine.invoke("main", [floats(3), flag(false)])), [3]);
  assert.is(device.live(), 0);
});

vm("endless recursion and long runs stop with a diagnostic, and memory is given back", () => {
  const module = moduleOf(RECURSIVE);
  const hosts = new Map([["more", boolHost(Infinity)]]);
  const device = counted(memoryDevice([addKernel]));
  const deep = makeMachine(compileVm(module, new Diagnostics())!, device, {
    hosts,
    depthLimit: 50,
  });
  assert.is(failure(() => deep.invoke("main", [floats(0), flag(true)])).code, "RUN117");
  assert.is(device.live(), 0);
  const long = load(module, { hosts, stepLimit: 200 });
  assert.is(failure(() => long.invoke("main", [floats(0), flag(true)])).code, "RUN116");
});

vm("missing host functions are named before anything runs", () => {
  assert.match(failure(() => load(moduleOf(RECURSIVE))).message, "`more`");
});

vm("closures take the values of their function", () => {
  const text = `
@R.function(pure=False)
def main(x: R.Tensor(("n",), "float32"), y: R.Tensor(("n",), "float32")):
    n = T.int64()
    @R.function(pure=False)
    def twice(z: R.Tensor((n,), "float32")) -> R.Tensor((n,), "float32"):
        s = R.call_tir(Module.add, (z, y), out_sinfo=R.Tensor((n,), "float32"))
        return s
    a = twice(x)
    b = twice(a)
    t = (a, b)
    return t
`;
  const module = moduleOf(text);
  const machine = load(module);
  const args = [floats(1, 2), floats(10, 20)];
  const value = machine.invoke("main", args);
  const wanted = interpret(module, "main", args);
  assert.ok(wanted.ok);
  assert.is(value.kind, "tuple");
  if (value.kind === "tuple") {
    assert.equal(value.fields.map(numbers), [
      [11, 22],
      [21, 42],
    ]);
  }
});

vm("shapes are computed and matched", () => {
  const text = `
@R.function(pure=False)
def main(s: R.Shape(["n", "m"])):
    n = T.int64()
    m = T.int64()
    k = T.int64()
    t = R.shape([n * m + 1, n // 2, T.max(n, m)])
    u = R.match_cast(t, R.Shape([k, n // 2, T.max(n, m)]))
    v = R.shape([k % n])
    return (u, v)
`;
  const machine = load(moduleOf(text));
  assert.equal(
    machine.invoke("main", [shapeValue([5, 3])]),
    tupleValue([shapeValue([16, 2, 5]), shapeValue([1])]),
  );
  assert.is(failure(() => machine.invoke("main", [shapeValue([0, 3])])).code, "RUN124");
});

vm("inputs, invocation and outputs in steps", () => {
  const machine = load(moduleOf(CHAIN));
  const session = makeSession(machine);
  assert.is(failure(() => session.invokeStateful("main")).code, "RUN120");
  assert.is(failure(() => session.setInput("main", [])).code, "RUN105");
  session.setInput("main", [floats(2)]);
  assert.is(failure(() => session.getOutput("main")).code, "RUN121");
  session.invokeStateful("main");
  assert.equal(numbers(session.getOutput("main")), [10]);
  assert.is(session.getOutputArity("main"), -1);
  assert.is(failure(() => session.getOutput("main", 0)).code, "RUN122");
});

vm.run();
