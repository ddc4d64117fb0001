import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const samples = suite("samples");
const names = readdirSync("samples").filter((name) => name.endsWith(".relax"));

for (const name of names) {
  const text = readFileSync(`samples/${name}`, "utf8");
  const run = (...argv: readonly string[]) => runCli(argv, { files: { [name]: text } });

  samples(`${name} starts with its purpose`, () => assert.match(text, /^# [A-Z].{20,}\.?$/m));

  samples(`${name} is laid out`, async () => {
    const { stdout, stderr } = await run("format", "--check", name);
    assert.is(stdout + stderr, "", "npx relaxc format --write samples");
  });

  // The sample of mistakes says so in its name; all others are without error.
  samples(`${name} checks as its name says`, async () => {
    const { exit, stdout } = await run("check", "--report", "concise", name);
    assert.is(exit, name.includes("mistakes") ? 1 : 0, stdout);
  });

  if (name.includes("mistakes")) continue;
  for (const dialect of ["native", "tvm-0.27", "tvm-0.18"]) {
    samples(`${name} reads back from ${dialect}`, async () => {
      const { exit, stdout, stderr } = await run("roundtrip", "--dialect", dialect, name);
      assert.is(exit, 0, stdout + stderr);
    });
  }

  // The header says how to run it; on WebAssembly the outputs are those of the interpreter, bit by bit.
  const line = /^# Run: relaxc (.*)$/m.exec(text)?.[1]?.replaceAll("samples/", "");
  samples(`${name} says how to run it`, () => assert.ok(line));
  samples(`${name} runs as its header says`, async () => {
    const { exit, stdout, stderr } = await run(...line!.split(" "), "--oracle");
    assert.is(exit, 0, stderr);
    assert.match(stdout, /^out_0 {2}/);
    assert.match(stderr, /equal to the reference interpreter/);
  });
}

samples("sums in another order are compared as written and as compiled", async () => {
  const files = { "10-softmax.relax": readFileSync("samples/10-softmax.relax", "utf8") };
  const run = (...argv: readonly string[]) => runCli(argv, { files });
  const argv = ["run", "10-softmax.relax", "--random", "1", "--shape", "n=3,d=77", "--oracle"];
  for (const limits of [[], ["--timeout", "60"]]) {
    const { exit, stderr } = await run(...argv, ...limits);
    assert.is(exit, 0, stderr);
    assert.match(stderr, /within 1e-5 as written, bit by bit as compiled/);
  }
  const tight = await run(...argv, "--tol", "1e-12");
  assert.is(tight.exit, 1);
  assert.match(tight.stderr.replace(/\s+/g, " "), /interpreter on the program as written/);
});

samples("there are at least fifteen", () => assert.ok(names.length >= 15));

samples.run();
