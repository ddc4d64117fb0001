/**
 * Kernels of forms that operators are seldom lowered to: other names of memory, bounds and indices read from memory,
 * conditions, blocks in blocks, several results. Each is drawn as it stands, at sizes of at least one.
 */
import type { Random } from "./random.js";

/** A kernel: buffers as `NAME(SIZE,…)`, and the text of its body. */
interface Odd {
  readonly name: string;
  /** How often it comes, against 1. */
  readonly weight?: number;
  readonly params: string;
  readonly locals?: string;
  readonly body: string;
  /** Functions beside it. */
  readonly beside?: string;
}

const S2 = 'vi, vj = T.axis.remap("SS", [i, j])';

/** A block under two loops. */
const nest = (name: string, rows: string, columns: string, ...body: readonly string[]): string =>
  [`for i, j in T.grid(${rows}, ${columns}):`, `    with T.sblock("${name}"):`, `        ${S2}`, ...body.map((l) => `        ${l}`)].join("\n"); // prettier-ignore

/** A block under one loop. */
const line = (name: string, size: string, ...body: readonly string[]): string =>
  [`for i in range(${size}):`, `    with T.sblock("${name}"):`, `        vi = T.axis.spatial(${size}, i)`, ...body.map((l) => `        ${l}`)].join("\n"); // prettier-ignore

const KERNELS: readonly Odd[] = [
  {
    name: "alias",
    params: "A(n,8) C(n,8)",
    locals: "B(n,8)",
    body: [
      "F = T.decl_buffer((n * 8,), DTYPE, data=B.data)",
      nest("b0", "n", "8", "B[vi, vj] = A[vi, vj] + ONE"),
      line("b1", "n * 8", "F[vi] = F[vi] * TWO"),
      nest("b2", "n", "8", "C[vi, vj] = B[vi, 7 - vj] - A[vi, vj]"),
    ].join("\n"),
  },
  {
    name: "match",
    params: "A(n,8) C(n,8)",
    locals: "B(n,8)",
    body: [
      line("b0", "n", "T.reads(A[vi, 0:8])", "T.writes(B[vi, 0:8])", "X = T.match_buffer(A[vi, 0:8], (8,), DTYPE)", "Y = T.match_buffer(B[vi, 0:8], (8,), DTYPE)", "for k in range(8):", "    Y[k] = X[7 - k] + ONE"), // prettier-ignore
      nest("b1", "n", "8", "C[vi, vj] = B[vi, vj] * TWO"),
    ].join("\n"),
  },
  {
    name: "while",
    params: "A(n,8) C(n,8)",
    locals: "B(n,8)",
    body: [
      nest("b0", "n", "8", "B[vi, vj] = A[vi, vj]", "while B[vi, vj] < FIVE:", "    B[vi, vj] = B[vi, vj] + TWO"), // prettier-ignore
      nest("b1", "n", "8", "C[vi, vj] = B[vi, vj] + A[vi, 7 - vj]"),
    ].join("\n"),
  },
  {
    name: "in place",
    params: "A(n,8) C(n,8)",
    body: [
      nest("b0", "n", "8", "A[vi, vj] = A[vi, vj] * TWO + ONE"),
      nest("b1", "n", "8", "C[vi, vj] = A[vi, vj] + ONE"),
      nest("b2", "n", "8", "A[vi, vj] = C[vi, 7 - vj] + ONE"),
    ].join("\n"),
  },
  {
    name: "several results",
    params: "A(n,6) C(n,6) D(6,n)",
    locals: "X(n,6) Y(6,n)",
    body: [
      nest("b0", "n", "6", "X[vi, vj] = A[vi, vj] * TWO", "Y[vj, vi] = A[vi, vj] - ONE"),
      nest("b1", "n", "6", "C[vi, vj] = X[vi, vj] + X[vi, 5 - vj]"),
      nest("b2", "6", "n", "D[vi, vj] = C[vj, vi] * TWO"),
    ].join("\n"),
  },
  {
    name: "under conditions",
    params: "A(n,n) C(n,) D(n,n)",
    locals: "B(n,n)",
    body: [
      'for i in range(n):\n    if i % 2 == 0:\n        for k in range(n):\n            with T.sblock("b0"):\n                vi, vk = T.axis.remap("SR", [i, k])\n                with T.init():\n                    C[vi] = ZERO\n                C[vi] = C[vi] + A[vi, vk]', // prettier-ignore
      nest("b1", "n", "n", "B[vi, vj] = A[vi, vj] * TWO"),
      nest("b2", "n", "n", "T.where(i <= j)", "B[vi, vj] = A[vj, vi] + ONE"),
      nest("b3", "n", "n", "D[vi, vj] = B[vj, vi] + A[vi, vj]"),
    ].join("\n"),
  },
  {
    name: "triangle",
    params: "A(n,n) C(n,n)",
    body: [
      'for i in range(n):\n    for j in range(i + 1):\n        with T.sblock("b0"):\n            vi, vj = T.axis.remap("SS", [i, j])\n            C[vi, vj] = A[vj, vi] + ONE', // prettier-ignore
      'for i in range(n):\n    for k in range(i + 1):\n        with T.sblock("b1"):\n            vi = T.axis.spatial(n, i)\n            vk = T.axis.reduce(n, k)\n            with T.init():\n                C[vi, n - 1] = ZERO\n            C[vi, n - 1] = C[vi, n - 1] + A[vi, vk]', // prettier-ignore
    ].join("\n"),
  },
  {
    name: "gather",
    params: "A(n,8) I(m,) C(m,8)",
    locals: "B(n,8) J(m,)",
    body: [
      line("b0", "m", "J[vi] = T.max(T.min(I[vi], DATA(n) - ONE), ZERO)"),
      nest("b1", "n", "8", "B[vi, vj] = A[vi, vj] - ONE"),
      nest("b2", "m", "8", "C[vi, vj] = B[INDEX(J[vi]), vj]"),
    ].join("\n"),
  },
  {
    name: "ragged",
    params: "A(n,8) I(n,) C(n,)",
    locals: "J(n,)",
    body: [
      line("b0", "n", "J[vi] = T.max(T.min(I[vi] + TWO, FIVE), ZERO)"),
      line("b1", "n", "C[vi] = ZERO"),
      'for i in range(n):\n    for k in range(INDEX(J[i])):\n        with T.sblock("b2"):\n            vi = T.axis.spatial(n, i)\n            vk = T.axis.reduce(8, k)\n            C[vi] = C[vi] + A[vi, vk]', // prettier-ignore
    ].join("\n"),
  },
  {
    name: "nested",
    params: "A(n,4,8) C(n,4,8)",
    body: [
      'for i in range(n):\n    with T.sblock("outer"):\n        vi = T.axis.spatial(n, i)\n        B = T.alloc_buffer((4, 8), DTYPE)\n        D = T.alloc_buffer((4,), DTYPE)', // prettier-ignore
      '        for x, y in T.grid(4, 8):\n            with T.sblock("b0"):\n                vx, vy = T.axis.remap("SS", [x, y])\n                B[vx, vy] = A[vi, vx, vy] * TWO', // prettier-ignore
      '        for x, y in T.grid(4, 8):\n            with T.sblock("b1"):\n                vx, vy = T.axis.remap("SR", [x, y])\n                with T.init():\n                    D[vx] = ZERO\n                D[vx] = D[vx] + B[vx, vy]', // prettier-ignore
      '        for x, y in T.grid(4, 8):\n            with T.sblock("b2"):\n                vx, vy = T.axis.remap("SS", [x, y])\n                C[vi, vx, vy] = B[vx, vy] + D[vx]', // prettier-ignore
    ].join("\n"),
  },
  {
    name: "opaque",
    params: "A(8,8) C(8,8)",
    locals: "B(8,8)",
    body: [
      'for i in range(8):\n    with T.sblock("b0"):\n        T.reads(A[i, 0:8])\n        T.writes(B[i, 0:8])\n        for j in range(8):\n            B[i, j] = A[i, j] * TWO', // prettier-ignore
      nest("b1", "8", "8", "C[vi, vj] = B[vj, vi]"),
    ].join("\n"),
  },
  {
    name: "argmax",
    params: "A(n,m) I(n,) V(n,)",
    body: [
      'for i, k in T.grid(n, m):\n    with T.sblock("b0"):\n        vi, vk = T.axis.remap("SR", [i, k])\n        with T.init():\n            I[vi] = ZERO - ONE\n            V[vi] = LOW', // prettier-ignore
      "        x: T.let[T.bool] = V[vi] > A[vi, vk] or (V[vi] == A[vi, vk] and I[vi] < DATA(vk))\n        y: T.let[T.DTYPE_NAME] = T.Select(x, I[vi], DATA(vk))\n        z: T.let[T.DTYPE_NAME] = T.max(V[vi], A[vi, vk])\n        I[vi] = y\n        V[vi] = z", // prettier-ignore
    ].join("\n"),
  },
  {
    name: "scan",
    params: "A(4,n) C(4,n) D(4,n)",
    body: [
      'for i, k in T.grid(4, n):\n    with T.sblock("b0"):\n        vi = T.axis.spatial(4, i)\n        vk = T.axis.scan(n, k)\n        C[vi, vk] = T.if_then_else(vk == 0, A[vi, 0], C[vi, vk - 1] + A[vi, vk])', // prettier-ignore
      nest("b1", "4", "n", "D[vi, vj] = C[vi, n - 1 - vj]"),
    ].join("\n"),
  },
  {
    name: "narrow index",
    params: "A(n,8) C(n,8)",
    locals: "B(n,8)",
    body: [
      'for i in range(n):\n    for j in T.serial(T.int32(0), T.int32(8)):\n        with T.sblock("b0"):\n            vi = T.axis.spatial(n, i)\n            vj = T.axis.spatial(T.int32(8), j)\n            B[vi, vj] = A[vi, T.int32(7) - vj] + ONE', // prettier-ignore
      nest("b1", "n", "8", "C[vi, vj] = B[vi, 7 - vj] * TWO"),
    ].join("\n"),
  },
  {
    name: "bias",
    params: "A(n,m) B(m,n) D(n,) C(n,n)",
    locals: "X(n,n)",
    body: [
      'for i, j, k in T.grid(n, n, m):\n    with T.sblock("b0"):\n        vi, vj, vk = T.axis.remap("SSR", [i, j, k])\n        with T.init():\n            X[vi, vj] = ZERO\n        X[vi, vj] = X[vi, vj] + A[vi, vk] * B[vk, vj]', // prettier-ignore
      nest("b1", "n", "n", "C[vi, vj] = T.max(X[vi, vj] + D[vj], ZERO)"),
    ].join("\n"),
  },
  {
    name: "sum and row",
    weight: 2,
    params: "A(n,m) D(n,) C(n,)",
    locals: "X(n,)",
    body: [
      'for i, k in T.grid(n, m):\n    with T.sblock("b0"):\n        vi, vk = T.axis.remap("SR", [i, k])\n        with T.init():\n            X[vi] = ZERO\n        X[vi] = X[vi] + A[vi, vk]', // prettier-ignore
      line("b1", "n", "C[vi] = X[vi] + D[vi]"),
    ].join("\n"),
  },
  {
    name: "neighbours",
    weight: 2,
    params: "A(n,m) C(n,m)",
    locals: "B(n,m)",
    body: [
      nest("b0", "n", "m", "B[vi, vj] = A[vi, vj] * TWO"),
      nest("b1", "n", "m", "C[vi, vj] = T.if_then_else(1 <= vj, B[vi, vj - 1], ZERO) + T.if_then_else(vj < m - 1, B[vi, vj + 1], ZERO)"), // prettier-ignore
    ].join("\n"),
  },
  {
    name: "twins",
    params: "A(n,8) C(n,8) D(n,8)",
    body: [
      nest("b0", "n", "8", "C[vi, vj] = A[vi, vj] + ONE"),
      nest("b1", "n", "8", "D[vi, vj] = A[vi, 7 - vj] * TWO"),
    ].join("\n"),
  },
  {
    name: "intrinsic",
    weight: 2,
    params: "A(n,8) B(n,8) C(n,8)",
    body: nest("b0", "n", "8", "C[vi, vj] = A[vi, vj] + B[vi, vj]"),
    beside: [
      '@T.prim_func\ndef add_4_desc(A: T.Buffer((4,), DTYPE), B: T.Buffer((4,), DTYPE), C: T.Buffer((4,), DTYPE)):\n    for j in range(4):\n        with T.sblock("lane"):\n            vj = T.axis.spatial(4, j)\n            C[vj] = A[vj] + B[vj]', // prettier-ignore
      "@T.prim_func\ndef add_4_impl(A: T.Buffer((4,), DTYPE), B: T.Buffer((4,), DTYPE), C: T.Buffer((4,), DTYPE)):\n    for j in range(4):\n        C[3 - j] = B[3 - j] + A[3 - j]", // prettier-ignore
    ].join("\n\n"),
  },
];

/** The intrinsic that kernels may be replaced by in part. */
export const INTRINSIC = "add_4";

/** The text of one of them, its name, and its symbols. */
export function oddKernel(
  rng: Random,
  dtype: string,
): { readonly name: string; readonly text: string; readonly symbols: readonly string[] } {
  const {
    name,
    params,
    locals = "",
    body,
    beside,
  } = rng.weighted(KERNELS.map((k) => [k.weight ?? 1, k] as const));
  const given = buffersOf(params);
  const symbols = [...new Set([...params.matchAll(/\b[nm]\b/g)].map((m) => m[0]))];
  const lines = [
    ...symbols.map((s) => `${s} = T.int64()`),
    ...given.map((b) => `${b.name} = T.match_buffer(p_${b.name}, ${b.shape}, DTYPE)`),
    ...buffersOf(locals).map((b) => `${b.name} = T.alloc_buffer(${b.shape}, DTYPE)`),
    ...body.split("\n"),
  ];
  const head = given.map((b) => `p_${b.name}: T.handle`).join(", ");
  const main = `@T.prim_func\ndef main(${head}):\n${lines.map((l) => `    ${l}`).join("\n")}\n`;
  const text = beside === undefined ? main : `${main}\n${beside}\n`;
  return { name, text: filled(text, dtype), symbols };
}

const buffersOf = (list: string): readonly { readonly name: string; readonly shape: string }[] =>
  list.split(" ").filter((b) => b !== "").map((b) => ({ name: b[0]!, shape: b.slice(1) })); // prettier-ignore

/** The text with literals and conversions of the element type. */
function filled(text: string, dtype: string): string {
  const literals: Readonly<Record<string, number>> = { ONE: 1, TWO: 2, ZERO: 0, FIVE: 5, LOW: -1000000 }; // prettier-ignore
  return text
    .replace(/\b(ONE|TWO|ZERO|FIVE|LOW)\b/g, (word) => `T.${dtype}(${literals[word]})`)
    .replace(/\bDTYPE_NAME\b/g, dtype)
    .replace(/\bDTYPE\b/g, `"${dtype}"`)
    .replace(/\bDATA\(/g, `T.Cast("${dtype}", `)
    .replace(/\bINDEX\(/g, 'T.Cast("int64", ');
}
