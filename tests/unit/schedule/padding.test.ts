/** Sums padded to whole tiles, padded copies taken apart. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refusalOf, same } from "./apply.js";
import { dense, denseOf } from "./programs.js";

const test = suite("schedule: padding");

const SIZES = [0, 1, 3, 4, 5, 8, 9].map((m) => ({ m, n: (m * 3) % 10, k: (m * 5 + 2) % 6 }));

test("a padded product splits without conditions", () => {
  const text = same(dense, SIZES, (s) => {
    const b = s.block("matmul");
    const made = s.list("pad_einsum", b, [4, 8, 2]);
    assert.is(made.length, 3);
    const [i, j, k] = s.loops(b);
    const [i0, i1] = s.list("split", i!, [null, 4]);
    const [j0, j1] = s.list("split", j!, [null, 8]);
    const [k0, k1] = s.list("split", k!, [null, 2]);
    s.call("reorder", i0!, j0!, k0!, k1!, i1!, j1!);
    s.call("blockize", k1!);
  });
  assert.not.match(text, /T.where/);
});

test("only what is padded is copied", () => {
  const text = same(dense, SIZES, (s) => assert.is(s.list("pad_einsum", s.block("matmul"), [4, 1, 1]).length, 2)); // prettier-ignore
  assert.not.match(text, /B_pad/);
  same(denseOf(8, 8, 8), [{}], (s) => assert.is(s.list("pad_einsum", s.block("matmul"), [4, 8, 2]).length, 0)); // prettier-ignore
});

test("what zeros would change is refused", () => {
  const largest = dense.replace("P[vi, vj] + A[vi, vl] * B[vl, vj]", "T.max(P[vi, vj], A[vi, vl] * B[vl, vj])"); // prettier-ignore
  assert.is(
    refusalOf(largest, (s) => s.call("pad_einsum", s.block("matmul"), [4, 4, 4])),
    "SCH110",
  );
  const plus = dense.replace("A[vi, vl] * B[vl, vj]", "A[vi, vl] + B[vl, vj]");
  assert.is(
    refusalOf(plus, (s) => s.call("pad_einsum", s.block("matmul"), [4, 4, 4])),
    "SCH110",
  );
  const loose = dense.replace("B[vl, vj]", "bias[vj]");
  assert.is(
    refusalOf(loose, (s) => s.call("pad_einsum", s.block("matmul"), [4, 4, 4])),
    "SCH110",
  );
});

test("a sum that starts at elements is not padded, as there are none beyond the ends", () => {
  const code = refusalOf(dense, (s) => {
    s.call("inline_init", s.block("matmul"), "bias");
    s.call("pad_einsum", s.block("matmul"), [4, 4, 4]);
  });
  assert.is(code, "SCH110");
});

const padded = `
@T.prim_func
def pad(X: T.Buffer(("n", 3), "float32"), Y: T.Buffer(("n + 2", 3), "float32")):
    n = T.int64()
    for i, j in T.grid(n + 2, 3):
        with T.sblock("pad"):
            vi, vj = T.axis.remap("SS", [i, j])
            Y[vi, vj] = T.if_then_else(1 <= vi and vi < n + 1, X[vi - 1, vj], T.float32(5))
`;

test("a padded copy fills, then copies", () => {
  for (const at of [0, 1]) {
    const text = same(padded, [0, 1, 4].map((n) => ({ n })), (s) => {
      const b = s.block("pad");
      s.call("decompose_padding", b, s.loops(b)[at]!);
    }); // prettier-ignore
    assert.match(text, /pad_fill/);
    assert.not.match(text, /if_then_else/);
  }
  assert.is(
    refusalOf(dense, (s) => s.call("decompose_padding", s.block("relu"), s.loops(s.block("relu"))[0]!)), // prettier-ignore
    "SCH110",
  );
});

test.run();
