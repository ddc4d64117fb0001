/** The simulator of fabrics: operations of elements a second, on mapped kernels and on an array that is always busy. */
import { readFileSync } from "node:fs";
import { checkText } from "../src/driver/frontend.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { defaultPlaces, kernelFunctions, preset, type Fabric } from "../src/target/cgra/index.js";
import { kernelCompiler } from "../src/target/cgra/host/compile-kernel.js";
import { load } from "../src/target/cgra/machine/load.js";
import type { KernelProgram } from "../src/target/cgra/machine/program.js";
import { readProgramText } from "../src/target/cgra/machine/read-program-text.js";
import { scratchpadBytes, simulate } from "../src/target/cgra/machine/simulate.js";
import { measure, rowOf, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";

/** Operations a second that simulation is to reach. */
const GOAL = 5e6;
const ITERATIONS = 40_000;

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const measured = (
    name: string,
    fabric: Fabric,
    program: () => KernelProgram,
    launches = 1,
  ): void => {
    if (!isChosen(name, options)) return;
    const loaded = load(fabric, program());
    if (typeof loaded === "string") throw new Error(loaded);
    const memory = new Uint8Array(scratchpadBytes(fabric));
    let operations = 0;
    const { seconds } = measure(() => {
      operations = 0;
      for (let k = 0; k < launches; k++) {
        const { counters, fault } = simulate(loaded, { memory, liveins: [512, 1024] });
        if (fault !== undefined) throw new Error(`${name}: ${fault.what}`);
        operations += counters.issued;
      }
    });
    const rate = operations / seconds;
    console.error(`${name}: ${(rate / 1e6).toFixed(1)} million operations a second`);
    rows.push(rowOf("cgra-sim", name, "operations/s", rate, GOAL, "goal"));
  };
  const npu = preset("npu-6x6")!;
  measured("all elements of npu-6x6 busy", npu, () => busy(npu));
  measured("streams through npu-6x6", npu, () => streaming(npu));
  const mesh = preset("cgra-flow-4x4")!;
  measured(
    "fir on cgra-flow-4x4, 32 iterations a launch",
    mesh,
    () => flowKernel("fir", mesh),
    1000,
  );
  return rows;
}

const programOf = (text: string, fabric: Fabric): KernelProgram => {
  const sink = new Diagnostics();
  const program = readProgramText({ name: "bench", text }, fabric, sink);
  if (program === undefined) throw new Error(sink.all[0]?.message);
  return program;
};

/** Every element multiplies what two neighbours send, adds, keeps sums in registers, and sends its own on. */
function busy(fabric: Fabric): KernelProgram {
  const words = fabric.elements.map((_, p) =>
    [
      `element ${p}`,
      `  0 DOT4 l0 l1 r0 save=r1 take=l2:r2 drive=0:o drive=1:r3`,
      `  1 ADD o r1 save=r0 stage=1 drive=0:r2 drive=1:o drive=2:o`,
    ].join("\n"),
  );
  return programOf(
    `kernel "busy" interval=2 stages=2 tail=0\nloop ${ITERATIONS}\n${words.join("\n")}\n`,
    fabric,
  );
}

/** Four streams in, a product of each pair, two streams out. */
function streaming(fabric: Fabric): KernelProgram {
  const streams = [0, 1, 2, 3, 4, 5].map((s) => `stream ${s} int32 base=${16384 * s} 64:4`);
  const words = [0, 1, 2, 3].map((s) => `element ${6 * s}\n  0 POP i=${s} drive=0:o`);
  const pushes = [4, 5].map((s) => `element ${6 * s}\n  0 PUSH l0 i=${s} stage=2`);
  const text = [
    `kernel "streams" interval=1 stages=3 tail=0`,
    `loop ${ITERATIONS}`,
    ...streams,
    ...words,
    ...pushes,
  ];
  return programOf(`${text.join("\n")}\n`, fabric);
}

/** The kernel of a sample, mapped. */
function flowKernel(name: string, fabric: Fabric): KernelProgram {
  const file = `samples/cgra/flow/${name}.relax`;
  const { module } = checkText({ name: file, text: readFileSync(file, "utf8") });
  const [func] = kernelFunctions(module, new Diagnostics());
  const kernel = kernelCompiler(fabric)(func!, defaultPlaces(func!, fabric));
  if (!("program" in kernel)) throw new Error(kernel.message);
  return kernel.program;
}
