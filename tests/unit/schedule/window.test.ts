/** Windows that move: rolling buffers, borders of tensors. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refusalOf, same, type Steps } from "./apply.js";

const test = suite("schedule: windows");

/** Rows doubled, then summed over a window of three, `step` rows apart. */
const rows = (step: number): string => `@T.prim_func
def rows(A: T.Buffer(("n", 3), "float32"), C: T.Buffer(("n // ${step}", 3), "float32")):
    n = T.int64()
    B = T.alloc_buffer((n + 2, 3), "float32")
    for i, j in T.grid(n + 2, 3):
        with T.sblock("double"):
            vi, vj = T.axis.remap("SS", [i, j])
            B[vi, vj] = T.if_then_else(vi < n, A[vi, vj] * T.float32(2), T.float32(1))
    for i, j in T.grid(n // ${step}, 3):
        with T.sblock("sum"):
            vi, vj = T.axis.remap("SS", [i, j])
            C[vi, vj] = B[vi * ${step}, vj] + B[vi * ${step} + 1, vj] + B[vi * ${step} + 2, vj]
`;
const SIZES = [0, 1, 2, 3, 4, 5, 9, 12].map((n) => ({ n }));

const rolled: Steps = (s) => {
  s.call("compute_at", s.block("double"), s.loops(s.block("sum"))[0]!);
  s.call("rolling_buffer", s.block("double"));
};

test("a window keeps what the next iteration needs again", () => {
  for (const step of [1, 2]) {
    const text = same(rows(step), SIZES, rolled);
    assert.match(text, /B = T.sblock_alloc_buffer\(\((T.int64\()?3/);
    assert.match(text, /T.axis.opaque\(n \+ T.int64\(2\)/);
  }
});

test("a window that does not overlap the one before is not rolled", () => {
  assert.is(refusalOf(rows(3), rolled), "SCH115");
});

test("a window moves in tiles, and begins anew where an outer loop goes on", () => {
  const text = same(rows(1), SIZES, (s) => {
    const [i] = s.loops(s.block("sum"));
    const [, i1] = s.list("split", i!, [null, 4]);
    s.call("compute_at", s.block("double"), i1!);
    s.call("rolling_buffer", s.block("double"));
  });
  assert.match(text, /i_1 == /);
});

test("iterations that a window passes through keep their order", () => {
  const after = (steps: Steps): string =>
    refusalOf(rows(1), (s) => {
      rolled(s);
      steps(s);
    });
  assert.is(
    after((s) => s.call("parallel", s.loops(s.block("sum"))[0]!)),
    "SCH028",
  );
  assert.is(
    after((s) => s.call("reverse_compute_at", s.block("sum"), s.loops(s.block("double"))[1]!)),
    "SCH103",
  );
  assert.is(
    after((s) => s.call("rolling_buffer", s.block("double"))),
    "SCH115",
  );
});

test.run();
