import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

// `npm run nets` compares all of them with ONNX Runtime, at more sizes and on every executor.
const nets = suite("networks");
const FOLDER = "samples/nets";
/** Sizes at which the interpreter is quick. */
const RUN: Readonly<Record<string, string>> = {
  "encoder.relax": "batch=1,seq=2",
  "mobilenet-v2.relax": "n=1,h=8,w=8",
};

for (const name of readdirSync(FOLDER)) {
  const files = { [name]: readFileSync(`${FOLDER}/${name}`, "utf8") };

  nets(`${name} is without findings`, async () => {
    const { exit, stdout } = await runCli(["check", "--report", "concise", name], { files });
    assert.is(exit, 0, stdout);
    assert.is(stdout.trim(), "");
  });

  nets(`${name} has a memory plan at the lower bound for all sizes tried`, async () => {
    const { exit, stdout } = await runCli(["plan", name], { files });
    assert.is(exit, 0);
    assert.match(stdout, /optimal at all sizes|1\.0000 × the bound/);
  });

  const shape = RUN[name];
  if (shape === undefined) continue;
  nets(`${name} gives the bits of the interpreter`, async () => {
    const argv = ["run", name, "--random", "1", "--shape", shape, "--oracle"];
    const { exit, stderr } = await runCli(argv, { files });
    assert.is(exit, 0, stderr);
    assert.match(stderr, /equal to the reference interpreter/);
  });
}

nets("all five are there", () => assert.ok(readdirSync(FOLDER).length >= 5));

nets.run();
