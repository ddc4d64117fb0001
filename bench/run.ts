/** `npm run bench -- NAME… [--target T] [--only WORD]… [--json]`: ratios against peers measured in the same run. */
import { scriptOptions } from "../scripts/script-options.js";
import { judged, verdict } from "./bars.js";
import type { BenchRow } from "./measure.js";
import type { BenchOptions } from "./options.js";

const benches: Readonly<
  Record<
    string,
    {
      readonly summary: string;
      load(): Promise<{ run(options: BenchOptions): Promise<BenchRow[]> }>;
    }
  >
> = {
  attention: {
    summary: "The core of attention at several lengths, one artefact.",
    load: () => import("./attention.js"),
  },
  build: {
    summary: "CPU time of building the networks.",
    load: () => import("./build.js"),
  },
  c: {
    summary: "The C99 target: matrix products against the peak, ResNet-18 against LLVM.",
    load: () => import("./c.js"),
  },
  cgra: {
    summary: "Intervals of data-flow graphs mapped to fabrics, beside published ones.",
    load: () => import("./cgra.js"),
  },
  "cgra-net": {
    summary: "A network of bytes on a fabric: cycles and use by layer, beside the interpreter.",
    load: () => import("./cgra-net.js"),
  },
  "cgra-sim": {
    summary: "Operations a second of the simulator of fabrics.",
    load: () => import("./cgra-sim.js"),
  },
  conv: {
    summary: "Convolution layers of image networks.",
    load: () => import("./conv.js"),
  },
  dispatch: {
    summary: "Cost of a kernel call inside a function, and of building long functions.",
    load: () => import("./dispatch.js"),
  },
  frontend: {
    summary: "Lines per second of parsing, elaborating, printing, formatting, comparing.",
    load: () => import("./frontend.js"),
  },
  "frontend-large": {
    summary: "Speed and peak memory on modules of 10^5 and 10^6 lines.",
    load: () => import("./frontend-large.js"),
  },
  matmul: {
    summary: "Matrix products: float32, bytes, a symbolic number of rows.",
    load: () => import("./matmul.js"),
  },
  memops: {
    summary: "Layers bound by memory, at sizes of each cache level.",
    load: () => import("./memops.js"),
  },
  nests: {
    summary: "Loop nests written by hand, scheduled by default, against the peak of the processor.",
    load: () => import("./nests.js"),
  },
  nets: {
    summary: "Whole networks, at fixed and symbolic sizes.",
    load: () => import("./nets.js"),
  },
  passes: {
    summary: "Time of the default pipeline over functions of 1,000 and 10,000 operators.",
    load: () => import("./passes.js"),
  },
  plan: {
    summary: "Memory planning: challenging instances, very many buffers, symbolic sizes.",
    load: () => import("./plan.js"),
  },
  "plan-nets": {
    summary:
      "Memory plans of the sample networks against their lower bounds, at fixed and at random sizes.",
    load: () => import("./plan-nets.js"),
  },
  startup: {
    summary: "CPU time of the bundled command above that of an empty Node program.",
    load: () => import("./startup.js"),
  },
  wasm: {
    summary: "WebAssembly against ONNX Runtime Web and TensorFlow.js.",
    load: () => import("./wasm.js"),
  },
};

const usage = `npm run bench -- [NAME…] [--target T] [--only WORD]… [--json]
${Object.entries(benches)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join("\n")}`;
const { values, positionals } = scriptOptions(usage, {
  json: { type: "boolean" },
  target: { type: "string" },
  only: { type: "string", multiple: true },
});
const names = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined) {
    console.error(`there is no bench \`${name}\`\n${usage}`);
    process.exit(2);
  }
  const measured = await (await bench.load()).run(values);
  // Bars are about the target that a bench takes by itself.
  const rows = values.target === undefined ? measured.map(judged) : measured;
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows.map(({ bench: _, ...row }) => row));
  for (const line of verdict(name, rows)) console.error(line);
}
