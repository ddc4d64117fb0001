import { suite } from "uvu";
import * as assert from "uvu/assert";
import { leafBlocks } from "../../../../src/analysis/tir-pattern/index.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { interpret } from "../../../../src/interp/index.js";
import { irModule } from "../../../../src/ir/module.js";
import type { PrimFunc } from "../../../../src/ir/tir/function.js";
import type { Block } from "../../../../src/ir/tir/stmt.js";
import { float32 } from "../../../../src/support/dtype.js";
import { zeros } from "../../../../src/support/ndarray.js";
import { tensorValue } from "../../../../src/support/value.js";
import {
  inlineConsumer,
  inlineProducer,
  type Inlined,
} from "../../../../src/transform/tir/inline-block.js";

const test = suite("transform: inlining of blocks");

const SIZE = 6;

/** Blocks over `P` (inside), `A` (input) and `C` (output), vectors of six. */
function funcOf(...blocks: readonly string[]): PrimFunc {
  const text = `@T.prim_func(private=True, s_tir=True)
def f(A: T.Buffer((6,), "float32"), C: T.Buffer((6,), "float32")):
    P = T.sblock_alloc_buffer((6,), "float32")
${blocks
  .map(
    (store, i) => `    for i in range(6):
        with T.sblock("b${i}"):
            v = T.axis.spatial(6, i)
            ${store.split("\n").join("\n            ")}`,
  )
  .join("\n")}
`;
  const { module, failed, diagnostics } = readModule({ name: "f.relax", text });
  assert.not(failed, diagnostics.map((d) => d.message).join());
  return module.functions.get("f") as PrimFunc;
}

const blockOf = (func: PrimFunc, name: string): Block =>
  leafBlocks(func)!.leaves.find((l) => l.block.name === name)!.block;

function results(func: PrimFunc): string {
  const [a, c] = [zeros(float32, [SIZE]), zeros(float32, [SIZE])];
  new Float32Array(a.bytes.buffer).set([0.5, -1, 2, 3.25, -4, 7]);
  const module = irModule(new Map([["f", func]]));
  const outcome = interpret(module, "f", [tensorValue(a), tensorValue(c)]);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.diagnostic.message);
  return [...c.bytes].join();
}

function inlined(func: PrimFunc, by: Inlined, blocks: number): void {
  assert.ok(by.ok, by.ok ? "" : by.reason);
  if (!by.ok) return;
  assert.is(leafBlocks(by.func)!.leaves.length, blocks);
  assert.is(results(by.func), results(func));
}

test("a producer is inlined at any index, once for each element", () => {
  for (const consumer of [
    "C[v] = P[v] + T.float32(1.0)",
    "C[v] = P[5 - v]",
    "C[v] = P[v] * P[v] + P[5 - v]",
    "C[v] = T.if_then_else(v < 3, P[v], P[v - 3])",
    "x: T.let[T.float32] = P[v]\nC[v] = x * x",
  ]) {
    const func = funcOf("P[v] = T.exp(A[v])", consumer);
    inlined(func, inlineProducer(func, blockOf(func, "b0")), 1);
  }
});

test("names of a producer come along", () => {
  const func = funcOf("x: T.let[T.float32] = A[v] + A[v]\nP[v] = x * x", "C[v] = P[v] + P[5 - v]");
  inlined(func, inlineProducer(func, blockOf(func, "b0")), 1);
});

test("a consumer is stored by its producer", () => {
  for (const consumer of [
    "C[v] = P[v] + T.float32(1.0)",
    "C[v] = P[v] * P[v]",
    "x: T.let[T.float32] = P[v]\nC[v] = x * x",
  ]) {
    const func = funcOf("y: T.let[T.float32] = A[v]\nP[v] = y + y", consumer);
    inlined(func, inlineConsumer(func, blockOf(func, "b1")), 1);
  }
});

test("what cannot be inlined says why", () => {
  const reason = (by: Inlined): string => (by.ok ? "done" : by.reason);
  const plain = funcOf("P[v] = A[v]", "C[v] = P[v]");
  assert.match(reason(inlineProducer(plain, blockOf(plain, "b1"))), "visible outside");
  const shuffled = funcOf("P[v] = A[v]", "C[v] = P[5 - v]");
  assert.match(reason(inlineConsumer(shuffled, blockOf(shuffled, "b1"))), "element by element");
  const later = funcOf("P[v] = C[v]", "C[v] = P[v]");
  assert.match(reason(inlineProducer(later, blockOf(later, "b0"))), "written later");
  const twice = funcOf("P[v] = A[v]", "P[v] = A[v] + A[v]", "C[v] = P[v]");
  assert.match(reason(inlineProducer(twice, blockOf(twice, "b0"))), "another block");
  const unused = funcOf("P[v] = A[v]", "C[v] = A[v]");
  assert.match(reason(inlineProducer(unused, blockOf(unused, "b0"))), "nothing reads");
});

test.run();
