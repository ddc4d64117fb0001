import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { preset } from "../../../../../src/target/cgra/index.js";
import { kernelCaseDifference } from "../../../../../src/testing/fuzz/cgra-rtl-kernels.js";
import { buildRtl, modelOf, MODELS } from "../../../../../src/testing/rtl/build.js";
import { compileCase, KERNEL_CASES } from "../../../../../src/testing/rtl/kernels.js";

const test = suite("kernels of networks in hardware");

const caseOf = (func: string): number => KERNEL_CASES.findIndex((c) => c.func === func);

test("every kind of kernel is launched at both sizes, from one image", () => {
  const kinds = new Set<string>();
  for (const made of KERNEL_CASES) {
    const launches = compileCase(made);
    const small = launches(0);
    const large = launches(1);
    const names = [...new Set(small.map((l) => l.name))];
    assert.ok(names.length > 0, made.func);
    assert.equal([...new Set(large.map((l) => l.name))], names);
    for (const name of names) {
      kinds.add(name);
      const [a, b] = [small, large].map((all) => all.find((l) => l.name === name));
      assert.equal(a!.program, b!.program, name);
      assert.not.equal(a!.liveins, b!.liveins, name);
    }
  }
  assert.is(kinds.size, 21);
});

test("a kernel with the data of its function does the same in hardware, cycle by cycle", () => {
  const cycles = kernelCaseDifference(2 * caseOf("relu_bytes") + 1, ["icarus"]);
  if (typeof cycles === "string") throw new Error(cycles);
  assert.equal([...cycles.keys()], ["relu_bytes_tile"]);
  assert.ok(cycles.get("relu_bytes_tile")! > 20);
});

test("models are kept, and made again from another text", () => {
  const fabric = preset("cgra-flow-2x2")!;
  const dir = join(MODELS, `test-${process.pid}`, "kept");
  const fileTime = (): number => statSync(modelOf(buildRtl(fabric, dir, ["icarus"]), "icarus")).mtimeMs; // prettier-ignore
  const first = fileTime();
  assert.is(fileTime(), first);
  writeFileSync(join(dir, "icarus", "key"), "another");
  assert.ok(fileTime() > first);
  rmSync(join(MODELS, `test-${process.pid}`), { recursive: true });
});

test.run();
