/**
 * `node scripts/run.mjs scripts/rtl-network.ts [SIZES…]`: runs the int8 ResNet-18 of the samples on the simulated
 * `npu-6x6` at each size of its images, e.g. `32x32`, and does the first and the last launch of each of its kernels
 * again in Verilator: every cycle of the outputs, and the scratchpad; exit code 1 when something differs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildForCgra } from "../src/driver/cgra.js";
import { checkText } from "../src/driver/frontend.js";
import { makeInputs, parseShapes } from "../src/driver/inputs.js";
import { prepareFor } from "../src/driver/optimise.js";
import { artefactBytes, chooseEntry, signaturesOf } from "../src/driver/run.js";
import { runJob } from "../src/driver/run-job.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { makeDevice } from "../src/target/cgra/host/device.js";
import { targetText } from "../src/target/cgra/fabric/features.js";
import { preset } from "../src/target/cgra/index.js";
import { buildRtl, MODELS } from "../src/testing/rtl/build.js";
import { launchRecorder } from "../src/testing/rtl/launches.js";
import { compareRtl } from "../src/testing/rtl/simulators.js";

const FILE = join("samples", "nets", "resnet18-int8.relax");
const SIZES = ["32x32", "48x40"];

const fabric = preset("npu-6x6")!;
const graph = checkText({ name: FILE, text: readFileSync(FILE, "utf8") }).module;
const sink = new Diagnostics();
const module = await prepareFor("cgra", graph, sink, { target: targetText(fabric) });
const built = module && buildForCgra(module, sink, { producer: "rtl-network", fabric });
if (built === undefined) throw new Error(sink.all.map((d) => d.message).join("\n"));
const { kernels } = built.host;
const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file: FILE } as const;
const signature = chooseEntry(signaturesOf(graph), undefined);
const model = buildRtl(fabric, join(MODELS, fabric.name), ["verilator"]);

for (const size of process.argv.length > 2 ? process.argv.slice(2) : SIZES) {
  const [h, w] = size.split("x");
  const shapes = parseShapes([`n=1,h=${h},w=${w}`]);
  const args = makeInputs(signature, { ...shapes, given: new Map(), seed: 1, limit: undefined });
  const recorder = launchRecorder(kernels);
  const device = makeDevice(fabric, kernels, recorder.watch);
  runJob({ program, entry: signature.name, args }, () => undefined, device.hosts);
  const launches = device.layers.reduce((sum, l) => sum + l.launches, 0);
  console.log(`${size}: ${kernels.size} kernels, ${launches} launches`);
  for (const launch of recorder.launches()) {
    const { cycles, difference } = compareRtl(model, launch);
    console.log(`  ${launch.name}, ${cycles} cycles: ${difference ?? "equal"}`);
    if (difference !== undefined) process.exitCode = 1;
  }
}
