import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

// The others of `samples/nets` are run by `npm run nets`, at more sizes and on every executor.
const net = suite("encoder");

net("gives the bits of the interpreter", async () => {
  const files = { "net.relax": readFileSync("samples/nets/encoder.relax", "utf8") };
  // At this size the interpreter is quick.
  const argv = ["run", "net.relax", "--random", "1", "--shape", "batch=1,seq=2", "--oracle"];
  const { exit, stderr } = await runCli(argv, { files });
  assert.is(exit, 0, stderr);
  assert.match(stderr, /equal to the reference interpreter/);
});

net.run();
