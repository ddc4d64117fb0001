/** The primitives together, as the schedules of matrix products use them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { lowerLoops } from "../../../src/transform/loop-pipeline.js";
import { differs, read, scheduled, textOf, type Stepper } from "./apply.js";
import { dense, denseOf } from "./programs.js";

const test = suite("schedule: register tiles");

const SIZES = [0, 1, 3, 4, 5, 9].map((m) => ({ m, n: (m * 5 + 3) % 11, k: m % 4 }));

/** Accumulators of 4 × 8 in registers, the epilogue on them. */
function tile(s: Stepper, marksFirst: boolean, startsAtBias: boolean): void {
  const b = s.block("matmul");
  const [i, j, k] = s.loops(b);
  const [i0, i1] = s.list("split", i!, [null, 4]);
  const [j0, j1] = s.list("split", j!, [null, 8]);
  s.call("reorder", i0!, j0!, k!, i1!, j1!);
  const out = s.call("cache_write", b, 0, "local");
  s.call("reverse_compute_at", out, j0!);
  const marks = [b, out];
  if (marksFirst) mark(s, marks);
  const init = s.call("decompose_reduction", b, k!);
  if (!marksFirst) mark(s, [...marks, init]);
  if (startsAtBias) s.call("inline_init", init, "bias");
  for (const e of ["add", "relu"]) s.call("reverse_compute_inline", s.block(e));
}

function mark(s: Stepper, blocks: readonly Parameters<Stepper["loops"]>[0][]): void {
  for (const block of blocks) {
    const loops = s.loops(block);
    s.call("vectorize", loops[loops.length - 1]!);
    s.call("unroll", loops[loops.length - 2]!);
  }
}

for (const marksFirst of [true, false])
  for (const startsAtBias of [true, false])
    test(`loops marked ${marksFirst ? "before" : "after"} the init is taken out, sums start at ${startsAtBias ? "the bias" : "zero"}`, () => {
      const before = read(dense);
      const after = scheduled(before, (s) => tile(s, marksFirst, startsAtBias));
      const text = textOf(after);
      assert.not.match(text, /^# /m);
      assert.match(text, /P_local = T.sblock_alloc_buffer\(\(m, n\), "float32", scope="local"\)/);
      assert.not.match(text, /\bQ\b/);
      assert.is(differs(before, after, ...SIZES), undefined);
      const found = new Diagnostics();
      const loops = lowerLoops(after, found)!;
      assert.equal(
        found.all.map((d) => d.message),
        [],
      );
      // 4 × 8 accumulators, however large the matrix.
      assert.match(textOf(loops), /P_local = T.alloc_buffer\(\(T.int64\(32\),\), "float32", scope="local"\)/); // prettier-ignore
      assert.is(differs(before, loops, ...SIZES.slice(0, 4)), undefined);
    });

test("sizes that are known are scheduled alike", () => {
  for (const { m, n, k } of SIZES.filter((s) => s.m > 0)) {
    const before = read(denseOf(m, n, k));
    const after = scheduled(before, (s) => tile(s, false, true));
    assert.is(differs(before, after, {}), undefined, `${m}, ${n}, ${k}`);
  }
});

test.run();
