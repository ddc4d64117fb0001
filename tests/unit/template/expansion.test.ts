import { suite } from "uvu";
import * as assert from "uvu/assert";
import { zeros, type NDArray } from "../../../src/support/ndarray.js";
import { standardLibrary } from "../../../src/template/library/stdlib.js";
import { dtype } from "../../../src/support/dtype.js";
import { faultsOf, instanceOf, libraryOf, run, tensor, textOf } from "./instances.js";

const out = (type: string, ...shape: number[]): NDArray => zeros(dtype(type), shape);
const standard = standardLibrary();
const counting = (n: number, scale = 1, from = 0): number[] =>
  Array.from({ length: n }, (_, i) => from + i * scale);

// ---- text ---------------------------------------------------------------------

const texts = suite("template: text of instances");

texts("elementwise operands are read where the index of the result leads", () => {
  const library = libraryOf('@S.elementwise("relax.add")\ndef add(a, b):\n    return a + b\n');
  const made = instanceOf(
    library,
    '(x: R.Tensor(("n", 4), "float32"), y: R.Tensor((4,), "float32")): R.add(x, y)',
  );
  assert.is(
    textOf(made),
    `@T.prim_func(private=True, s_tir=True)
def add(
    a: T.Buffer(("a0", T.int64(4)), "float32"),
    b: T.Buffer((T.int64(4),), "float32"),
    Y: T.Buffer(("a0", T.int64(4)), "float32"),
):
    a0 = T.int64()
    for i0, i1 in T.grid(a0, T.int64(4)):
        with T.sblock("add"):
            v0, v1 = T.axis.remap("SS", [i0, i1])
            T.reads(a[v0, v1], b[v1])
            T.writes(Y[v0, v1])
            Y[v0, v1] = a[v0, v1] + b[v1]
`,
  );
});

const MATMUL = `
@S.lower("relax.matmul")
@T.prim_func
def matmul(A: T.Buffer((*p, m, k), at), B: T.Buffer((k, n), bt), C: T.Buffer(c, ct)):
    with S.wide(C, S.acc(ct)) as Z:
        for b, i, j, l in T.grid(p, m, n, k):
            with T.sblock("matmul"):
                vb, vi, vj, vk = T.axis.remap("SSSR", [b, i, j, l])
                with T.init():
                    Z[*vb, vi, vj] = 0
                Z[*vb, vi, vj] += Z.dtype(A[*vb, vi, vk]) * Z.dtype(B[vk, vj])
`;

texts("packs become loops; a wide sum is converted at the end", () => {
  const made = instanceOf(
    libraryOf(MATMUL),
    '(x: R.Tensor((2, "n", 8), "float16"), y: R.Tensor((8, 4), "float16")): R.matmul(x, y)',
  );
  assert.is(
    textOf(made),
    `@T.prim_func(private=True, s_tir=True)
def matmul(
    A: T.Buffer((T.int64(2), "m", T.int64(8)), "float16"),
    B: T.Buffer((T.int64(8), T.int64(4)), "float16"),
    C: T.Buffer((T.int64(2), "m", T.int64(4)), "float16"),
):
    m = T.int64()
    Z = T.sblock_alloc_buffer((T.int64(2), m, T.int64(4)), "float32")
    for b0, i, j, l in T.grid(T.int64(2), m, T.int64(4), T.int64(8)):
        with T.sblock("matmul"):
            vb0, vi, vj, vk = T.axis.remap("SSSR", [b0, i, j, l])
            T.reads(A[vb0, vi, vk], B[vk, vj])
            T.writes(Z[vb0, vi, vj])
            with T.init():
                Z[vb0, vi, vj] = T.float32(0.0)
            Z[vb0, vi, vj] = (
                Z[vb0, vi, vj]
                + T.Cast("float32", A[vb0, vi, vk]) * T.Cast("float32", B[vk, vj])
            )
    for i0, i1, i2 in T.grid(T.int64(2), m, T.int64(4)):
        with T.sblock("cast"):
            v0, v1, v2 = T.axis.remap("SSS", [i0, i1, i2])
            T.reads(Z[v0, v1, v2])
            T.writes(C[v0, v1, v2])
            C[v0, v1, v2] = T.Cast("float16", Z[v0, v1, v2])
`,
  );
});

texts("lengths that are compared and not known to be equal head the function as asserts", () => {
  const library = libraryOf(`
@S.lower("relax.subtract")
@T.prim_func
def subtract(A: T.Buffer((n,), dt), B: T.Buffer((n,), dt), C: T.Buffer((n,), dt)):
    compute("subtract", C, lambda v: A[v] - B[v])
`);
  const made = instanceOf(
    library,
    '(x: R.Tensor(("n",), "float32"), y: R.Tensor(("m",), "float32")): R.subtract(x, y)',
  );
  assert.match(textOf(made), "assert n_1 == n");
  const same = instanceOf(library, '(x: R.Tensor(("n",), "float32")): R.subtract(x, x)');
  assert.not.match(textOf(same), "assert");
});

texts("a condition on lengths is a matter of run time where they are not known", () => {
  const library = libraryOf(`
@S.lower("relax.negative")
@T.prim_func
def negative(X: T.Buffer(x, dt), Y: T.Buffer(x, dt)):
    for i in T.grid(*x):
        with T.sblock("negative"):
            v = T.axis.remap("S", [i])
            if x[0] == 4:
                Y[v] = -X[v]
            else:
                Y[v] = X[v] if len(x) == 2 else -X[v]
`);
  const symbolic = textOf(instanceOf(library, '(x: R.Tensor(("n",), "float32")): R.negative(x)'));
  assert.match(symbolic, "if x0 == T.int64(4):");
  assert.match(symbolic, "Y[v0] = -X[v0]");
  const constant = textOf(instanceOf(library, '(x: R.Tensor((4, 2), "float32")): R.negative(x)'));
  assert.not.match(constant, "if ");
  assert.match(constant, "Y[v0, v1] = -X[v0, v1]");
  assert.not.match(constant, "Y[v0, v1] = X[v0, v1]");
});

texts("names of blocks are numbered, mutable scalars live in their block", () => {
  const library = libraryOf(`
@S.lower("relax.concat")
@T.prim_func
def concat(*X: T.Buffer(x, dt), Y: T.Buffer(y, dt), axis):
    base = 0
    for A in S.each(X):
        for i in T.grid(*A.shape):
            with T.sblock("concat"):
                v = T.axis.remap("S", [i])
                n: T.int64 = v[axis] + base
                Y[S.replace(v, axis, n)] = A[v]
        base = base + A.shape[axis]
`);
  const text = textOf(
    instanceOf(
      library,
      '(x: R.Tensor(("n",), "float32"), y: R.Tensor((3,), "float32")): R.concat((x, y), axis=0)',
    ),
  );
  assert.match(text, 'with T.sblock("concat"):');
  assert.match(text, 'with T.sblock("concat_1"):');
  assert.match(text, 'n = T.sblock_alloc_buffer((T.int64(1),), "int64", scope="local")');
  assert.match(text, "n[T.int64(0)] = v0 + x0");
});
texts.run();

// ---- values -------------------------------------------------------------------

const values = suite("template: values of instances");

values("every instance is well formed, reads back equal and compiles", () => {
  const programs = [
    '(x: R.Tensor(("b", 1, "n", 8), "float32"), y: R.Tensor((3, 8, 4), "float32")): R.matmul(x, y)',
    '(x: R.Tensor(("n", "m"), "float16")): R.nn.softmax(x, axis=-1)',
    '(x: R.Tensor(("n", 4, "h", "w"), "float32"), w: R.Tensor((8, 2, 3, 3), "float32")): R.nn.conv2d(x, w, padding=1, strides=2, groups=2)',
    '(x: R.Tensor((1, 9, 9, 4), "int8"), w: R.Tensor((8, 4, 3, 3), "int8")): R.nn.conv2d(x, w, dilation=2, data_layout="NHWC", out_dtype="int32")',
    '(x: R.Tensor(("n", 4), "float32"), y: R.Tensor(("m", 4), "float32")): R.concat((x, y), axis=0)',
    '(x: R.Tensor(("n", 4), "float32"), i: R.Tensor((3, 4), "int64"), u: R.Tensor((3, 4), "float32")): R.scatter_elements(x, i, u, axis=0, reduction="add")',
    '(x: R.Tensor(("n", 40), "float32")): R.topk(x, k=5, axis=-1)',
    '(x: R.Tensor(("n", 3, 8, "w"), "float32")): R.image.resize2d(x, (16, 12), method="linear", layout="NCHW")',
  ]; // prettier-ignore
  for (const program of programs) {
    assert.equal(faultsOf(instanceOf(standard, program)), [], program);
  }
});

values("a product of broadcast batches", () => {
  const made = instanceOf(
    standard,
    '(x: R.Tensor((2, 1, "n", 3), "float32"), y: R.Tensor((2, 3, 2), "float32")): R.matmul(x, y)',
  );
  const a = counting(12);
  const b = counting(12, 0.5, 1);
  const expected: number[] = [];
  for (let p = 0; p < 2; p++)
    for (let q = 0; q < 2; q++)
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++) {
          let sum = 0;
          for (let k = 0; k < 3; k++) sum += a[p * 6 + i * 3 + k]! * b[q * 6 + k * 2 + j]!;
          expected.push(sum);
        }
  const inputs = [tensor("float32", [2, 1, 2, 3], a), tensor("float32", [2, 3, 2], b)];
  assert.equal(run(made, inputs, [out("float32", 2, 2, 2, 2)]), [expected]);
});

/** A convolution counted out, without padding tricks: one tap at a time. */
function convolution(
  x: readonly number[],
  w: readonly number[],
  {
    n,
    c,
    h,
    width,
    o,
    r,
    stride,
    pad,
    groups,
  }: Record<"n" | "c" | "h" | "width" | "o" | "r" | "stride" | "pad" | "groups", number>,
  at: (b: number, f: number, i: number, j: number) => number,
): number[] {
  const size = (s: number): number => Math.floor((s + 2 * pad - r) / stride) + 1;
  const [oh, ow, cg] = [size(h), size(width), c / groups];
  const y = Array<number>(n * o * oh * ow).fill(0);
  for (let b = 0; b < n; b++)
    for (let f = 0; f < o; f++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++)
          for (let k = 0; k < cg; k++)
            for (let p = 0; p < r; p++)
              for (let q = 0; q < r; q++) {
                const [row, column] = [i * stride + p - pad, j * stride + q - pad];
                if (row < 0 || row >= h || column < 0 || column >= width) continue;
                const channel = Math.floor(f / (o / groups)) * cg + k;
                y[((b * o + f) * oh + i) * ow + j]! +=
                  x[at(b, channel, row, column)]! * w[((f * cg + k) * r + p) * r + q]!;
              }
  return y;
}

values("convolutions with padding, stride and groups, in both layouts", () => {
  const facts = { n: 2, c: 4, h: 5, width: 4, o: 6, r: 3, stride: 2, pad: 1, groups: 2 };
  const x = counting(160, 0.25, -20);
  const w = counting(108, 0.5, -27);
  const [oh, ow] = [3, 2];
  const weights = tensor("float32", [6, 2, 3, 3], w);
  const nchw = convolution(x, w, facts, (b, f, i, j) => ((b * 4 + f) * 5 + i) * 4 + j);
  const first = instanceOf(
    standard,
    '(x: R.Tensor(("n", 4, "h", "w"), "float32"), k: R.Tensor((6, 2, 3, 3), "float32")): R.nn.conv2d(x, k, padding=1, strides=2, groups=2)',
  );
  assert.equal(
    run(first, [tensor("float32", [2, 4, 5, 4], x), weights], [out("float32", 2, 6, oh, ow)]),
    [nchw],
  );
  const nhwc = convolution(x, w, facts, (b, f, i, j) => ((b * 5 + i) * 4 + j) * 4 + f);
  const second = instanceOf(
    standard,
    '(x: R.Tensor((2, 5, 4, 4), "float32"), k: R.Tensor((6, 2, 3, 3), "float32")): R.nn.conv2d(x, k, padding=1, strides=2, groups=2, data_layout="NHWC", out_layout="NCHW")',
  );
  assert.equal(
    run(second, [tensor("float32", [2, 5, 4, 4], x), weights], [out("float32", 2, 6, oh, ow)]),
    [nhwc],
  );
});

values("scattering with repeated positions keeps their order", () => {
  const made = instanceOf(
    standard,
    '(x: R.Tensor(("n",), "float32"), i: R.Tensor((4,), "int64"), u: R.Tensor((4,), "float32")): R.scatter_elements(x, i, u, axis=0, reduction="update")',
  );
  const inputs = [tensor("float32", [3], [10, 20, 30]), tensor("int64", [4], [0, -1, 0, 2]), tensor("float32", [4], [1, 2, 3, 4])]; // prettier-ignore
  assert.equal(run(made, inputs, [out("float32", 3)]), [[3, 20, 4]]);
});

values("the largest of each row, equal ones in their order", () => {
  const made = instanceOf(standard, '(x: R.Tensor(("n", 5), "float32")): R.topk(x, k=3, axis=-1)');
  const x = tensor("float32", [2, 5], [3, 1, 3, 5, 2, 0, 0, -1, 7, 7]);
  const [top, places] = run(made, [x], [out("float32", 2, 3), out("int32", 2, 3)]);
  assert.equal(top, [5, 3, 3, 7, 7, 0]);
  assert.equal(places, [3, 0, 2, 3, 4, 0]);
});

values("linear interpolation between pixel centres", () => {
  const made = instanceOf(
    standard,
    '(x: R.Tensor((1, 1, 1, "w"), "float32")): R.image.resize2d(x, (1, 8), method="linear", layout="NCHW")',
  );
  const x = tensor("float32", [1, 1, 1, 4], [0, 4, 8, 16]);
  assert.equal(run(made, [x], [out("float32", 1, 1, 1, 8)]), [[0, 1, 3, 5, 7, 10, 14, 16]]);
});

values("a softmax has rows that sum to one", () => {
  const made = instanceOf(standard, '(x: R.Tensor(("n", 3), "float32")): R.nn.softmax(x, axis=-1)');
  const [y] = run(
    made,
    [tensor("float32", [2, 3], [1, 2, 3, 1000, 1000, 1000])],
    [out("float32", 2, 3)],
  );
  const expected = [0.0900305732, 0.2447284711, 0.6652409558, 1 / 3, 1 / 3, 1 / 3];
  y!.forEach((v, i) => assert.ok(Math.abs(v - expected[i]!) < 1e-6, `${v}`));
});

values("unrelated lengths that are 1 on either side are broadcast", () => {
  const library = libraryOf('@S.elementwise("relax.add")\ndef add(a, b):\n    return a + b\n');
  const made = instanceOf(
    library,
    '(x: R.Tensor(("n",), "float32"), y: R.Tensor(("m",), "float32")): R.add(x, y)',
  );
  assert.is(made.guards.length, 1);
  const one = tensor("float32", [1], [10]);
  const three = tensor("float32", [3], [1, 2, 3]);
  assert.equal(run(made, [one, three], [out("float32", 3)]), [[11, 12, 13]]);
  assert.equal(run(made, [three, one], [out("float32", 3)]), [[11, 12, 13]]);
  assert.throws(() => run(made, [three, tensor("float32", [2], [1, 2])], [out("float32", 3)]));
});
values.run();
