/** Reductions taken apart by `rfactor`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refusalOf, same, type Stepper, type Steps } from "./apply.js";

const test = suite("schedule: rfactor");

const rows = (width: string, step: string, init = "T.float32(0)"): string => `@T.prim_func
def rows(A: T.Buffer(("m", ${width}), "float32"), B: T.Buffer(("m",), "float32")):
    m = T.int64()${width === '"n"' ? "\n    n = T.int64()" : ""}
    for i, k in T.grid(m, ${width.replaceAll('"', "")}):
        with T.sblock("sum"):
            vi, vk = T.axis.remap("SR", [i, k])
            with T.init():
                B[vi] = ${init}
            B[vi] = ${step}
`;
const SUM = "B[vi] + A[vi, vk]";

const lanes =
  (factor: number): Steps =>
  (s: Stepper) => {
    const [, k] = s.loops(s.block("sum"));
    const [, inner] = s.list("split", k!, [null, factor]);
    s.call("rfactor", inner!, -1);
  };

test("partial sums of a length that the factor divides have no condition", () => {
  const text = same(rows("16", SUM), [{ m: 3 }], lanes(4));
  assert.match(text, /T\.sblock\("sum_rf"\)/);
  assert.not.match(text, /if_then_else/);
});

// A factor that does not divide leaves slices without elements, which are initialised all the same.
for (const [name, step, init] of [
  ["sums", SUM, "T.float32(0)"],
  ["sums that start at one", SUM, "T.float32(1)"],
  ["products", "B[vi] * A[vi, vk]", "T.float32(1)"],
  ["greatest elements", "T.max(B[vi], A[vi, vk])", 'T.float32("-inf")'],
  ["least elements", "T.min(A[vi, vk], B[vi])", 'T.float32("inf")'],
] as const) {
  test(`${name} of lengths that the factor does not divide`, () => {
    same(rows("5", step, init), [{ m: 2 }], lanes(16));
    const sizes = [0, 1, 15, 16, 17, 33].map((n) => ({ m: 2, n }));
    same(rows('"n"', step, init), sizes, lanes(16));
  });
}

test("the axis of partial results goes where it is asked for", () => {
  const text = same(rows("16", SUM), [{ m: 3 }], (s) => {
    const [, k] = s.loops(s.block("sum"));
    const [, inner] = s.list("split", k!, [null, 4]);
    s.call("rfactor", inner!, 0);
  });
  assert.match(text, /B_rf = T\.sblock_alloc_buffer\(\(T\.int64\(4\), m\)/);
});

test("what cannot be taken apart is refused", () => {
  const spatial: Steps = (s) => s.call("rfactor", s.loops(s.block("sum"))[0]!, 0);
  assert.is(refusalOf(rows("16", SUM), spatial), "SCH109");
  assert.is(refusalOf(rows("16", "B[vi] - A[vi, vk]"), lanes(4)), "SCH109");
});

test("conditions on spatial loops alone stay conditions of the block", () => {
  const text = same(
    rows('"n"', SUM),
    [
      { m: 4, n: 5 },
      { m: 1, n: 3 },
    ],
    (s) => {
      const [i, k] = s.loops(s.block("sum"));
      s.list("split", i!, [3, null]);
      s.call("rfactor", s.list("split", k!, [2, null])[1]!, 0);
    },
  );
  assert.match(text, /if_then_else/);
});

test("tiles of a size in the symbol that conditions are in too", () => {
  const square = rows('"m"', SUM);
  same(square, [{ m: 1 }, { m: 4 }, { m: 7 }], (s) => {
    const [i, k] = s.loops(s.block("sum"));
    s.list("split", i!, [3, null]);
    s.call("rfactor", s.list("split", k!, [2, null])[1]!, 0);
  });
});

test("a reduced loop that a spatial axis runs over too is refused", () => {
  const fusedOuter: Steps = (s) => {
    const [i, k] = s.loops(s.block("sum"));
    const [outer, inner] = s.list("split", k!, [null, 4]);
    s.call("fuse", i!, outer!);
    s.call("rfactor", inner!, 0);
  };
  assert.is(refusalOf(rows("16", SUM), fusedOuter), "SCH109");
});

test.run();
