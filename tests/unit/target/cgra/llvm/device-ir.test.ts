import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PrimFunc } from "../../../../../src/ir/tir/function.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { parseModule } from "../../../../../src/syntax/index.js";
import { kernelFunctions } from "../../../../../src/target/cgra/extract/kernel-functions.js";
import { preset } from "../../../../../src/target/cgra/index.js";
import { deviceIr } from "../../../../../src/target/cgra/llvm/emit.js";
import { randomArguments } from "../../../../../src/testing/cgra.js";
import {
  deviceText,
  installedLlvm,
  kernelDifference,
  misreading,
  nativeKernels,
} from "../../../../../src/testing/device-ir.js";
import { deviceIrCampaign } from "../../../../../src/testing/fuzz/device-ir.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";
import { bitcode } from "../../../../../src/driver/native.js";
import { BINDINGS_LLVM, bitcodeByBindings } from "../../../../../src/native/llvm/bindings.js";
import { bitcodeOf } from "../../../../../src/native/llvm/bitcode.js";
import { IrError } from "../../../../../src/native/llvm/compile.js";
import { llvmLibrary } from "../../../../../src/native/llvm/library.js";
import { hasLlvmBindings, hasNative } from "../../../../../src/testing/native.js";

const test = suite("device IR");

const kernelsOf = (text: string): readonly PrimFunc[] => {
  const sink = new Diagnostics();
  const module = parseModule({ name: "k.relax", text }, sink);
  const kernels = kernelFunctions(module, sink);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  return kernels;
};
const fabric = preset("npu-6x6")!;
const textOf = (kernels: readonly PrimFunc[], pointers?: "typed" | "opaque"): string =>
  deviceText(kernels, fabric, pointers);
const folder = (name: string): string => join("node_modules", ".cache", "device-ir", name);

/** Bytes, words, floats; conditions, edges of loops, variables, every kind of division, dot products. */
const PROGRAMS: Readonly<Record<string, string>> = {
  divisions: `
@T.prim_func
def main(X: T.Buffer((64,), "int32"), Y: T.Buffer((64,), "int32")):
    for i in T.serial(64, annotations={"cgra.kernel": "divisions"}):
        v: T.let[T.int32] = X[i] - 60
        Y[i] = v // 7 + (v % 7) * 100 + T.truncdiv(v, 5) * 1000 + T.truncmod(v, 5) + v // 8 + v % 8
`,
  conditions: `
@T.prim_func
def main(X: T.Buffer((40,), "int8"), Y: T.Buffer((40,), "int32"), n: T.int32):
    for i in T.serial(n, annotations={"cgra.kernel": "conditions"}):
        if X[i] > T.int8(10):
            if i < 39 and X[i + 1] > T.int8(0):
                Y[i] = T.Cast("int32", X[i]) * 3
            else:
                Y[i] = T.if_then_else(i >= 1, Y[i - 1], 7)
        Y[i] = T.max(T.min(Y[i], 100), -5)
`,
  sums: `
@T.prim_func
def main(A: T.Buffer((12, 9), "float32"), S: T.Buffer((12,), "float32")):
    for i in T.serial(12, annotations={"cgra.kernel": "sums"}):
        acc = T.alloc_buffer((2,), "float32", scope="local")
        acc[0] = T.float32(0)
        acc[1] = T.float32(-100)
        for j in range(9):
            acc[0] = acc[0] + A[i, j] * A[i, j]
            acc[1] = T.max(acc[1], A[i, j])
        S[i] = acc[0] - acc[1]
`,
  dots: `
@T.prim_func
def main(A: T.Buffer((8, 16), "int8"), B: T.Buffer((8, 16), "int8"), C: T.Buffer((8, 8), "int32")):
    for i in T.serial(8, annotations={"cgra.kernel": "dots"}):
        for j in range(8):
            acc = T.alloc_buffer((1,), "int32", scope="local")
            acc[0] = 0
            for k in range(4):
                acc[0] = T.dp4a(A[i, T.ramp(k * 4, 1, 4)], B[j, T.ramp(k * 4, 1, 4)], acc[0])
            C[i, j] = T.q_multiply_shift(acc[0], 1518500250, 31, -2)
`,
};

for (const [name, text] of Object.entries(PROGRAMS))
  test(`${name} are the same natively and interpreted`, () => {
    if (!hasNative()) return;
    const kernels = kernelsOf(text);
    const library = nativeKernels(kernels, fabric, folder(name));
    const random = makeRandom(5);
    for (const func of kernels)
      for (let n = 0; n < 6; n++) {
        const { args } = randomArguments(func, { n: n * 7 }, random, 127);
        const reason = kernelDifference(func, args, (own) => library.run(func.name, own));
        assert.is(reason, undefined);
      }
  });

test("the kernels of the samples are the same natively and interpreted", () => {
  if (!hasNative()) return;
  const samples = join("samples", "cgra", "flow");
  // Their subscripts are read from memory.
  const files = readdirSync(samples).filter((f) => !/spmv|histogram/.test(f));
  const kernels = files.flatMap((f) => kernelsOf(readFileSync(join(samples, f), "utf8")));
  assert.ok(kernels.length >= 8);
  const library = nativeKernels(kernels, fabric, folder("flow"));
  for (const func of kernels) {
    const { args } = randomArguments(func, {}, makeRandom(9), 127);
    assert.is(
      kernelDifference(func, args, (own) => library.run(func.name, own)),
      undefined,
      func.name,
    );
  }
});

test("generated nests are the same natively and interpreted", () => {
  if (!hasNative()) return;
  const { failures, equal } = deviceIrCampaign.run(40, 3, () => undefined);
  assert.equal(failures.map((f) => `${f.index}: ${f.reason}`), []); // prettier-ignore
  assert.ok(equal!["libLLVM"]! > 30);
});

test("what a kernel did not compute shows", () => {
  const [func] = kernelsOf(PROGRAMS["divisions"]!);
  const { args } = randomArguments(func!, {}, makeRandom(2), 127);
  assert.match(kernelDifference(func!, args, () => undefined) ?? "", /argument 1/);
});

test("each version of LLVM that is installed reads the spelling it is meant for", () => {
  const kernels = Object.entries(PROGRAMS).flatMap(([name, text]) =>
    kernelsOf(text).map((k) => ({ ...k, name })),
  );
  for (const version of installedLlvm())
    for (const pointers of ["typed", "opaque"] as const)
      if ((pointers === "typed") === version <= 14)
        assert.is(misreading(version, textOf(kernels, pointers)), undefined, `LLVM ${version}`);
});

test("both spellings of pointers differ in nothing else", () => {
  const kernels = kernelsOf(PROGRAMS["sums"]!);
  const typed = textOf(kernels);
  assert.match(typed, /float\* noalias nocapture align 64/);
  const opaque = textOf(kernels, "opaque");
  assert.not.match(opaque, /\*/);
  assert.is(typed.replaceAll("float*", "ptr"), opaque);
});

test("modules are written as bitcode", () => {
  if (!hasNative()) return;
  const bytes = bitcodeOf(textOf(kernelsOf(PROGRAMS["dots"]!)));
  assert.equal([...bytes.subarray(0, 4)], [0x42, 0x43, 0xc0, 0xde]);
  assert.throws(() => bitcodeOf("define void @f() {\n  ret i32 0\n}\n"));
});

test("llvm-bindings verifies modules and writes the same bitcode", () => {
  if (!hasLlvmBindings()) return;
  const kernels = Object.entries(PROGRAMS).flatMap(([name, source]) =>
    kernelsOf(source).map((k) => ({ ...k, name })),
  );
  const text = textOf(kernels);
  const written = bitcodeByBindings(text);
  assert.equal([...written.subarray(0, 4)], [0x42, 0x43, 0xc0, 0xde]);
  if (hasNative() && llvmLibrary().version === BINDINGS_LLVM)
    assert.ok(Math.abs(written.length - bitcodeOf(text).length) < 200);
  assert.throws(
    () => bitcodeByBindings("define void @f() {\n  %x = add i32 %x, 1\n  ret void\n}\n"),
    (error: unknown) => error instanceof IrError,
  );
});

test("pointers without types are refused where LLVM does not read them", () => {
  if (!hasNative()) return;
  const text = textOf(kernelsOf(PROGRAMS["dots"]!), "opaque");
  const sink = new Diagnostics();
  const bytes = bitcode(text, "opaque", sink);
  const codes = sink.all.map((d) => d.code);
  if (llvmLibrary().version >= 15) assert.equal([bytes !== undefined, codes], [true, []]);
  else assert.equal([bytes, codes], [undefined, ["CFG090"]]);
});

test("what devices are told of a loop stands at its latch", () => {
  const text = textOf(kernelsOf(PROGRAMS["sums"]!));
  assert.match(text, /br i1 %t\d+, label %body1, label %exit1, !llvm\.loop !\d+/);
  assert.match(text, /!"relax\.cgra\.trip", i32 9, i32 9, i32 9/);
  assert.is(text.match(/!llvm\.loop/g)!.length, 1);
});

test("types that devices lack are refused", () => {
  const sink = new Diagnostics();
  const kernels = kernelsOf(PROGRAMS["sums"]!.replaceAll("float32", "float64"));
  assert.is(deviceIr(kernels, fabric, sink), undefined);
  assert.match(sink.all[0]!.message, /float64 cannot be written as LLVM IR/);
});

test("integers that may not fit registers are refused, or need sizes for which they fit", () => {
  const sum = (type: string): string => `
@T.prim_func
def main(A: T.Buffer((4096,), "${type}"), C: T.Buffer((1,), "int32"), k: T.int64):
    acc = T.alloc_buffer((1,), "int64", scope="local")
    for i in T.serial(k, annotations={"cgra.kernel": "total"}):
        if i == 0:
            acc[0] = T.int64(0)
        acc[0] = acc[0] + T.Cast("int64", A[i]) * T.Cast("int64", A[i])
        C[0] = T.Cast("int32", acc[0])
`;
  const sink = new Diagnostics();
  assert.is(deviceIr(kernelsOf(sum("int32")), fabric, sink), undefined);
  assert.equal(sink.all.map((d) => d.code), ["MAP119"]); // prettier-ignore
  assert.match(textOf(kernelsOf(sum("int8"))), /; To be launched where k \* 16384 <= 2147483647\./);
});

test.run();
