/** Primitives on symbolic sizes and tails, one after the other in several orders. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { binary, intImm } from "../../../src/ir/tir/expr.js";
import type { LoopRef } from "../../../src/schedule/index.js";
import { findLoop } from "../../../src/schedule/site.js";
import { funcOf } from "../../../src/schedule/state.js";
import { div, lambda, mod, refusalOf, same, type Stepper } from "./apply.js"; // prettier-ignore
import { dense } from "./programs.js";

const test = suite("schedule: symbolic sizes");

const SIZES = [0, 1, 3, 4, 5, 8, 9].map((m) => ({ m, n: (m * 5 + 3) % 11, k: (m + 2) % 7 }));

/** Tiles with tails, a step at a time. */
const STEPS: readonly ((s: Stepper) => void)[] = [
  (s) => void s.list("split", loop(s, "i"), [null, 4]),
  (s) => void s.list("split", loop(s, "j"), [null, 8]),
  (s) => void s.call("reorder", ...["i_0", "j_0", "i_1", "l", "j_1"].map((n) => loop(s, n))),
  (s) => void s.call("unroll", loop(s, "i_1")),
  (s) => void s.call("vectorize", loop(s, "j_1")),
];

/** The loop of the product with this name. */
const loop = (s: Stepper, name: string) =>
  s.loops(s.block("matmul")).find((l) => (l as LoopRef).var.name === name)!;

for (let at = 0; at <= STEPS.length; at++)
  test(`the init of a sum is taken out after ${at} of ${STEPS.length} steps, before every loop that may be`, () => {
    const outer = ["i", "i_0", "j", "j_0", "i_1", "l"];
    const taken = outer.filter((name) => {
      const decomposed = (s: Stepper): void => {
        STEPS.slice(0, at).forEach((step) => step(s));
        s.call("decompose_reduction", s.block("matmul"), loop(s, name) ?? name);
        STEPS.slice(at).forEach((step) => step(s));
      };
      if (refusalOf(dense, decomposed) !== "none") return false;
      same(dense, SIZES, decomposed);
      return true;
    });
    // The reduced loop and those above it, as far as the later steps find loops without anything between.
    assert.ok(taken.length > 0, taken.join());
  });

test("conditions in lanes leave no lane out of order", () => {
  const text = same(dense, SIZES, (s) => STEPS.forEach((step) => step(s)));
  assert.match(text, /T.vectorized/);
  assert.match(text, /T.where/);
});

test("marks on symbolic loops are refused at once, with the way out", () => {
  for (const primitive of ["vectorize", "unroll"]) {
    assert.is(refusalOf(dense, (s) => s.call(primitive, loop(s, "j"))), "SCH029"); // prettier-ignore
    same(dense, SIZES, (s) => {
      const [, j1] = s.list("split", loop(s, "j"), [null, 4]);
      if (primitive === "vectorize") s.call("reorder", loop(s, "l"), j1!);
      s.call(primitive, j1!);
    });
  }
});

test("a symbolic loop is cut in parts", () => {
  for (const name of ["i", "l"])
    same(dense, SIZES, (s) => {
      const whole = loop(s, name) as LoopRef;
      const { extent } = findLoop(funcOf(s.schedule.state), whole.var)!.node;
      const tiles = binary("mul", div(extent, 4), intImm(4));
      assert.is(s.list("loop_partition", whole, [tiles, null]).length, 2);
    });
  const cut = refusalOf(dense, (s) => s.list("loop_partition", loop(s, "i"), [4, null]));
  assert.is(cut, "SCH032");
});

test("a layout with numbers of one width fits buffers of others", () => {
  const text = `@T.prim_func
def shift(A: T.Buffer(("n", 12), "float32"), C: T.Buffer(("n", 12), "float32")):
    n = T.int64()
    B = T.alloc_buffer((n, 12), "float32")
    for i, j in T.grid(n, 12):
        with T.sblock("double"):
            vi, vj = T.axis.remap("SS", [i, j])
            B[vi, vj] = A[vi, vj] * T.float32(2)
    for i, j in T.grid(n, 12):
        with T.sblock("shift"):
            vi, vj = T.axis.remap("SS", [i, j])
            C[vi, vj] = B[vi, (vj + 5) % 12]
`;
  for (const map of [
    lambda("i j", (i, j) => [j, i]),
    lambda("i j", (i, j) => [div(j, 4), i, mod(j, 4)]),
    lambda("i j", (i, j) => [div(i, 4), j, mod(i, 4)]),
  ])
    same(text, [0, 1, 4, 7].map((n) => ({ n })), (s) =>
      s.named("transform_layout", { pad_value: 0 }, s.block("double"), ["write", 0], map),
    ); // prettier-ignore
});

test.run();
