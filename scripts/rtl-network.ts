/**
 * `node scripts/run.mjs scripts/rtl-network.ts [WORD…]`: runs networks of the samples on their simulated fabrics at two
 * sizes of images, and does the first and the last launch of each of their kernels again in Verilator: every cycle of the
 * outputs, and the scratchpad; exit code 1 when something differs. Words choose networks.
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

interface Network {
  readonly file: string;
  readonly fabric: string;
  readonly sizes: readonly string[];
}

const NETWORKS: readonly Network[] = [
  { file: join("nets", "resnet18-int8"), fabric: "npu-6x6", sizes: ["h=32,w=32", "h=48,w=40"] },
  { file: join("cgra", "cnn-floats"), fabric: "npu-float-6x6", sizes: ["h=16,w=16", "h=9,w=22"] },
];

const words = process.argv.slice(2);
for (const network of NETWORKS)
  if (words.length === 0 || words.some((word) => network.file.includes(word)))
    await compare(network);

async function compare({ file, fabric: name, sizes }: Network): Promise<void> {
  const path = join("samples", `${file}.relax`);
  const fabric = preset(name)!;
  const graph = checkText({ name: path, text: readFileSync(path, "utf8") }).module;
  const sink = new Diagnostics();
  const module = await prepareFor("cgra", graph, sink, { target: targetText(fabric) });
  const built = module && buildForCgra(module, sink, { producer: "rtl-network", fabric });
  if (built === undefined) throw new Error(sink.all.map((d) => d.message).join("\n"));
  const { kernels } = built.host;
  const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file: path } as const;
  const signature = chooseEntry(signaturesOf(graph), undefined);
  const model = buildRtl(fabric, join(MODELS, fabric.name), ["verilator"]);
  for (const size of sizes) {
    const shapes = parseShapes([`n=1,${size}`]);
    const args = makeInputs(signature, { ...shapes, given: new Map(), seed: 1, limit: undefined });
    const recorder = launchRecorder(kernels);
    const device = makeDevice(fabric, kernels, recorder.watch);
    runJob({ program, entry: signature.name, args }, () => undefined, device.hosts);
    const launches = device.layers.reduce((sum, l) => sum + l.launches, 0);
    console.log(`${file}, ${size}: ${kernels.size} kernels, ${launches} launches`);
    for (const launch of recorder.launches()) {
      const { cycles, difference } = compareRtl(model, launch);
      console.log(`  ${launch.name}, ${cycles} cycles: ${difference ?? "equal"}`);
      if (difference !== undefined) process.exitCode = 1;
    }
  }
}
