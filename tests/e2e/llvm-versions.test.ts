import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installedLibraries, LLVM_VARIABLE } from "../../src/native/llvm/library.js";
import { hasNative } from "../../src/testing/native.js";

const test = suite("e2e: every version of libLLVM that is installed");
const folder = join("node_modules", ".cache", "llvm-versions");
const command = resolve(folder, "relaxc.mjs");

/** Rows, vectors with tails (one round of instcombine does not finish them), calls of the library, threads. */
const PROGRAM = `
@R.function
def main(x: R.Tensor(("n", "m"), "float32"), y: R.Tensor(("m",), "float32")):
    with R.dataflow():
        s = R.sort(R.add(R.sort(x, axis=-1), y), axis=0)
        p = R.nn.softmax(x, axis=-1)
        R.output(s, p)
    return (s, p)
`;

/** A library is loaded once a process, so each version has its own. */
const run = (version: string, ...words: readonly string[]) =>
  spawnSync(process.execPath, [command, ...words], {
    encoding: "utf8",
    env: { ...process.env, [LLVM_VARIABLE]: version },
  });

test.before(async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "program.relax"), PROGRAM);
  await build({
    entryPoints: ["src/cli/main.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    loader: { ".relax": "text" },
    outfile: command,
    logLevel: "error",
  });
});

if (hasNative())
  for (const version of installedLibraries())
    test(`compiles and runs programs with LLVM ${version}`, () => {
      const target = "llvm -num-cores=2";
      const sizes = ["--random", "1", "--shape", "n=13,m=37"];
      const words = ["run", join(folder, "program.relax"), "--target", target, "--oracle", ...sizes]; // prettier-ignore
      const { status, stderr } = run(`${version}`, ...words);
      assert.is(status, 0, stderr);
      assert.match(stderr, /equal to the reference interpreter/);
    });

test("a version that does not exist is refused", () => {
  const words = ["build", join(folder, "program.relax"), "--target", "llvm"];
  const { status, stderr } = run("9", ...words, "-o", join(folder, "program.rxe"));
  assert.is(status, 1);
  assert.match(stderr, /CFG090.*RELAXC_LLVM is `9`/);
});

test.run();
