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

/** A window over an image with a border of zeros, as a convolution reads it. */
const image = `@T.prim_func
def image(A: T.Buffer(("h", "w"), "float32"), C: T.Buffer(("h", "w"), "float32")):
    h = T.int64()
    w = T.int64()
    X = T.alloc_buffer((h, w), "float32")
    for i, j in T.grid(h, w):
        with T.sblock("plus"):
            vi, vj = T.axis.remap("SS", [i, j])
            X[vi, vj] = A[vi, vj] + T.float32(3)
    for i, j, y, x in T.grid(h, w, 3, 4):
        with T.sblock("sum"):
            vi, vj, vy, vx = T.axis.remap("SSRR", [i, j, y, x])
            with T.init():
                C[vi, vj] = T.float32(0)
            C[vi, vj] = C[vi, vj] + T.if_then_else(1 <= vi + vy and vi + vy < h + 1 and 1 <= vj + vx and vj + vx < w + 1, X[vi + vy - 1, vj + vx - 1], T.float32(5))
`;
const IMAGES = [0, 1, 2, 5].flatMap((h) => [0, 1, 3].map((w) => ({ h, w })));

test("a border takes the place of a condition, also where the producer is computed in tiles", () => {
  const text = same(image, IMAGES, (s) => {
    assert.is(s.list("pad_halo", s.block("sum"), "X").length, 4);
    const [i] = s.loops(s.block("plus"));
    s.list("split", i!, [null, 2]);
  });
  assert.not.match(text, /if_then_else/);
  // One row above and below, one column on the left, two on the right.
  assert.match(text, /X = T.sblock_alloc_buffer\(\(h \+ T.int64\(2\), w \+ T.int64\(3\)\)/);
});

test("borders are for constants that fill just what is outside", () => {
  const halo = (text: string): string => refusalOf(text, (s) => s.call("pad_halo", s.block("sum"), "X")); // prettier-ignore
  assert.is(halo(image.replace("1 <= vi + vy and", "2 <= vi + vy and")), "SCH117");
  assert.is(halo(image.replace("T.float32(5))", "A[vi, vj])")), "SCH117");
  assert.is(
    refusalOf(image, (s) => s.call("pad_halo", s.block("plus"), "A")),
    "SCH038",
  );
});

test.run();
