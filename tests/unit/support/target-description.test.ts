import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tryDType } from "../../../src/support/dtype.js";
import { exactness, featuresLacked, lanesOf, parseTarget, servesTarget, targetPresets, type TargetDescription } from "../../../src/support/target-description.js"; // prettier-ignore

const targets = suite("target description");

function target(...given: Parameters<typeof parseTarget>): TargetDescription {
  const found = parseTarget(...given);
  if (!("target" in found)) throw new Error(found.problem);
  return found.target;
}
const host = { features: new Set(["avx512f", "avx2", "fma"]), cores: 8, caches: [1, 2, 3] };

targets("every kind is a target", () => {
  for (const { name } of targetPresets) assert.is(target(name).kind, name);
});

targets("a processor gives registers", () => {
  const v4 = target("llvm -mcpu=x86-64-v4");
  assert.is(v4.vectorBits, 512);
  assert.is(v4.vectorRegisters, 32);
  assert.is(lanesOf(v4, tryDType("float32")!), 16);
  assert.is(lanesOf(v4, tryDType("int8")!), 64);
  assert.is(target("llvm -mcpu=haswell").fma, true);
  assert.is(target("llvm -mcpu=x86-64-v4 -mattr=-avx512f").vectorBits, 256);
  assert.is(lanesOf(target("wasm"), tryDType("float64")!), 2);
  assert.is(lanesOf(target("cgra"), tryDType("float32")!), 1);
});

targets("native code without a processor is for the host", () => {
  assert.is(target("llvm", host).vectorBits, 512);
  assert.equal(target("c -mcpu=native", host).caches, [1, 2, 3]);
  assert.is(target("llvm -mcpu=x86-64", host).vectorBits, 128);
  assert.is(target("wasm", host).vectorBits, 128);
  assert.is(target("llvm -num-cores=4", host).cores, 4);
});

targets("a triple is another machine, and a processor of one has its triple", () => {
  const x86 = { ...host, architecture: "x86_64" };
  const arm = target("llvm -mtriple=aarch64-linux-gnu", x86);
  assert.equal([arm.triple, arm.processor, arm.vectorBits], ["aarch64-linux-gnu", undefined, 128]);
  assert.equal([...arm.features], ["neon"]);
  assert.is(target("llvm -mcpu=cortex-a72", x86).triple, "aarch64-unknown-linux-gnu");
  assert.is(target("llvm -mcpu=haswell", x86).triple, undefined);
  assert.is(target("llvm", x86).triple, undefined);
  assert.is(target("llvm -mtriple=armv7-linux-gnueabihf").vectorBits, 0);
  assert.is(target("llvm -mtriple=riscv64-linux-gnu -mattr=+v").vectorBits, 128);
  const wrong = parseTarget("llvm -mcpu=native -mtriple=riscv64-linux-gnu", x86);
  assert.match("problem" in wrong ? wrong.problem : "", "at hand runs no code");
});

targets("vectors may be shorter, or left alone", () => {
  assert.is(target("c -vector-width=256", host).vectorBits, 256);
  const plain = target("c -vector-width=0", host);
  assert.is(plain.vectorRegisters, 0);
  assert.is(lanesOf(plain, tryDType("float32")!), 1);
});

targets("C for processors with vectors takes what native code takes", () => {
  assert.ok(servesTarget("llvm", target("c", host)));
  for (const plain of ["c -vector-width=0", "llvm -vector-width=0", "llvm -mcpu=cortex-m4"]) {
    assert.not(servesTarget("llvm", target(plain, host)), plain);
    assert.ok(servesTarget("scalar", target(plain, host)), plain);
  }
  for (const other of ["c", "llvm", "wasm", "cgra"])
    assert.not(servesTarget("scalar", target(other, host)), other);
  assert.not(servesTarget("c", target("llvm", host)));
  assert.not(servesTarget("llvm", target("wasm", host)));
  assert.ok(servesTarget(undefined, target("cgra")));
});

targets("texts may ask for features, and those that ask for more are preferred", () => {
  const fabric = target("cgra -mattr=+dot,+b5");
  assert.ok(servesTarget("cgra+dot+b5", fabric));
  assert.not(servesTarget("cgra+dot+b6", fabric));
  assert.not(servesTarget("cgra+dot", target("cgra")));
  assert.not(servesTarget("llvm+dot", fabric));
  const ranks = [undefined, "cgra", "cgra+dot", "cgra+dot+b5"].map((t) => exactness(t, fabric));
  assert.equal(ranks, [...ranks].sort());
  assert.is(new Set(ranks).size, 4);
  assert.ok(exactness("llvm", target("c", host)) < exactness("c", target("c", host)));
});

targets("what rounds more is taken where a target allows it", () => {
  const relaxed = target("c -accuracy=relaxed", host);
  assert.ok(servesTarget("llvm+relaxed", relaxed));
  assert.not(relaxed.features.has("relaxed"));
  for (const text of ["llvm", "llvm -accuracy=full", "llvm -mattr=+relaxed-simd"]) {
    assert.not(servesTarget("llvm+relaxed", target(text, host)));
    assert.equal(featuresLacked("llvm+relaxed", target(text, host)), ["relaxed"]);
  }
  assert.is(featuresLacked("wasm+relaxed", relaxed), undefined);
});

targets("what is no target is told", () => {
  for (const [text, problem] of [
    ["llvm -accuracy=low", "accuracy is full or relaxed, not low"],
    ["lvm", "there is no target `lvm`"],
    ["", "there is no target ``"],
    ["llvm -mcpu=foo", "there is no processor `foo`"],
    ["c -vector-width=100", "vectors have 128, 256 or 512 bits, or 0, not 100"],
    ["llvm -num-cores=0", "threads are counted from 1 to 999, but there were to be 0"],
    ["wasm -vector-width=128", "`-vector-width=128` is no option of target `wasm`"],
    [
      "llvm -mtriple=z80-unknown-none",
      "there is no code for the architecture of `z80-unknown-none`",
    ],
    ["llvm -fast", "`-fast` is no option of target `llvm`"],
    ["wasm -mcpu=haswell", "`-mcpu=haswell` is no option of target `wasm`"],
  ] as const) {
    const found = parseTarget(text);
    assert.is("problem" in found ? found.problem : "", problem);
  }
});

targets.run();
