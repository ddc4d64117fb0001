import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../../src/testing/run-cli.js";

const plan = suite("cli: plan");

async function outputOf(table: string, ...flags: readonly string[]): Promise<string> {
  const files = { "buffers.csv": table };
  const run = await runCli(["plan", "--csv", "buffers.csv", "-o", "out.csv", ...flags], { files });
  assert.is(run.exit, 0, run.stderr);
  return new TextDecoder().decode(run.host.files.get("/w/out.csv"));
}

plan("rows come back as they were, with a column of offsets", async () => {
  const table = "id,lower,upper,size,hint\r\n a ,0,2,5,1\r\n\r\nb,1,4,7,-1\r\n";
  const lines = (await outputOf(table)).split("\n");
  assert.is(lines[0], "id,lower,upper,size,hint,offset");
  assert.match(lines[1]!, /^a,0,2,5,1,\d+$/);
  assert.match(lines[2]!, /^b,1,4,7,-1,\d+$/);
  assert.is(lines.length, 4);
});

plan("a column of given offsets is filled in its place", async () => {
  const table = "offset,id,lower,upper,size\n3,a,0,2,5\n,b,1,4,7\n";
  assert.is(await outputOf(table), "offset,id,lower,upper,size\n3,a,0,2,5\n8,b,1,4,7\n");
});

plan("without a placement nothing is written", async () => {
  const files = { "b.csv": "id,lower,upper,size\na,0,2,5\n" };
  const argv = ["plan", "--csv", "b.csv", "--capacity", "4", "-o", "out.csv"];
  const run = await runCli(argv, { files });
  assert.is(run.exit, 1);
  assert.not(run.host.files.has("/w/out.csv"));
});

plan.run();
