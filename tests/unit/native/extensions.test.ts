import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nativeText } from "../../../src/driver/native.js";
import { readModule } from "../../../src/driver/frontend.js";
import { unknownExtensions } from "../../../src/native/llvm/extensions.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { architectures, extensionsOf } from "../../../src/support/processors.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { hasNative } from "../../../src/testing/native.js";

const test = suite("native: extensions of processors");
const when = hasNative() ? test : test.skip;

when("LLVM knows the extensions that processors are said to have, and no others", () => {
  for (const architecture of architectures) {
    const said = [...extensionsOf(architecture)].map((name) => `+${name}`);
    assert.ok(said.length > 0);
    assert.equal(unknownExtensions(architecture.triple, said), [], architecture.name);
  }
  assert.equal(unknownExtensions("aarch64-linux-gnu", ["+sve", "-avx2", "+avx2"]), ["avx2"]);
});

const PROGRAM = `
@T.prim_func
def main(A: T.Buffer((64,), "float32")):
    for i in T.vectorized(64):
        A[i] = A[i] + T.float32(1)
`;

/** The first line of the text with extensions, or what is said. */
function attributes(target: string): string {
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const sink = new Diagnostics();
  const { module } = readModule({ name: "test.relax", text: PROGRAM });
  const made = nativeText(module!, sink, { description: parsed.target });
  if (made === undefined)
    return sink.all.map((d) => [d.code, d.message, ...d.hints].join(": ")).join("\n");
  return /"target-features"="([^"]*)"/.exec(made.text)?.[1] ?? "none";
}

when("what is said of extensions reaches the code generator in its order", () => {
  assert.is(attributes("llvm -mcpu=x86-64 -mattr=avx2,+fma"), "+avx2,+fma");
  assert.is(attributes("llvm -mcpu=haswell -mattr=-fma"), "-fma");
  assert.is(attributes("llvm -mcpu=cortex-a7 -mattr=-neon"), "+vfp4,-neon");
  assert.is(attributes("llvm -mcpu=haswell"), "none");
});

when("an extension that LLVM does not know is told, with those of a similar name", () => {
  const said = attributes("llvm -mtriple=aarch64-linux-gnu -mattr=+dotprd,+sve");
  assert.match(said, /^CFG105: LLVM \d+ knows no extension `dotprd` of aarch64 processors/);
  assert.match(said, /did you mean `dotprod`\?$/);
  assert.match(attributes("llvm -mcpu=cortex-a7 -mattr=+avx2"), /`avx2` of arm processors/);
});

test("WebAssembly has two", () => {
  const wrong = parseTarget("wasm -mattr=+relaxed");
  assert.equal("known" in wrong && wrong.known, ["simd128", "relaxed-simd"]);
});

test.run();
