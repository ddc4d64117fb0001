/**
 * The network of bytes on a simulated fabric, built once for all image sizes: cycles and use of the array by layer, and
 * whether the result is that of the interpreter, bit by bit.
 */
import { readFileSync } from "node:fs";
import { buildForCgra } from "../src/driver/cgra.js";
import { checkText } from "../src/driver/frontend.js";
import { makeInputs, parseShapes } from "../src/driver/inputs.js";
import { lowerModule } from "../src/driver/lower.js";
import { prepareFor } from "../src/driver/optimise.js";
import { artefactBytes, chooseEntry, runOnInterpreter, signaturesOf } from "../src/driver/run.js";
import { runJob } from "../src/driver/run-job.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import type { Value } from "../src/support/value.js";
import { makeDevice, type LayerCounters } from "../src/target/cgra/host/device.js";
import { targetText } from "../src/target/cgra/fabric/features.js";
import { preset } from "../src/target/cgra/index.js";
import { rowOf, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";

const FILE = "samples/nets/resnet18-int8.relax";
const SIZES = ["h=32,w=32", "h=48,w=40"];
const MAP_WORK = 300e6;
/** Shares of all slots in percent that kernels are to use, by the start of their names. */
const AIMS: readonly (readonly [string, number])[] = [
  ["conv2d", 55],
  ["max_pool2d", 25],
];

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const sizes = SIZES.filter((size) => isChosen(size, options));
  const { module } = checkText({ name: FILE, text: readFileSync(FILE, "utf8") });
  const fabric = preset("npu-6x6")!;
  const sink = new Diagnostics();
  const started = process.cpuUsage();
  const prepared = await prepareFor("cgra", module, sink, { target: targetText(fabric) });
  const built = prepared && buildForCgra(prepared, sink, { producer: "bench", fabric, search: { work: MAP_WORK } }); // prettier-ignore
  const plain = await lowerModule(module, sink);
  if (built === undefined || plain === undefined) throw new Error(sink.all[0]?.message);
  const { user } = process.cpuUsage(started);
  const rows = [rowOf("cgra-net", "build", "s of CPU", user / 1e6)];
  const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file: FILE } as const;
  for (const size of sizes) {
    const signature = chooseEntry(signaturesOf(module), undefined);
    const args = makeInputs(signature, { ...parseShapes([`n=1,${size}`]), given: new Map(), seed: 1, limit: undefined }); // prettier-ignore
    const device = makeDevice(fabric, built.host.kernels);
    const { value } = runJob({ program, entry: "main", args }, () => undefined, device.hosts);
    const slots = ({ arrayCycles }: LayerCounters): number => arrayCycles * fabric.elements.length;
    device.layers.forEach((l, k) => {
      const name = `${size} ${String(k + 1).padStart(2, "0")} ${l.name}`;
      rows.push(rowOf("cgra-net", name, "cycles", l.cycles));
      const used = (100 * (l.issued - l.moves)) / slots(l);
      const aim = AIMS.find(([kind]) => l.name.startsWith(kind))?.[1];
      rows.push(
        rowOf(
          "cgra-net",
          name,
          "% of slots",
          used,
          aim,
          aim === undefined ? undefined : "at least",
        ),
      );
    });
    const cycles = device.layers.reduce((sum, l) => sum + l.cycles, 0);
    const array = device.layers.reduce((sum, l) => sum + l.arrayCycles, 0);
    rows.push(rowOf("cgra-net", `${size} all`, "cycles", cycles, array, "array alone"));
    const oracle = runOnInterpreter(plain, "main", args, { print: () => undefined });
    const isEqual = bytesOf(value).every((b, i) => b === bytesOf(oracle)[i]);
    if (!isEqual) throw new Error(`${size}: the fabric computes something else than the interpreter`); // prettier-ignore
    rows.push(
      rowOf("cgra-net", `${size} equal to the interpreter`, "bytes", bytesOf(value).length),
    );
  }
  return rows;
}

const bytesOf = (v: Value): Uint8Array => (v.kind === "tensor" ? v.data.bytes : new Uint8Array());
