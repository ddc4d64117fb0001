import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nativeText } from "../../../../src/driver/native.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { parseTarget } from "../../../../src/support/target-description.js";
import { hasNative } from "../../../../src/testing/native.js";
import { functionText } from "../../../../src/target/llvm/text/function.js";
import { moduleText } from "../../../../src/target/llvm/text/module.js";
import { dialectOf } from "../../../../src/target/llvm-dialect.js";
import { expectSame, floats } from "./beside-interpreter.js";

const test = suite("llvm: loads");

const LOAD = "load float, float* %a, align 4";

const text = () => {
  const f = functionText(moduleText(dialectOf(14)));
  f.root("%p0");
  f.root("%p1");
  return f;
};

test("a load is written once until memory behind its root changes", () => {
  const f = text();
  const first = f.load(LOAD, "%p0");
  f.store("store float 0.0, float* %b, align 4", "%p1");
  assert.is(f.load(LOAD, "%p0"), first);
  f.store("store float 0.0, float* %c, align 4", "%p0");
  assert.is.not(f.load(LOAD, "%p0"), first);
});

test("what may change any memory is not looked behind", () => {
  for (const change of [
    (f: ReturnType<typeof text>) => f.store("store float 0.0, float* %b, align 4", "%unknown"),
    (f: ReturnType<typeof text>) => void f.value("call i32 @kernel.f(i8* %p0)"),
    (f: ReturnType<typeof text>) => f.line("fence seq_cst"),
    (f: ReturnType<typeof text>) =>
      f.line("call void @llvm.memcpy.p0i8.p0i8.i64(i8* %p0, i8* %p1, i64 4, i1 false)"),
    (f: ReturnType<typeof text>) => f.start(f.label("next")),
  ]) {
    const f = text();
    const first = f.load(LOAD, "%p0");
    change(f);
    assert.is.not(f.load(LOAD, "%p0"), first);
  }
  const f = text();
  const first = f.load(LOAD, "%p0");
  f.value("call float @llvm.fma.f32(float %x, float %y, float %z)");
  f.line("call void @llvm.prefetch.p0i8(i8* %p0, i32 0, i32 3, i32 1)");
  assert.is(f.load(LOAD, "%p0"), first);
});

test("a load behind no root is written each time", () => {
  const f = text();
  assert.is.not(f.load(LOAD, "%q"), f.load(LOAD, "%q"));
});

test("places in the stack are computed at the entry, once", () => {
  const f = text();
  const stack = f.atEntry("alloca [64 x i8], align 64");
  const place = f.place(stack, `getelementptr i8, i8* ${stack}, i64 4`);
  f.start(f.label("next"));
  assert.is(f.place(stack, `getelementptr i8, i8* ${stack}, i64 4`), place);
  const other = f.place("%p0", "getelementptr i8, i8* %p0, i64 4");
  f.start(f.label("next"));
  assert.is.not(f.place("%p0", "getelementptr i8, i8* %p0, i64 4"), other);
});

const SUM = "add i64 %x, 1";

test("what is known before a branch is known in it and behind it, what is found in it is not", () => {
  const f = text();
  const before = f.value(SUM);
  let inside = "";
  f.when("%cond", () => {
    assert.is(f.value(SUM), before);
    inside = f.value("add i64 %x, 2");
  });
  assert.is(f.value(SUM), before);
  assert.is.not(f.value("add i64 %x, 2"), inside);
  const other = f.choose(
    "%cond",
    "i64",
    () => f.value("add i64 %x, 3"),
    () => f.value("add i64 %x, 3"),
  );
  assert.match(f.render("define void @f()"), `${other} = phi i64 [ %t`);
  assert.is(f.render("define void @f()").match(/add i64 %x, 3/g)?.length, 2);
});

test("a store in a branch is seen behind it", () => {
  const f = text();
  const [kept, changed] = [f.load(LOAD, "%p0"), f.load("load float, float* %b, align 4", "%p1")];
  f.when("%cond", () => f.store("store float 0.0, float* %b, align 4", "%p1"));
  assert.is(f.load(LOAD, "%p0"), kept);
  assert.is.not(f.load("load float, float* %b, align 4", "%p1"), changed);
});

test("what runs again does not use loads from before", () => {
  const f = text();
  const [sum, load] = [f.value(SUM), f.load(LOAD, "%p0")];
  f.repeats();
  f.scoped(() => {
    f.follow(f.label("loop"));
    assert.is(f.value(SUM), sum);
    assert.is.not(f.load(LOAD, "%p0"), load);
  });
});

const edge = `
@I.ir_module
class Module:
    @T.prim_func(private=True)
    def edge(A: T.Buffer(("n",), "float32"), B: T.Buffer((16,), "float32")):
        n = T.int64()
        for l in T.vectorized(16):
            B[l] = T.if_then_else(l < n, A[l], T.float32(0))

    @R.function
    def main(x: R.Tensor(("n",), "float32")):
        y = R.call_tir(Module.edge, (x,), out_ty=R.Tensor((16,), "float32"))
        return y
`;

if (hasNative())
  test("neighbours or 0 are one load under a mask, without a branch or a choice", async () => {
    const target = "llvm -mcpu=x86-64-v4 -num-cores=1";
    const parsed = parseTarget(target);
    if (!("target" in parsed)) throw new Error(parsed.problem);
    const { module } = readModule({ name: "test.relax", text: edge });
    const made = nativeText(module, new Diagnostics(), { description: parsed.target });
    assert.match(made!.text, /call <16 x float> @llvm\.masked\.load/);
    assert.not.match(made!.text, /phi <16 x float>|select <16 x i1>/);
    await expectSame(
      edge,
      target,
      [0, 1, 15, 16, 40].map((n) => [floats(n)]),
    );
  });

test.run();
