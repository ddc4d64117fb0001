/** Buffers and axes in another order. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstDifference } from "../../../src/ir/core/equal.js";
import { binary, intImm, type PrimExpr } from "../../../src/ir/tir/expr.js";
import { paramLayoutsOf } from "../../../src/transform/param-layout.js";
import { differs, div, lambda, mod, read, refusalOf, same, scheduled, textOf } from "./apply.js"; // prettier-ignore
import { dense, denseOf } from "./programs.js";

const test = suite("schedule: layouts");

const plusOne = (e: PrimExpr): PrimExpr => binary("add", e, intImm(1));

const SIZES = [0, 1, 3, 4, 5, 9].map((m) => ({ m, n: (m * 3) % 10, k: (m * 5 + 2) % 6 }));

test("an intermediate is swapped, or cut into tiles", () => {
  same(dense, SIZES, (s) => s.call("transform_layout", s.block("matmul"), ["write", 0], lambda("i j", (i, j) => [j, i]))); // prettier-ignore
  const text = same(dense, SIZES, (s) => {
    const tiles = lambda("i j", (i, j) => [div(j, 4), i, mod(j, 4)]);
    s.named("transform_layout", { pad_value: 0 }, s.block("matmul"), "P", tiles);
  });
  assert.match(text, /P\[vj \/\/ T.int64\(4\), vi, vj % T.int64\(4\)\]/);
});

test("a consumer follows what a tile made in another layout", () => {
  const text = same(dense, SIZES, (s) => {
    const b = s.block("matmul");
    const tiles = lambda("i j", (i, j) => [div(j, 4), i, mod(j, 4)]);
    s.named("transform_layout", { pad_value: 0 }, b, ["write", 0], tiles);
    const [i, j, k] = s.loops(b);
    const [j0, j1] = s.list("split", j!, [null, 4]);
    s.call("reorder", i!, j0!, k!, j1!);
    s.call("reverse_compute_at", s.block("add"), j0!);
    s.call("reverse_compute_inline", s.block("relu"));
  });
  assert.match(text, /for ax1 in range\(T.int64\(4\)\)/);
});

test("gaps need a value, maps must be one to one", () => {
  const by = (f: Parameters<typeof lambda>[1]): string =>
    refusalOf(dense, (s) => s.call("transform_layout", s.block("matmul"), ["write", 0], lambda("i j", f))); // prettier-ignore
  assert.is(
    by((i, j) => [div(j, 4), i, mod(j, 4)]),
    "SCH107",
  );
  assert.is(
    by((i, j) => [i, div(j, 4)]),
    "SCH107",
  );
  assert.is(
    by((i) => [i]),
    "SCH107",
  );
  // Nothing else says what `k` is.
  const packed = dense.replace('B: T.Buffer(("k", "n"), "float32")', 'B: T.Buffer((8, "n"), "float32")'); // prettier-ignore
  assert.is(
    refusalOf(packed, (s) => s.named("transform_layout", { pad_value: 0 }, s.block("matmul"), "A", lambda("i j", (i, j) => [i, div(j, 4), mod(j, 4)]))), // prettier-ignore
    "SCH107",
  );
});

test("the layout of a parameter is put on record", () => {
  const after = scheduled(read(dense), (s) => {
    const panels = lambda("i j", (i, j) => [div(j, 16), i, mod(j, 16)]);
    s.named("transform_layout", { pad_value: 0 }, s.block("matmul"), ["read", "B"], panels);
  });
  assert.not.match(textOf(after), /^# /m);
  const func = [...after.functions.values()][0]!;
  assert.is(func.kind, "tir.PrimFunc");
  if (func.kind !== "tir.PrimFunc") return;
  const [layout, ...more] = paramLayoutsOf(func);
  assert.is(more.length, 0);
  assert.is(layout!.param, 1);
  assert.is(layout!.padValue?.kind, "tir.FloatImm");
  assert.is(layout!.map.inverse?.results.length, 2);
  // The text reads back with its record.
  assert.is(textOf(read(textOf(after))), textOf(after));
});

test("axes are swapped and tiled with their loops", () => {
  same(dense, SIZES, (s) => s.call("transform_block_layout", s.block("add"), lambda("i j", (i, j) => [j, i]))); // prettier-ignore
  const tiles = lambda("i j k", (i, j, k) => [div(i, 4), j, mod(i, 4), k]);
  const text = same(denseOf(8, 3, 5), [{}], (s) => s.call("transform_block_layout", s.block("matmul"), tiles)); // prettier-ignore
  assert.match(text, /T.axis.remap\("SSSR"/);
  const by = (f: Parameters<typeof lambda>[1]): string =>
    refusalOf(dense, (s) => s.call("transform_block_layout", s.block("add"), lambda("i j", f)));
  assert.is(
    by((i, j) => [div(i, 32), mod(i, 32), j]),
    "SCH114",
  );
  assert.is(
    by((i) => [i]),
    "SCH114",
  );
});

test("axes of several integer types keep them, and accesses theirs", () => {
  const text = `@T.prim_func
def shift(A: T.Buffer(("m", 4), "float32"), B: T.Buffer(("m", 4), "float32")):
    m = T.int64()
    for i, j in T.grid(m, 4):
        with T.sblock("shift"):
            vi, vj = T.axis.remap("SS", [i, j])
            B[vi, vj] = A[vi, (vj + 1) % 4]
`;
  for (const map of [
    lambda("i j", (i, j) => [j, i]),
    lambda("i j", (i, j) => [i, div(j, 2), mod(j, 2)]),
  ]) {
    const after = scheduled(read(text), (s) =>
      s.call("transform_block_layout", s.block("shift"), map),
    );
    const shown = textOf(after);
    assert.is(firstDifference(read(shown), after), undefined, shown);
    assert.is(differs(read(text), after, { m: 0 }, { m: 3 }), undefined, shown);
  }
});

test("operands are copied in the order of the axes", () => {
  const text = same(dense, SIZES, (s) => {
    s.call("reindex", s.block("matmul"), ["read", "B"]);
    s.call("reindex", s.block("matmul"), ["write", 0]);
  });
  assert.match(text, /B_reindex\[vj, vl\]/);
  same(dense, SIZES, (s) => {
    const b = s.block("matmul");
    s.call(
      "reindex_cache_read",
      b,
      "B",
      "local",
      lambda("i j k", (_, j, k) => [k, j]),
    );
    s.call(
      "reindex_cache_write",
      b,
      "P",
      "local",
      lambda("i j k", (i, j) => [j, i]),
    );
  });
  const several = dense.replace("Q[vi, vj] = P[vi, vj] + bias[vj]", "Q[vi, vj] = P[vi, vj] + P[vi, vj] + bias[vj] + bias[n - 1 - vj]"); // prettier-ignore
  assert.is(
    refusalOf(several, (s) => s.call("reindex", s.block("add"), "bias")),
    "SCH108",
  );
});

const inPlace = `
@T.prim_func
def scale(X: T.Buffer(("n", 4), "float32"), Y: T.Buffer((16,), "float32"), Z: T.Buffer(("n",), "float32")):
    n = T.int64()
    for i, j in T.grid(n, 4):
        with T.sblock("scale"):
            vi, vj = T.axis.remap("SS", [i, j])
            X[vi, vj] = X[vi, vj] * T.float32(2)
    for i in range(n):
        with T.sblock("gather"):
            vi = T.axis.spatial(n, i)
            Z[vi] = Y[vi % 8] + Y[vi % 8 + 8] * Y[vi % 8]
`;

test("what changes in place does so on a copy", () => {
  const text = same(inPlace, [0, 1, 5].map((n) => ({ n })), (s) =>
    assert.is(s.list("cache_inplace", s.block("scale"), 0, "local").length, 2),
  ); // prettier-ignore
  assert.match(text, /X_local\[vi, vj\] \* T.float32\(2.0\)/);
  assert.is(
    refusalOf(dense, (s) => s.call("cache_inplace", s.block("add"), 0, "local")),
    "SCH102",
  );
});

test("repeated indices are computed once", () => {
  const text = same(inPlace, [0, 1, 9].map((n) => ({ n })), (s) =>
    assert.is(s.list("cache_index", s.block("gather"), "global", 1).length, 1),
  ); // prettier-ignore
  assert.match(text, /Y\[gather_index\[vi\]\]/);
  same(dense, [{ m: 2, n: 3, k: 2 }], (s) => assert.equal(s.call("cache_index", s.block("matmul")), [])); // prettier-ignore
});

test("declared regions change on trust", () => {
  const text = scheduled(read(dense), (s) => {
    s.call("unsafe_hide_buffer_access", s.block("add"), "read", [1]);
    s.call("annotate_buffer_access", s.block("relu"), 0, "read", lambda("i j", (i, j) => [i, plusOne(i), intImm(0), plusOne(j)])); // prettier-ignore
  });
  assert.match(textOf(text), /T.reads\(P\[vi, vj\]\)/);
  assert.is(refusalOf(dense, (s) => s.call("unsafe_hide_buffer_access", s.block("add"), "read", [5])), "SCH116"); // prettier-ignore
});

test.run();
