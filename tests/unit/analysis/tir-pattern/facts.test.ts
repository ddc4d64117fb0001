import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  anchorOf,
  factsOf,
  inPlacePairs,
  isView,
  patternKind,
} from "../../../../src/analysis/tir-pattern/index.js";
import { readModule } from "../../../../src/driver/frontend.js";
import type { PrimFunc } from "../../../../src/ir/tir/function.js";

const test = suite("analysis: facts derived from blocks");

/** A function of blocks; `#` in the text stands for the head of a block. */
function funcOf(signature: string, symbols: string, body: string): PrimFunc {
  const names = symbols.split(" ").filter((s) => s !== "");
  const text = [
    "@T.prim_func(private=True, s_tir=True)",
    `def f(${signature}):`,
    ...names.map((n) => `    ${n} = T.int64()`),
    ...body.split("\n").map((line) => `    ${line}`),
  ].join("\n");
  const { module, failed, diagnostics } = readModule({ name: "f.relax", text });
  assert.not(failed, diagnostics.map((d) => d.message).join());
  return module.functions.get("f") as PrimFunc;
}

const buffer = (name: string, ...dims: string[]): string =>
  `${name}: T.Buffer((${dims.map((d) => (/^\d+$/.test(d) ? d : `"${d}"`)).join(", ")},), "float32")`;

/** `C[vi, vj] = value` over m × n. */
const pointwise = (value: string, signature: string): PrimFunc =>
  funcOf(
    signature,
    "m n",
    `for i, j in T.grid(m, n):
    with T.sblock("b"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = ${value}`,
  );

const [A, C] = [buffer("A", "m", "n"), buffer("C", "m", "n")];

test("reads tell elementwise, broadcast and injective apart", () => {
  const B = buffer("B", "n");
  const cases: readonly (readonly [
    value: string,
    signature: string,
    kind: number,
    reads: string,
  ])[] = [
    ["A[vi, vj] + T.float32(1.0)", `${A}, ${C}`, patternKind.elementwise, "same"],
    ["A[vi, vj] + B[vj]", `${A}, ${B}, ${C}`, patternKind.elementwise, "same,spread"],
    ["B[vj]", `${B}, ${C}`, patternKind.broadcast, "spread"],
    ["A[vj, vi]", `${buffer("A", "n", "m")}, ${C}`, patternKind.injective, "map"],
    ["A[vi, vj // 2]", `${A}, ${C}`, patternKind.injective, "map"],
    ["A[vi, vj]", `${buffer("A", "m", "k")}, ${C}`, patternKind.injective, "map"],
    ["A[vi, 0]", `${buffer("A", "m", "1")}, ${C}`, patternKind.broadcast, "spread"],
    [
      "T.if_then_else(vi < 2, A[vi, vj], T.float32(0.0))",
      `${A}, ${C}`,
      patternKind.injective,
      "map",
    ],
  ];
  for (const [value, signature, kind, reads] of cases) {
    const extra = signature.includes('"k"') ? "m n k" : "m n";
    const func = funcOf(
      signature,
      extra,
      `for i, j in T.grid(m, n):
    with T.sblock("b"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = ${value}`,
    );
    const facts = factsOf(func);
    assert.is(facts.kind, kind, value);
    assert.is(facts.reads.filter((r) => r !== undefined).join(), reads, value);
    assert.equal(facts.outputs, [func.params.length - 1], value);
  }
});

test("what is composed through intermediates is as loose as its loosest part", () => {
  const chain = (second: string): PrimFunc =>
    funcOf(
      `${A}, ${C}`,
      "m n",
      `P = T.sblock_alloc_buffer((m, n), "float32")
for i, j in T.grid(m, n):
    with T.sblock("first"):
        vi, vj = T.axis.remap("SS", [i, j])
        P[vi, vj] = T.exp(A[vi, vj])
for i, j in T.grid(m, n):
    with T.sblock("second"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = ${second}`,
    );
  assert.is(factsOf(chain("P[vi, vj]")).kind, patternKind.elementwise);
  assert.is(factsOf(chain("P[m - 1 - vi, vj]")).kind, patternKind.injective);
});

const rows = (update: string, epilogue = ""): PrimFunc =>
  funcOf(
    `${A}, ${buffer("C", "m")}`,
    "m n",
    `${epilogue === "" ? "" : 'S = T.sblock_alloc_buffer((m,), "float32")\n'}for i, k in T.grid(m, n):
    with T.sblock("sum"):
        vi, vk = T.axis.remap("SR", [i, k])
        with T.init():
            ${epilogue === "" ? "C" : "S"}[vi] = T.float32(0.0)
        ${epilogue === "" ? "C" : "S"}[vi] = ${epilogue === "" ? "C" : "S"}[vi] + ${update}${
          epilogue === ""
            ? ""
            : `
for i in range(m):
    with T.sblock("after"):
        vi = T.axis.spatial(m, i)
        C[vi] = ${epilogue}`
        }`,
  );

test("folds are reductions, contractions and what mixes axes can take an epilogue", () => {
  assert.is(factsOf(rows("A[vi, vk]")).kind, patternKind.reduction);
  assert.is(factsOf(rows("A[vi, vk]", "S[vi] * T.float32(0.5)")).kind, patternKind.reduction);
  assert.is(factsOf(rows("A[vi, vk]", "S[m - 1 - vi]")).kind, patternKind.outFusable);
  assert.is(factsOf(rows("A[vi, vk] * A[vi, vk]")).kind, patternKind.outFusable);
  assert.is(factsOf(rows("A[vi, (vk + vi) % n]")).kind, patternKind.outFusable);
});

test("effects, reads of outputs and other statements are opaque", () => {
  assert.is(factsOf(pointwise('T.call_extern("float32", "f", A[vi, vj])', `${A}, ${C}`)).kind, patternKind.opaque); // prettier-ignore
  const twice = funcOf(
    `${A}, ${C}`,
    "m n",
    `for i, j in T.grid(m, n):
    with T.sblock("a"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = A[vi, vj]
for i, j in T.grid(m, n):
    with T.sblock("b"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = C[vi, vj] * A[vi, vj]`,
  );
  assert.is(factsOf(twice).kind, patternKind.opaque);
});

test("an output shares the memory of an input that is read before or at the same place", () => {
  const pairs = (func: PrimFunc): string =>
    inPlacePairs(func)
      .map((p) => `${p.output}<${p.input}`)
      .join();
  assert.is(pairs(pointwise("A[vi, vj] + T.float32(1.0)", `${A}, ${C}`)), "1<0");
  const B = buffer("B", "m", "n");
  assert.is(pairs(pointwise("A[vi, vj] + B[vi, vj]", `${A}, ${B}, ${C}`)), "2<0,2<1");
  assert.is(pairs(pointwise("A[vi, vj] + A[0, vj]", `${A}, ${C}`)), "");
  assert.is(pairs(pointwise("A[vi, n - 1 - vj]", `${A}, ${C}`)), "");
  assert.is(pairs(pointwise("A[0, vj]", `${buffer("A", "1", "n")}, ${C}`)), "");
  const twoStages = (second: string): PrimFunc =>
    funcOf(
      `${A}, ${C}`,
      "m n",
      `M = T.sblock_alloc_buffer((m,), "float32")
for i, k in T.grid(m, n):
    with T.sblock("max"):
        vi, vk = T.axis.remap("SR", [i, k])
        with T.init():
            M[vi] = T.min_value("float32")
        M[vi] = T.max(M[vi], A[vi, vk])
for i, j in T.grid(m, n):
    with T.sblock("minus"):
        vi, vj = T.axis.remap("SS", [i, j])
        C[vi, vj] = ${second}`,
    );
  assert.is(pairs(twoStages("A[vi, vj] - M[vi]")), "1<0");
  assert.is(pairs(twoStages("A[vi, n - 1 - vj] - M[vi]")), "");
});

test("iterations that repeat an element do not work in place", () => {
  const func = funcOf(
    `${buffer("A", "8")}, ${buffer("C", "8")}`,
    "",
    `for i, r in T.grid(8, 2):
    with T.sblock("b"):
        vi = T.axis.spatial(8, i)
        C[vi] = A[vi] + T.float32(1.0)`,
  );
  assert.equal(inPlacePairs(func), []);
});

test("views are copies in the same order, proved for all sizes", () => {
  const flat = (index: string, size = "m * n"): PrimFunc =>
    funcOf(
      `${A}, ${buffer("C", size)}`,
      "m n",
      `for i in range(${size}):
    with T.sblock("b"):
        vi = T.axis.spatial(${size}, i)
        C[vi] = ${index}`,
    );
  assert.ok(isView(flat("A[vi // n, vi % n]")));
  assert.not(isView(flat("A[vi // n, n - 1 - vi % n]")));
  assert.not(isView(flat("A[vi % m, vi // m]")));
  assert.not(isView(flat("A[vi // n, vi % n]", "n")));
  assert.not(isView(flat("A[vi // n, vi % n] * T.float32(2.0)")));
});

test("schedules start at the largest reduction, else at the block that writes the output", () => {
  assert.is(anchorOf(rows("A[vi, vk]", "S[vi]"))?.name, "sum");
  assert.is(anchorOf(pointwise("A[vi, vj]", `${A}, ${C}`))?.name, "b");
});

test.run();
