import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { IRModule } from "../../../../src/ir/module.js";
import { interpret } from "../../../../src/interp/index.js";
import type { NativeInstance } from "../../../../src/native/instance.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype } from "../../../../src/support/dtype.js";
import { intValue, tensorValue, type Value } from "../../../../src/support/value.js";
import { parseModule } from "../../../../src/syntax/index.js";
import { compileLlvm } from "../../../../src/target/llvm/index.js";
import { compareNative } from "../../../../src/testing/fuzz/llvm.js";
import { programAt } from "../../../../src/testing/fuzz/wasm.js";
import { hasNative, nativeInstance, plainMachine } from "../../../../src/testing/native.js";

const test = suite("llvm: kernels");
const native = hasNative();

const read = (text: string): IRModule => {
  const sink = new Diagnostics();
  const module = parseModule({ name: "test.relax", text }, sink);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  return module;
};

const floats = (values: readonly number[], shape = [values.length]): Value =>
  tensorValue({
    dtype: dtype("float32"),
    shape,
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
const counted = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 0.75 - 3);

/** Runs on the interpreter and natively, and compares what is stored. */
function agrees(module: IRModule, args: () => Value[], instance: NativeInstance): void {
  const [expected, actual] = [args(), args()];
  const outcome = interpret(module, "main", expected, {});
  assert.ok(outcome.ok);
  assert.ok(runPrimFunc(instance, "main", actual).ok);
  assert.equal(actual, expected);
}

const TAIL = `
@T.prim_func
def main(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
    n = T.int64()
    for i in range((n + 15) // 16):
        for j in T.vectorized(16):
            if i * 16 + j < n:
                B[i * 16 + j] = T.exp(A[i * 16 + j]) + T.float32(1)
`;

const PARALLEL = `
@T.prim_func
def main(A: T.Buffer(("n", 40), "float32"), B: T.Buffer(("n", 40), "float32"), d: T.int32):
    n = T.int64()
    scale = T.alloc_buffer((40,), "float32")
    for j in range(40):
        scale[j] = T.float32(0.5)
    for i in T.parallel(n):
        row = T.alloc_buffer((40,), "float32")
        for j in range(40):
            row[j] = A[i, j] * scale[j]
        for j in range(40):
            B[i, j] = row[(j + 1) % 40] + T.Cast("float32", j // d)
`;

if (native) {
  test("generated programs give what the interpreter gives", () => {
    for (let index = 0; index < 10; index++)
      assert.is(compareNative(programAt(7, index)), undefined, `program ${index}`);
  });

  test("conditions that differ between lanes become masks", () => {
    const module = read(TAIL);
    const compiled = compileLlvm(module, new Diagnostics(), { machine: plainMachine() });
    assert.match(compiled!.text, /@llvm\.masked\.store\.v16f32/);
    const instance = nativeInstance(module);
    for (const n of [0, 1, 15, 16, 17, 50])
      agrees(module, () => [floats(counted(n)), floats(new Array<number>(n).fill(-1))], instance);
    instance.dispose();
  });

  test("iterations of a parallel loop are shared among threads", () => {
    const module = read(PARALLEL);
    for (const threads of [1, 3]) {
      const instance = nativeInstance(module, { threads });
      for (const n of [0, 1, 2, 7])
        agrees(
          module,
          () => [
            floats(counted(n * 40), [n, 40]),
            floats(new Array<number>(n * 40).fill(0), [n, 40]),
            intValue(3, dtype("int32")),
          ],
          instance,
        );
      instance.dispose();
    }
  });

  test("what stops in a part of a parallel loop stops the kernel", () => {
    const instance = nativeInstance(read(PARALLEL), { threads: 2 });
    const zeros = floats(new Array<number>(160).fill(0), [4, 40]);
    const result = runPrimFunc(instance, "main", [zeros, zeros, intValue(0, dtype("int32"))]);
    assert.not(result.ok);
    assert.is(result.ok ? "" : result.reason?.kind, "division-by-zero");
    instance.dispose();
  });

  test("a sequence tells which of its calls stopped", () => {
    const text = `
@T.prim_func
def main(A: T.Buffer((1,), "int32"), d: T.int32):
    A[0] = A[0] + 12 // d
`;
    const instance = nativeInstance(read(text));
    const at = instance.heap.alloc(4);
    const call = (d: number) => ({ name: "main", args: [at, d] });
    const sequence = instance.sequence([call(3), call(4), call(0), call(1)]);
    assert.is(sequence.run()?.call, 2);
    assert.is(new Int32Array(instance.bytes().buffer, at, 1)[0], 7);
    sequence.set(2, 1, 6);
    assert.is(sequence.run(), undefined);
    assert.is(new Int32Array(instance.bytes().buffer, at, 1)[0], 7 + 4 + 3 + 2 + 12);
    instance.dispose();
  });

  test("products of bytes are summed by one instruction where there is one", () => {
    const text = `
@T.prim_func
def main(A: T.Buffer((64,), "uint8"), B: T.Buffer((64,), "int8"), C: T.Buffer((16,), "int32")):
    C[0:16] = T.dp4a(A[0:64], B[0:64], C[0:16], dtype="int32x16")
`;
    const sink = new Diagnostics();
    const module = parseModule({ name: "test.relax", text }, sink);
    if (sink.failed) return;
    const machine = { ...plainMachine(), processor: "icelake-server", vectorBits: 512, vnni: true };
    const compiled = compileLlvm(module, sink, { machine });
    assert.match(compiled?.text ?? "", /@llvm\.x86\.avx512\.vpdpbusd\.512/);
  });
}

test("from version 15 on there is one type of pointer", () => {
  const machine = {
    llvmVersion: 15,
    processor: "x86-64",
    features: "",
    vectorBits: 128,
    fma: true,
    vnni: false,
  };
  const text = compileLlvm(read(PARALLEL), new Diagnostics(), { machine })!.text;
  assert.not.match(text, /i8\*|float\*|bitcast/);
  assert.match(text, /define i32 @entry\.main\(ptr %block, ptr %context\)/);
});

test("what has no native form is said at its place", () => {
  const text = `
@T.prim_func
def main(A: T.Buffer((4,), "float32")):
    A[0] = T.call_extern("float32", "somewhere", A[1])
`;
  const sink = new Diagnostics();
  const machine = { llvmVersion: 14, processor: "x86-64", features: "", vectorBits: 128, fma: true, vnni: false }; // prettier-ignore
  assert.is(compileLlvm(read(text), sink, { machine }), undefined);
  assert.equal(
    sink.all.map((d) => d.code),
    ["GEN130"],
  );
});

test.run();
