import { suite } from "uvu";
import * as assert from "uvu/assert";
import { interpret } from "../../../../src/interp/index.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { instantiate } from "../../../../src/runtime/wasm/instance.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import type { NDArray } from "../../../../src/support/ndarray.js";
import { tensorValue } from "../../../../src/support/value.js";
import { parseModule } from "../../../../src/syntax/index.js";
import { boundGuards, compileWasm } from "../../../../src/target/wasm/index.js";
import { tensor } from "./build.js";

const test = suite("wasm: register tiles and pointers");

/** Numbers in [−1, 1) that do not repeat soon. */
const noise = (count: number, salt: number): number[] =>
  Array.from({ length: count }, (_, k) => ((k * 37 + salt * 101) % 251) / 125.5 - 1);

/** Runs the module's only function compiled and interpreted on copies of the tensors; both must agree bit for bit. */
function agree(text: string, tensors: readonly NDArray[]): Uint8Array {
  const sink = new Diagnostics();
  const module = parseModule({ name: "t.relax", text }, sink);
  const [name] = module.functions.keys();
  const compiled = compileWasm(module, sink, { guards: boundGuards });
  assert.ok(compiled, sink.all.map((d) => d.message).join("\n"));
  const copies = (): NDArray[] => tensors.map((t) => ({ ...t, bytes: t.bytes.slice() }));
  const [mine, theirs] = [copies(), copies()];
  const outcome = runPrimFunc(
    instantiate(compiled),
    name!,
    mine.map((t) => tensorValue(t)),
  );
  assert.ok(outcome.ok, JSON.stringify(outcome));
  const expected = interpret(
    module,
    name!,
    theirs.map((t) => tensorValue(t)),
  );
  assert.ok(expected.ok, JSON.stringify(expected));
  mine.forEach((t, k) => assert.equal(t.bytes, theirs[k]!.bytes, `tensor ${k}`));
  return compiled.bytes;
}

const gemm = (
  sizes: string,
  dims: { a: string; b: string; c: string; m: string; n: string; k: string },
) => `
@T.prim_func
def gemm(A: T.Buffer(${dims.a}, "float32"), B: T.Buffer(${dims.b}, "float32"), C: T.Buffer(${dims.c}, "float32")):
${sizes}    acc = T.alloc_buffer((4, 8), "float32", scope="local")
    for jo in range(${dims.n}):
        for io in range(${dims.m}):
            for i in T.unroll(4):
                for j in T.vectorized(8):
                    acc[i, j] = T.float32(0)
            for p in range(${dims.k}):
                for i in T.unroll(4):
                    for j in T.vectorized(8):
                        acc[i, j] = acc[i, j] + A[io * 4 + i, p] * B[jo, p, j]
            for i in T.unroll(4):
                for j in T.vectorized(8):
                    C[io * 4 + i, jo * 8 + j] = acc[i, j]
`;
const scratch = "stack.alloc";
const usesScratch = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes).includes("scratch_left") || Buffer.from(bytes).includes(scratch);

test("a tile of accumulators lives in registers", () => {
  const dims = { a: "(8, 5)", b: "(3, 5, 8)", c: "(8, 24)", m: "2", n: "3", k: "5" };
  const bytes = agree(gemm("", dims), [
    tensor("float32", noise(40, 1), [8, 5]),
    tensor("float32", noise(120, 2), [3, 5, 8]),
    tensor("float32", noise(192, 3), [8, 24]),
  ]);
  assert.not(usesScratch(bytes));
});

test("so it does where sizes are symbols, also when nothing is to be summed", () => {
  const sizes = ["m", "n", "k", "n8"].map((s) => `    ${s} = T.int64()\n`).join("");
  const dims = {
    a: '("m", "k")',
    b: '("n8", "k", 8)',
    c: '("m", "n")',
    m: "m // 4",
    n: "n // 8",
    k: "k",
  };
  for (const [m, n, k] of [
    [12, 16, 7],
    [4, 8, 1],
    [4, 8, 0],
    [0, 8, 3],
  ] as const) {
    const bytes = agree(gemm(sizes, dims), [
      tensor("float32", noise(m * k, 1), [m, k]),
      tensor("float32", noise(n * k, 2), [n / 8, k, 8]),
      tensor("float32", noise(m * n, 3), [m, n]),
    ]);
    assert.not(usesScratch(bytes));
  }
});

test("a tile that is read beyond its pieces stays in memory", () => {
  const text = `
@T.prim_func
def shifted(A: T.Buffer((8,), "float32")):
    acc = T.alloc_buffer((8,), "float32", scope="local")
    for j in T.vectorized(8):
        acc[j] = A[j] * T.float32(3)
    for j in T.vectorized(4):
        A[j] = acc[j + 2]
`;
  assert.ok(usesScratch(agree(text, [tensor("float32", noise(8, 1))])));
});

test("what was loaded is loaded again after a store that may have changed it", () => {
  const text = `
@T.prim_func
def twice(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32")):
    for j in T.vectorized(8):
        B[j] = A[j] + A[j + 1]
    A[1] = B[0] + B[0]
    for j in T.vectorized(8):
        B[j + 8] = A[j] + A[j + 1]
    A[2] = A[1] + A[2]
    A[3] = A[1] + A[2]
`;
  agree(text, [tensor("float32", noise(16, 1)), tensor("float32", noise(16, 2))]);
});

test("accesses that only some iterations make may be far outside", () => {
  const text = `
@T.prim_func
def halo(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32")):
    for y in range(64):
        for x in range(64):
            B[y, x] = T.if_then_else(y > 40, A[y - 41, x], T.float32(0)) + T.if_then_else(
                y < 20, A[y + 44, x], A[y, x]
            )
`;
  agree(text, [
    tensor("float32", noise(4096, 1), [64, 64]),
    tensor("float32", noise(4096, 2), [64, 64]),
  ]);
});

for (const value of ["B[j] + A[j] * T.float32(3)", "T.tanh(A[j])"])
  test(`a product and a sum are rounded once only when that is asked for: ${value}`, () => {
    const text = `
@T.prim_func
def saxpy(A: T.Buffer((8,), "float32"), B: T.Buffer((8,), "float32")):
    for j in T.vectorized(8):
        B[j] = ${value}
`;
    const sink = new Diagnostics();
    const module = parseModule({ name: "t.relax", text }, sink);
    const fused = (fma: boolean): boolean =>
      Buffer.from(compileWasm(module, sink, { fma })!.bytes).includes(
        Buffer.from([0xfd, 0x85, 0x02]),
      );
    assert.equal([fused(false), fused(true)], [false, true]);
  });

test("elements that lie apart, chosen and shuffled lanes are what they are one by one", () => {
  const text = `
@T.prim_func
def mixed(A: T.Buffer((64,), "float32"), B: T.Buffer((32,), "float32"), C: T.Buffer((16, 4), "float32")):
    for j in T.vectorized(8):
        B[j] = A[2 * j + 1] + A[3 * j]
    for j in T.vectorized(8):
        B[j + 8] = T.Select(A[j] < T.float32(0), T.float32(0), A[j])
    for j in T.vectorized(8):
        B[j + 16] = T.if_then_else(A[0] > T.float32(0), A[63 - j], A[j])
    for j in T.vectorized(8):
        y: T.let[T.float32] = A[j] * A[j]
        B[j + 24] = T.reinterpret("float32", T.reinterpret("int32", y) + 1) + y
    for i in range(16):
        C[i, 0:4] = T.Shuffle([A[i * 4:i * 4 + 4], B[0:4]], [3, 4, 1, 6])
`;
  agree(text, [
    tensor("float32", noise(64, 1)),
    tensor("float32", noise(32, 2)),
    tensor("float32", noise(64, 3), [16, 4]),
  ]);
});

test("two products of 16-bit neighbours are one instruction, and wrap as they should", () => {
  const text = (second: string): string => `
@T.prim_func
def pairs(A: T.Buffer((2, 6), "int16"), B: T.Buffer((3, 8, 2), "int16"), C: T.Buffer((2, 8), "int32")):
    acc = T.alloc_buffer((2, 8), "int32", scope="local")
    for i in T.unroll(2):
        for l in T.vectorized(8):
            acc[i, l] = 0
    for q in range(3):
        for i in T.unroll(2):
            for l in T.vectorized(8):
                acc[i, l] = acc[i, l] + (
                    T.Cast("int32", B[q, l, 0]) * T.Cast("int32", A[i, q * 2])
                    + T.Cast("int32", B[q, l, 1]) * T.Cast("int32", A[i, ${second}])
                )
    for i in T.unroll(2):
        for l in T.vectorized(8):
            C[i, l] = acc[i, l]
`;
  const extremes = (count: number): number[] =>
    Array.from({ length: count }, (_, k) => [-32768, 32767, -1, 77][(k * 7) % 4]!);
  const isDot = (bytes: Uint8Array): boolean =>
    Buffer.from(bytes).includes(Buffer.from([0xfd, 0xba, 0x01]));
  const found = ["q * 2 + 1", "q * 2"].map((second) =>
    isDot(
      agree(text(second), [
        tensor("int16", extremes(12), [2, 6]),
        tensor("int16", extremes(48), [3, 8, 2]),
        tensor("int32", Array<number>(16).fill(0), [2, 8]),
      ]),
    ),
  );
  assert.equal(found, [true, false]);
});

test("loops with steps, jumps and several strides count as they should", () => {
  const text = `
@T.prim_func
def walk(A: T.Buffer((200,), "int32"), B: T.Buffer((200,), "int32")):
    for i in T.serial(0, 60, step=3):
        B[i] = A[3 * i] + A[199 - i]
    for i in range(50):
        if A[i] == 13:
            break
        if A[i] % 2 == 0:
            continue
        B[2 * i + 60] = A[i] + i
`;
  const ints = (salt: number): number[] =>
    Array.from({ length: 200 }, (_, k) => (k * 7 + salt) % 90);
  agree(text, [tensor("int32", ints(3)), tensor("int32", ints(5))]);
});

test.run();
