/** Native code for other machines, run by an emulator where one is installed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { libraryFiles } from "../../../src/cli/native-library.js";
import { nodeHost } from "../../../src/driver/host-node.js";
import { findCompiler, STRICT } from "../../../src/testing/c/build.js";
import { hasNative } from "../../../src/testing/native.js";
import { runCli } from "../../../src/testing/run-cli.js";
import { builtLibrary, compareLibrary } from "./library-program.js";
import type { Sizes } from "./reference.js";

const cross = suite("driver: code for other machines");

/** Triples as compilers spell them, and the machine of ELF (e_machine). */
const MACHINES = [
  { target: "llvm -mtriple=aarch64-linux-gnu", tools: "aarch64-linux-gnu", elf: 183 },
  { target: "llvm -mcpu=cortex-a72", tools: "aarch64-linux-gnu", elf: 183 },
  { target: "llvm -mtriple=armv7-linux-gnueabihf", tools: "arm-linux-gnueabihf", elf: 40 },
  {
    target: "llvm -mtriple=armv7-linux-gnueabihf -mcpu=cortex-a7",
    tools: "arm-linux-gnueabihf",
    elf: 40,
  },
  { target: "llvm -mtriple=riscv64-linux-gnu", tools: "riscv64-linux-gnu", elf: 243 },
];
const SAMPLES: readonly (readonly [file: string, sizes: Sizes])[] = [
  ["samples/21-graph-operators.relax", { batch: 2, seq: 5 }],
  ["samples/16-constants.relax", { m: 3 }],
  ["samples/08-quantised-matmul.relax", { m: 3 }],
];

for (const { target, tools, elf } of MACHINES) {
  const compiler = findCompiler(`${tools}-gcc`);
  const emulator = findCompiler(`qemu-${tools.split("-")[0]!}`);
  cross(`${target}: objects for linkers of that machine`, async () => {
    if (!hasNative()) return;
    const text = "@T.prim_func\ndef f(A: T.Buffer((4,), \"float32\")):\n    A[0] = A[1] * A[2]\n"; // prettier-ignore
    const { object } = await builtLibrary(target, "f.relax", text);
    assert.is(object[18], elf);
  });
  // What another processor of an architecture changes is its vectors.
  for (const [file, sizes] of target.includes("-mcpu") ? SAMPLES.slice(0, 1) : SAMPLES)
    cross(`${target}: ${file} under an emulator`, async () => {
      if (!hasNative() || compiler === undefined || emulator === undefined) return;
      await compareLibrary(file, "main", sizes, {
        target,
        compiler,
        flags: [...STRICT, "-static"],
        emulator,
      });
    });
}

const FILES = { "m.relax": `@R.function
def main(x: R.Tensor(("n",), "float32")):
    return R.nn.relu(x)
` }; // prettier-ignore

cross("artefacts say that they are for another machine", async () => {
  if (!hasNative()) return;
  const triple = process.arch === "arm64" ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
  const argv = ["build", "m.relax", "--target", `llvm -mtriple=${triple}`, "-o", "m.rxe"];
  const made = await runCli(argv, { files: FILES });
  assert.is(made.exit, 0, made.stderr);
  const files = { "m.rxe": made.host.files.get("/w/m.rxe")! };
  const run = await runCli(["run", "m.rxe", "--random", "1", "--shape", "n=3"], { files });
  assert.is(run.exit, 2);
  assert.match(run.stderr, /CFG102.*m\.rxe/);
});

cross("what cannot be made is refused with what can", async () => {
  if (!hasNative()) return;
  for (const [target, out, said] of [
    ["llvm -mtriple=wasm32", "m.o", /CFG082.*`wasm32`[^]*x86_64, aarch64/],
    ["llvm -mtriple=aarch64-linux-gnu -mcpu=haswell", "m.o", /CFG082.*`haswell`[^]*cortex-a72/],
    ["llvm -mtriple=armv7-linux-gnueabihf", "m.rxe", /CFG103[^]*`-o model\.o`/],
    ["wasm -mtriple=aarch64-linux-gnu", "m.rxe", /CFG082.*no option of target `wasm`/],
  ] as const) {
    const argv = ["build", "m.relax", "--target", target, "-o", out];
    const { exit, stderr, host } = await runCli(argv, { files: FILES });
    assert.ok(exit === 1 || exit === 2, stderr);
    assert.match(stderr, said);
    assert.not(host.files.has(`/w/${out}`));
  }
});

cross("shared libraries ask for the linker of that machine", async () => {
  if (!hasNative()) return;
  const target = "llvm -mtriple=riscv32-unknown-elf";
  const library = await builtLibrary(target, "m.relax", FILES["m.relax"]);
  const files = () => libraryFiles(nodeHost(), "m.so", library, "riscv32-unknown-elf");
  assert.throws(files, /riscv32-unknown-elf/);
});

cross.run();
