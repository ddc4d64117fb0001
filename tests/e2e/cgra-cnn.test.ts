import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBusy, runOnFabric } from "../../src/testing/run-on-fabric.js";

const cnn = suite("a network of floats on a fabric");

cnn("its convolutions run on the array, and most slots of it compute", async () => {
  const text = readFileSync("samples/cgra/cnn-floats.relax", "utf8");
  const { layers, stderr } = await runOnFabric(text, "npu-float-6x6", "n=2,h=6,w=9");
  assert.not.match(stderr, /MAP/);
  const convolutions = layers.filter((l) => l.name.startsWith("conv2d_floats_rings"));
  assert.equal(convolutions.map((l) => isBusy(l, 0.55)), [true, true, true]); // prettier-ignore
});

cnn.run();
