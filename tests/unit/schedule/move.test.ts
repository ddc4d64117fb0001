/** Blocks moved into loops, inlined and cached, on windows and tails. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstDifference } from "../../../src/ir/core/equal.js";
import { differs, read, refusalOf, same, scheduled, textOf, type Steps } from "./apply.js";
import { blur, dense } from "./programs.js";

const test = suite("schedule: blocks moved, inlined, cached");

const LENGTHS = [2, 3, 4, 9, 10, 11, 18].map((n) => ({ n }));
const MATRICES = [0, 1, 3, 4, 5].map((m) => ({ m, n: m + 2, k: 3 - (m % 3) }));

test("a window is filled for each tile", () => {
  const text = same(blur, LENGTHS, (s) => {
    const [i] = s.loops(s.block("sum"));
    const [i0] = s.list("split", i!, [null, 8]);
    s.call("compute_at", s.block("double"), i0!);
  });
  assert.match(text, /for ax0 in range\(T.int64\(10\)\)/);
});

test("a consumer takes what a tile made", () => {
  same(blur, LENGTHS, (s) => {
    const [i] = s.loops(s.block("sum"));
    const [i0] = s.list("split", i!, [null, 8]);
    s.call("reverse_compute_at", s.block("shift"), i0!);
    s.call("compute_at", s.block("double"), i0!);
  });
});

test("a consumer of a window does not fit a tile", () => {
  const code = refusalOf(blur, (s) => {
    const [i] = s.loops(s.block("double"));
    const [i0] = s.list("split", i!, [null, 8]);
    s.call("reverse_compute_at", s.block("sum"), i0!);
  });
  assert.is(code, "SCH103");
});

test("a reduction is computed where a row needs it", () => {
  same(dense, MATRICES, (s) => {
    s.call("compute_inline", s.block("add"));
    const [i, j] = s.loops(s.block("relu"));
    const [, j1] = s.list("split", j!, [null, 4]);
    s.call("reorder", j1!);
    s.call("compute_at", s.block("matmul"), i!);
  });
});

test("inlining both ways leaves one block", () => {
  const forward = same(blur, LENGTHS, (s) => {
    s.call("compute_inline", s.block("double"));
    s.call("compute_inline", s.block("sum"));
  });
  assert.is(forward.match(/T.sblock\(/g)!.length, 1);
  const backward = same(blur, LENGTHS, (s) => {
    s.call("compute_inline", s.block("double"));
    s.call("reverse_compute_inline", s.block("shift"));
  });
  assert.is(backward.match(/T.sblock\(/g)!.length, 1);
  assert.match(backward, /T.sblock\("sum"\)/);
});

test("a cached operand is filled where it is used", () => {
  same(dense, MATRICES, (s) => {
    const b = s.block("matmul");
    const [i, , k] = s.loops(b);
    const [i0, i1] = s.list("split", i!, [null, 4]);
    s.call("reorder", i0!, k!, i1!);
    const a = s.call("cache_read", b, "A", "global");
    s.call("compute_at", a, k!);
    const c = s.call("cache_read", b, 1, "local");
    s.call("compute_at", c, i0!);
  });
});

test("a sum is made in the buffer of what adds to it", () => {
  const text = same(dense, MATRICES, (s) =>
    s.call("fuse_reduction_epilogue", s.block("matmul"), s.block("add")),
  );
  assert.not.match(text, /\bP\b/);
  assert.match(text, /Q\[vi, vj\] = bias\[vj\]/);
  assert.is(
    refusalOf(dense, (s) => s.call("fuse_reduction_epilogue", s.block("add"), s.block("relu"))),
    "SCH118",
  );
  assert.is(
    refusalOf(dense, (s) => {
      s.call("decompose_reduction", s.block("matmul"), s.loops(s.block("matmul"))[2]!);
      s.call("fuse_reduction_epilogue", s.block("matmul"), s.block("add"));
    }),
    "SCH118",
  );
});

test("refusals name their reason", () => {
  const relu = (steps: Steps): string => refusalOf(dense, steps);
  assert.is(
    relu((s) => s.call("compute_inline", s.block("relu"))),
    "SCH104",
  );
  assert.is(
    relu((s) => s.call("compute_inline", s.block("matmul"))),
    "SCH104",
  );
  assert.is(
    relu((s) => s.call("reverse_compute_inline", s.block("add"))),
    "SCH104",
  );
  assert.is(
    relu((s) => s.call("cache_read", s.block("relu"), 7, "local")),
    "SCH101",
  );
  assert.is(relu((s) => s.call("compute_at", s.block("relu"), s.loops(s.block("add"))[0]!)), "SCH103"); // prettier-ignore
  assert.is(
    relu((s) => s.call("inline_init", s.block("matmul"), "relu")),
    "SCH106",
  );
  assert.is(
    relu((s) => {
      const b = s.block("matmul");
      const [i, j, k] = s.loops(b);
      s.call("reorder", k!, i!, j!);
      s.call("decompose_reduction", b, j!);
    }),
    "SCH105",
  );
  assert.is(
    relu((s) => {
      const b = s.block("matmul");
      s.call("decompose_reduction", b, s.loops(b)[2]!);
      s.call("cache_write", b, 0, "local");
    }),
    "SCH102",
  );
});

test("loops of different integer types are merged, each binding in its own", () => {
  const before = read(`@T.prim_func
def rows(A: T.Buffer((3,), "float32"), B: T.Buffer((3,), "float32"), C: T.Buffer((3,), "float32")):
    for i in range(T.int64(3)):
        with T.sblock("b"):
            vi = T.axis.spatial(T.int64(3), i)
            B[vi] = A[vi]
    for i in range(3):
        with T.sblock("c"):
            vi = T.axis.spatial(3, i)
            C[vi] = A[vi]
`);
  const after = scheduled(before, (s) => {
    s.call("merge", ...s.loops(s.block("b")), ...s.loops(s.block("c")));
  });
  const shown = textOf(after);
  assert.is(firstDifference(read(shown), after), undefined, shown);
  assert.is(differs(before, after, {}), undefined, shown);
});

test.run();
