import { suite } from "uvu";
import * as assert from "uvu/assert";
import { interpret } from "../../../src/interp/index.js";
import { noAttrs } from "../../../src/ir/core/node.js";
import { irModule } from "../../../src/ir/module.js";
import { makeBuffer, range } from "../../../src/ir/tir/buffer.js";
import {
  binary,
  compare,
  floatImm,
  intImm,
  load,
  makeVar,
  pointerVar,
} from "../../../src/ir/tir/expr.js";
import { param, type PrimFunc } from "../../../src/ir/tir/function.js";
import { block, forLoop, iterVar, store } from "../../../src/ir/tir/stmt.js";
import { float32, int32, voidType } from "../../../src/support/dtype.js";
import { tensorValue, voidValue, type TensorValue } from "../../../src/support/value.js";

const matmuls = suite("interp: a matrix product with symbolic sizes");

/** C[i, j] += A[i, r] * B[j, r], with A (m, n), B (n, k), C (m, k): right only for n == k. */
const [m, n, k] = ["m", "n", "k"].map((name) => makeVar(name, int32)) as [
  ReturnType<typeof makeVar>,
  ReturnType<typeof makeVar>,
  ReturnType<typeof makeVar>,
];
const A = makeBuffer({ name: "A", dtype: float32, shape: [m, n] });
const B = makeBuffer({ name: "B", dtype: float32, shape: [n, k] });
const C = makeBuffer({ name: "C", dtype: float32, shape: [m, k] });
const loops = ["i0", "j0", "k0"].map((name) => makeVar(name, int32));
const [i, j, r] = ["i", "j", "r"].map((name) => makeVar(name, int32)) as [
  typeof m,
  typeof m,
  typeof m,
];
const zero = intImm(0);
const makeProduct = (init: boolean): PrimFunc => {
  const inner = block({
    name: "update",
    values: loops,
    iters: [
      iterVar(i, "spatial", range(zero, m)),
      iterVar(j, "spatial", range(zero, n)),
      iterVar(r, "reduce", range(zero, k)),
    ],
    ...(init && { init: store(C, [i, j], floatImm(0, float32)) }),
    body: store(
      C,
      [i, j],
      binary("add", load(C, [i, j]), binary("mul", load(A, [i, r]), load(B, [j, r]))),
    ),
  });
  const nest = [m, n, k].reduceRight<PrimFunc["body"]>(
    (body, extent, at) => forLoop({ min: zero, extent, var: loops[at]!, body }),
    inner,
  );
  return {
    kind: "tir.PrimFunc",
    name: "product",
    params: [A, B, C].map((b) => param(pointerVar(`${b.name}_handle`, float32), b)),
    retType: voidType,
    attrs: noAttrs,
    isPrivate: false,
    sTir: true,
    persistent: false,
    body: nest,
  };
};
const product = makeProduct(true);
const module = irModule(new Map([["product", product]]));

const floats = (shape: readonly number[], values: readonly number[]): TensorValue =>
  tensorValue({
    dtype: float32,
    shape,
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
const blank = (shape: readonly number[]): TensorValue => {
  const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
  return tensorValue({ dtype: float32, shape, bytes }, new Uint8Array(bytes.length));
};
const valuesOf = (t: TensorValue): number[] => [
  ...new Float32Array(t.data.bytes.buffer, t.data.bytes.byteOffset, t.data.bytes.length / 4),
];

matmuls("square operands give the product with the transposed second", () => {
  const out = blank([1, 2]);
  const result = interpret(module, "product", [
    floats([1, 2], [1, 2]),
    floats([2, 2], [3, 4, 5, 6]),
    out,
  ]);
  assert.equal(result, { ok: true, value: voidValue, steps: 7 });
  assert.equal(valuesOf(out), [11, 17]);
});

matmuls("operands that break the unstated condition stop at the access", () => {
  const args = [floats([1, 3], [1, 2, 3]), floats([3, 4], Array(12).fill(1)), blank([1, 4])];
  const result = interpret(module, "product", args);
  if (result.ok) assert.unreachable();
  else {
    assert.is(result.diagnostic.code, "RUN001");
    assert.is(
      result.diagnostic.message,
      "`A[i, r]` is out of bounds: index 1 is 3, the extent is 3",
    );
    assert.match(result.diagnostic.notes[0]!, "r = 3");
    assert.match(result.diagnostic.notes[0]!, "n = 3");
  }
});

matmuls("a guard stops before the first iteration, with the values", () => {
  const guards = new Map([[product, [{ cond: compare("eq", n, k) }]]]);
  const out = blank([1, 4]);
  const args = [floats([1, 3], [1, 2, 3]), floats([3, 4], Array(12).fill(1)), out];
  const result = interpret(module, "product", args, { guards });
  if (result.ok) assert.unreachable();
  else
    assert.is(
      result.diagnostic.message,
      "`product` stays in bounds only if `n == k`, but it is called with n = 3, k = 4",
    );
  assert.ok(out.written!.every((b) => b === 0));
});

matmuls("a size that disagrees names parameter, symbol and where it was bound", () => {
  const args = [floats([1, 3], [1, 2, 3]), floats([4, 4], Array(16).fill(1)), blank([1, 4])];
  const result = interpret(module, "product", args);
  if (result.ok) assert.unreachable();
  else {
    assert.is(result.diagnostic.message, "axis 0 of `B` of `product` is 4, but `n` is 3");
    assert.equal(result.diagnostic.notes, ["`n` was bound by `A`"]);
  }
});

matmuls("a reduction without init reads memory without a value", () => {
  const bare = makeProduct(false);
  const args = [floats([1, 1], [1]), floats([1, 1], [1]), blank([1, 1])];
  const result = interpret(irModule(new Map([["product", bare]])), "product", args);
  if (result.ok) assert.unreachable();
  else assert.is(result.diagnostic.code, "RUN002");
});

matmuls("a step limit ends long runs", () => {
  const args = [
    floats([9, 9], Array(81).fill(0)),
    floats([9, 9], Array(81).fill(0)),
    blank([9, 9]),
  ];
  const result = interpret(module, "product", args, { stepLimit: 50 });
  if (result.ok) assert.unreachable();
  else assert.is(result.diagnostic.code, "RUN010");
});

matmuls.run();
