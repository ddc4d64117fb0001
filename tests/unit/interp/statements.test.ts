import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseText } from "../../../grammar/index.js";
import { interpret, type Outcome } from "../../../src/interp/index.js";
import { elaborate } from "../../../src/syntax/index.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { bytesOf, dtype } from "../../../src/support/dtype.js";
import { elementCount } from "../../../src/support/ndarray.js";
import { elementAccess } from "../../../src/support/numeric/element.js";
import type { Scalar } from "../../../src/support/numeric/scalar.js";
import { elementsOf } from "../../../src/support/show-value.js";
import {
  tensorValue,
  type HostCode,
  type TensorValue,
  type Value,
} from "../../../src/support/value.js";

const statements = suite("interp: TensorIR statements and expressions");

const tensor = (
  type: string,
  shape: readonly number[],
  values?: readonly Scalar[],
): TensorValue => {
  const t = dtype(type);
  const bytes = new Uint8Array(elementCount(shape) * bytesOf(t));
  const access = elementAccess(t);
  const view = new DataView(bytes.buffer);
  values?.forEach((v, i) => access.write(view, i * access.bytes, v));
  const written = values === undefined ? new Uint8Array(bytes.length) : undefined;
  return tensorValue({ dtype: t, shape, bytes }, written);
};

/** Runs `f` of a text with a body; `params` are its parameters. */
function run(
  params: string,
  body: string,
  args: readonly Value[],
  hosts: ReadonlyMap<string, HostCode> = new Map(),
): Outcome {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const text = `@T.prim_func\ndef f(${params}):\n${lines.map((l) => `    ${l.slice(indent)}`).join("\n")}\n`;
  const source = { name: "t.relax", text };
  const sink = new Diagnostics();
  const module = elaborate(parseText(source, sink), source, sink);
  assert.equal(
    sink.all.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  return interpret(module, "f", args, { hosts, stepLimit: 100_000 });
}

/** What a program stores to its last tensor. */
function stored(
  params: string,
  body: string,
  args: readonly TensorValue[],
  hosts?: ReadonlyMap<string, HostCode>,
): Scalar[] {
  const outcome = run(params, body, args, hosts);
  if (!outcome.ok) assert.unreachable(`${outcome.diagnostic.code} ${outcome.diagnostic.message}`);
  return elementsOf(args[args.length - 1]!.data);
}

const failure = (params: string, body: string, args: readonly Value[]): string => {
  const outcome = run(params, body, args);
  return outcome.ok ? "it ran" : `${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
};

const A8 = `A: T.Buffer((8,), "int32")`;
const OUT = `B: T.Buffer((8,), "int32")`;
const eight = (): TensorValue => tensor("int32", [8], [1, 2, 3, 4, 5, 6, 7, 8]);

statements("loops with break, continue and while", () => {
  const body = `
    n = T.alloc_buffer((1,), "int32", scope="local")
    n[0] = 0
    for i in range(8):
        if A[i] == 2:
            continue
        if A[i] == 6:
            break
        n[0] = n[0] + A[i]
    i: T.int32 = 0
    while i < 8:
        B[i] = n[0] + i
        i = i + 1
  `;
  assert.equal(
    stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]),
    [13, 14, 15, 16, 17, 18, 19, 20],
  );
});

statements("vector loads and stores, shuffles and masks", () => {
  const body = `
    B[0:8] = A[0:8] * T.Broadcast(2, 8) + T.Ramp(0, 1, 8)
    B[T.Ramp(7, -1, 4)] = A[T.Ramp(0, 2, 4)]
  `;
  assert.equal(
    stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]),
    [2, 5, 8, 11, 7, 5, 3, 1],
  );
});

statements("blocks: predicates, reductions, allocations", () => {
  const body = `
    C = T.alloc_buffer((4,), "int32")
    for i0, k0 in T.grid(5, 2):
        with T.block("sum"):
            T.where(i0 < 4)
            i = T.axis.spatial(4, i0)
            k = T.axis.reduce(2, k0)
            with T.init():
                C[i] = 100
            C[i] = C[i] + A[i * 2 + k]
    for i0 in range(8):
        with T.block("copy"):
            i = T.axis.spatial(8, i0)
            B[i] = C[i // 2]
  `;
  assert.equal(
    stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]),
    [103, 103, 107, 107, 111, 111, 115, 115],
  );
});

statements("a matched sub-region is a view of its source", () => {
  const body = `
    for i0 in range(2):
        with T.block("view"):
            i = T.axis.spatial(2, i0)
            V = T.match_buffer(B[i * 4 : i * 4 + 4], (4,), "int32", offset_factor=4)
            for j in range(4):
                V[j] = A[j] + i * 10
  `;
  assert.equal(
    stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]),
    [1, 2, 3, 4, 11, 12, 13, 14],
  );
});

statements("host functions see and change buffers", () => {
  const host: HostCode = (_, [x]) => {
    if (x?.kind === "tensor") x.data.bytes[0] = 42;
    return { kind: "null" };
  };
  const body = `
    for i in range(8):
        B[i] = A[i]
    T.evaluate(T.call_extern("int32", "poke", B.data))
  `;
  const hosts = new Map([["poke", host]]);
  const out = stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])], hosts);
  assert.equal(out.slice(0, 3), [42, 2, 3]);
  assert.match(failure(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]), "RUN009");
});

statements("values wrap, indices do not", () => {
  const params = `A: T.Buffer((2,), "int8"), B: T.Buffer((2,), "int8")`;
  const body = `
    B[0] = A[0] * A[1]
    B[1] = A[0] + A[1]
  `;
  const args = (): TensorValue[] => [tensor("int8", [2], [100, 100]), tensor("int8", [2])];
  assert.equal(stored(params, body, args()), [16, -56]);
  const index = `
    n: T.int32 = 2147483647
    B[n + 1 - n] = A[0]
  `;
  assert.match(failure(params, index, args()), "RUN004 `n + 1` is 2147483648");
});

statements("lazy choice guards a load, errors name the place", () => {
  const body = `
    for i in range(8):
        B[i] = T.if_then_else(i < 7, A[i + 1], 0)
  `;
  assert.equal(
    stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]),
    [2, 3, 4, 5, 6, 7, 8, 0],
  );
  const bare = `
    for i in range(8):
        B[i] = A[i + 1]
  `;
  const message = failure(`${A8}, ${OUT}`, bare, [eight(), tensor("int32", [8])]);
  assert.is(message, "RUN001 `A[i + 1]` is out of bounds: index 0 is 8, the extent is 8");
});

statements("division by zero, assertions, shifts and GPU intrinsics stop the program", () => {
  const args = (): TensorValue[] => [eight(), tensor("int32", [8])];
  const both = `${A8}, ${OUT}`;
  assert.match(failure(both, "B[0] = A[0] // (A[1] - 2)", args()), "RUN003");
  assert.match(failure(both, `assert A[0] == 2, "first must be two"`, args()), "first must be two");
  assert.match(failure(both, "B[0] = T.shift_left(A[0], A[7] * 4)", args()), "RUN005");
  assert.match(failure(both, `T.evaluate(T.tvm_storage_sync("shared"))`, args()), "RUN008");
  assert.match(failure(both, "while A[0] < 5:\n    B[0] = 1", args()), "RUN010");
});

statements("narrow floats round after each operation", () => {
  const params = `A: T.Buffer((3,), "bfloat16"), B: T.Buffer((3,), "bfloat16")`;
  const body = `
    for i in range(3):
        B[i] = A[i] + T.bfloat16(1)
  `;
  const args = [tensor("bfloat16", [3], [256, 1.5, 0.25]), tensor("bfloat16", [3])];
  assert.equal(stored(params, body, args), [256, 2.5, 1.25]);
});

statements("requantisation rounds halves up with a 64-bit intermediate", () => {
  const body = `
    for i in range(8):
        B[i] = T.q_multiply_shift(A[i] * 1000, 1395864371, 31, -2)
  `;
  const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((x) =>
    Number((BigInt(x * 1000) * 1395864371n + (1n << 32n)) >> 33n),
  );
  assert.equal(stored(`${A8}, ${OUT}`, body, [eight(), tensor("int32", [8])]), expected);
});

statements.run();
