import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { IRModule } from "../../../../src/ir/module.js";
import { interpret } from "../../../../src/interp/index.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { tensorValue, type Value } from "../../../../src/support/value.js";
import { parseModule } from "../../../../src/syntax/index.js";
import { compileLlvm } from "../../../../src/target/llvm/index.js";
import { functionText } from "../../../../src/target/llvm/text/function.js";
import { moduleText } from "../../../../src/target/llvm/text/module.js";
import { dialectOf } from "../../../../src/target/llvm-dialect.js";
import { hasNative, nativeInstance, plainMachine } from "../../../../src/testing/native.js";
import { floats } from "./beside-interpreter.js";

const test = suite("llvm: tiles held as values");

const read = (body: string): IRModule =>
  parseModule(
    {
      name: "test.relax",
      text: `
@T.prim_func
def main(A: T.Buffer(("n", 16), "float32"), B: T.Buffer(("n", 16), "float32")):
    n = T.int64()
${body}`,
    },
    new Diagnostics(),
  );

const irOf = (module: IRModule): string =>
  compileLlvm(module, new Diagnostics(), { machine: plainMachine() })!.text;

const zeros = (n: number): Value => {
  const shape = [n, 16];
  const bytes = new Uint8Array(64 * n);
  const value = floats(...shape);
  if (value.kind !== "tensor") throw new Error("no tensor");
  return tensorValue({ dtype: value.data.dtype, shape, bytes });
};

function agrees(module: IRModule): void {
  if (!hasNative()) return;
  const instance = nativeInstance(module);
  for (const n of [0, 1, 2, 5, 9]) {
    const [expected, actual] = [0, 1].map(() => [floats(n, 16), zeros(n)]);
    assert.ok(interpret(module, "main", expected!, {}).ok);
    assert.ok(runPrimFunc(instance, "main", actual!).ok);
    assert.equal(actual, expected);
  }
}

const CASES = {
  "sums in nested loops": `
    for i in range(n):
        acc = T.alloc_buffer((2, 8), "float32", scope="local")
        for h in T.unroll(2):
            for c in T.vectorized(8):
                acc[h, c] = T.float32(0)
        for k in range(n):
            for l in range(i):
                for h in T.unroll(2):
                    for c in T.vectorized(8):
                        acc[h, c] = acc[h, c] + A[k, h * 8 + c] * A[l, h * 8 + c]
        for h in T.unroll(2):
            for c in T.vectorized(8):
                B[i, h * 8 + c] = acc[h, c]`,
  "values that conditions change": `
    last = T.alloc_buffer((16,), "float32", scope="local")
    count = T.alloc_buffer((1,), "float32", scope="local")
    count[0] = T.float32(1)
    for c in T.vectorized(16):
        last[c] = T.float32(-1)
    for i in range(n):
        if i % 3 == 1:
            for c in T.vectorized(16):
                last[c] = A[i, c]
        else:
            count[0] = count[0] + last[3]
        for c in T.vectorized(16):
            B[i, c] = last[c] + count[0]`,
  "loops that are left": `
    last = T.alloc_buffer((16,), "float32", scope="local")
    for c in T.vectorized(16):
        last[c] = T.float32(2)
    for i in range(n):
        for k in range(n):
            if k == 3:
                for c in T.vectorized(16):
                    last[c] = T.float32(5)
                break
            if k == i:
                continue
            for c in T.vectorized(16):
                last[c] = last[c] + A[k, c]
        for c in T.vectorized(16):
            B[i, c] = last[c]`,
  "shared loops, each part with its own": `
    acc = T.alloc_buffer((16,), "float32", scope="local")
    for i in T.parallel(n):
        for c in T.vectorized(16):
            acc[c] = T.float32(0)
        for k in range(n):
            for c in T.vectorized(16):
                acc[c] = acc[c] + A[k, c]
        for c in T.vectorized(16):
            B[i, c] = acc[c]`,
};

for (const [name, body] of Object.entries(CASES))
  test(`${name}: no memory`, () => {
    const module = read(body);
    const text = irOf(module);
    // The environment of a shared loop alone stands in memory.
    const own = text.split(/^define /m).filter((f) => !f.startsWith("internal i32 @kernel.main(") || !name.startsWith("shared")); // prettier-ignore
    assert.not.match(own.join(""), /\balloca\b/);
    agrees(module);
  });

test("what is read at a place that varies, or in a shared loop from outside, stays in memory", () => {
  for (const body of [
    `
    tile = T.alloc_buffer((16,), "float32", scope="local")
    for c in T.vectorized(16):
        tile[c] = T.float32(3)
    for i in range(n):
        B[i, 0] = tile[i % 16]`,
    `
    tile = T.alloc_buffer((16,), "float32")
    for c in T.vectorized(16):
        tile[c] = T.float32(3)
    for i in T.parallel(n):
        for c in T.vectorized(16):
            B[i, c] = tile[c]`,
  ]) {
    const module = read(body);
    assert.match(irOf(module), /alloca \[64 x i8\]/);
    agrees(module);
  }
});

test("values are joined where they are read, and nowhere else", () => {
  const f = functionText(moduleText(dialectOf(15)));
  const [kept, dropped] = [{ type: "i64" }, { type: "i64" }];
  f.set(kept, "1");
  f.set(dropped, "1");
  f.when("%c", () => {
    f.set(kept, "2");
    f.set(dropped, "2");
  });
  const joined = f.get(kept);
  f.when("%d", () => f.ret(`ret i64 ${f.get(kept)}`));
  f.ret(`ret i64 ${f.get(kept)}`);
  const text = f.render("define i64 @f(i1 %c, i1 %d)");
  assert.is(text.match(/ phi /g)?.length, 1);
  assert.match(text, `${joined} = phi i64 [ 1, %body ], [ 2, %then0 ]`);
  assert.is(text.match(new RegExp(`ret i64 ${joined}`, "g"))?.length, 2);
});

test("what only runs others is compiled in the cheapest way, what computes is not", () => {
  const heads = irOf(read(CASES["shared loops, each part with its own"])).match(/^define .*$/gm)!;
  const cheap = (name: string): boolean =>
    heads.some((line) => line.includes(`@${name}(`) && line.includes("noinline optnone"));
  assert.equal(["kernel.main", "kernel.main.part0", "entry.main", "kernel.main.body0"].map(cheap), [
    true,
    true,
    true,
    false,
  ]);
});

test.run();
