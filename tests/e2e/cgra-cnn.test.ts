import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const cnn = suite("a network of floats on a fabric");

interface Layer {
  readonly name: string;
  readonly launches: number;
  readonly arrayCycles: number;
  readonly issued: number;
  readonly moves: number;
}

cnn("its convolutions run on the array, and most slots of it compute", async () => {
  const files = { "cnn.relax": readFileSync("samples/cgra/cnn-floats.relax", "utf8") };
  const argv = ["run", "cnn.relax", "--target", "cgra", "--fabric", "npu-float-6x6", "--random", "1", "--shape", "n=2,h=6,w=9"]; // prettier-ignore
  const { exit, stdout, stderr } = await runCli([...argv, "--oracle", "--profile", "--report", "json"], { files }); // prettier-ignore
  assert.is(exit, 0, stderr);
  assert.match(stderr, /equal to the reference interpreter/);
  assert.not.match(stderr, /MAP/);
  const { layers } = JSON.parse(stdout.split("\n")[0]!) as { readonly layers: readonly Layer[] };
  assert.ok(layers.every((l) => l.launches > 0));
  const convolutions = layers.filter((l) => l.name.startsWith("conv2d_floats_rings"));
  assert.is(convolutions.length, 3);
  for (const { name, arrayCycles, issued, moves } of convolutions)
    assert.ok(issued - moves > 0.55 * 36 * arrayCycles, `${name}: ${issued - moves} in ${arrayCycles} cycles`); // prettier-ignore
});

cnn.run();
