import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

// The others of `samples/nets` are run by `npm run nets`, at more sizes and on every executor.
const net = suite("mobilenet-v2");

net("gives the bits of the interpreter", async () => {
  const files = { "net.relax": readFileSync("samples/nets/mobilenet-v2.relax", "utf8") };
  // At this size the interpreter is quick.
  const argv = ["run", "net.relax", "--random", "1", "--shape", "n=1,h=8,w=8", "--oracle"];
  const { exit, stderr } = await runCli(argv, { files });
  assert.is(exit, 0, stderr);
  assert.match(stderr, /equal to the reference interpreter/);
});

net.run();
