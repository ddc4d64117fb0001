import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

// `npm run nets` compares all of them with ONNX Runtime, at more sizes and on every executor.
const nets = suite("networks");
const FOLDER = "samples/nets";
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
}

nets("all five are there", () => assert.ok(readdirSync(FOLDER).length >= 5));

nets.run();
