/** Nests that become blocks, and blocks that become calls of an intrinsic. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { lowerLoops } from "../../../src/transform/loop-pipeline.js";
import { differs, read, refusalOf, scheduled, textOf, type Stepper } from "./apply.js";
import { dense } from "./programs.js";

const test = suite("schedule: blockize, tensorize");

const program = (size: string): string => `
@I.ir_module
class Module:
    @T.prim_func(s_tir=True)
    def product(A: T.Buffer((${size}, 8), "int8"), B: T.Buffer((8, ${size}), "int8"), C: T.Buffer((${size}, ${size}), "int32")):
        for i, j, k in T.grid(${size}, ${size}, 8):
            with T.sblock("mac"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                with T.init():
                    C[vi, vj] = 0
                C[vi, vj] = C[vi, vj] + T.Cast("int32", A[vi, vk]) * T.Cast("int32", B[vk, vj])

    @T.prim_func(s_tir=True)
    def mac_4x4_desc(A: T.Buffer((4, 4), "int8"), B: T.Buffer((4, 4), "int8"), C: T.Buffer((4, 4), "int32")):
        for i, j, k in T.grid(4, 4, 4):
            with T.sblock("update"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                C[vi, vj] = C[vi, vj] + T.Cast("int32", A[vi, vk]) * T.Cast("int32", B[vk, vj])

    @T.prim_func
    def mac_4x4_impl(A: T.Buffer((4, 4), "int8"), B: T.Buffer((4, 4), "int8"), C: T.Buffer((4, 4), "int32")):
        for j in range(4):
            for i in range(4):
                x: T.int32 = 0
                for k in range(4):
                    x = x + T.Cast("int32", A[i, 3 - k]) * T.Cast("int32", B[3 - k, j])
                C[i, j] = C[i, j] + x
`;

function tiled(s: Stepper, inner: number): void {
  const b = s.block("mac");
  const [i, j, k] = s.loops(b);
  const [i0, i1] = s.list("split", i!, [null, inner]);
  const [j0, j1] = s.list("split", j!, [null, 4]);
  const [k0, k1] = s.list("split", k!, [null, 4]);
  s.call("reorder", i0!, j0!, k0!, i1!, j1!, k1!);
  s.call("decompose_reduction", b, k0!);
  s.call("tensorize", i1!, "mac.4x4");
}

test("a tile is computed by the implementation", () => {
  const before = read(program("8"));
  const after = scheduled(before, (s) => tiled(s, 4));
  const text = textOf(after);
  assert.not.match(text, /^# /m, text);
  assert.match(
    text.replace(/\s+/g, ""),
    /A_1=T.match_buffer\(A\[vi_o\*4:vi_o\*4\+4,vk_o\*4:vk_o\*4\+4,?\]/,
  );
  assert.is(differs(before, after, {}), undefined);
  const found = new Diagnostics();
  const loops = lowerLoops(after, found)!;
  assert.is(differs(before, loops, {}), undefined, textOf(loops));
});

test("another tile, or one with a tail, is not", () => {
  assert.is(
    refusalOf(program("8"), (s) => tiled(s, 2)),
    "SCH112",
  );
  assert.is(
    refusalOf(program("6"), (s) => tiled(s, 4)),
    "SCH112",
  );
  assert.is(
    refusalOf(program("8"), (s) => s.call("tensorize", s.loops(s.block("mac"))[0]!, "none")),
    "SCH113",
  );
});

test("a nest with tails becomes a block, its init with it", () => {
  const before = read(dense);
  for (const keep of [true, false]) {
    const after = scheduled(before, (s) => {
      const b = s.block("matmul");
      const [i, j, k] = s.loops(b);
      const [i0, i1] = s.list("split", i!, [null, 4]);
      const [j0, j1] = s.list("split", j!, [null, 8]);
      s.call("reorder", i0!, j0!, k!, i1!, j1!);
      const o = s.call("blockize", i1!, keep);
      if (keep) s.call("decompose_reduction", o, s.loops(o)[2]!);
    });
    assert.not.match(textOf(after), /^# /m);
    const sizes = [0, 1, 4, 5, 9].map((m) => ({ m, n: 2 * m + 1, k: m % 3 }));
    assert.is(differs(before, after, ...sizes), undefined);
  }
});

for (const keep of [true, false])
  test(`a part of a partitioned loop as a block${keep ? "" : ", without axes of one value"}`, () => {
    const before = read(`@T.prim_func
def rows(A: T.Buffer((5, 3), "float32"), B: T.Buffer((5,), "float32")):
    for i, k in T.grid(5, 3):
        with T.sblock("sum"):
            vi, vk = T.axis.remap("SR", [i, k])
            with T.init():
                B[vi] = T.float32(0)
            B[vi] = B[vi] + A[vi, vk]
`);
    const after = scheduled(before, (s) => {
      s.list("loop_partition", s.loops(s.block("sum"))[0]!, [null, 1, 2]);
      s.call("blockize", s.loops(s.block("sum_1"))[1]!, keep);
    });
    assert.not.match(textOf(after), /^# /m);
    assert.is(differs(before, after, {}), undefined, textOf(after));
  });

test("what holds more than a nest does not become a block", () => {
  const code = refusalOf(dense, (s) => {
    const b = s.block("matmul");
    const [i, , k] = s.loops(b);
    s.call("decompose_reduction", b, k!);
    s.call("blockize", i!);
  });
  assert.is(code, "SCH111");
});

test.run();
