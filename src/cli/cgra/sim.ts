import { parseShapes } from "../../driver/inputs.js";
import { simulateKernel } from "../../driver/simulate-kernel.js";
import { DiagnosticError, Diagnostics, type Sink } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import type { Fabric } from "../../target/cgra/index.js";
import { machineCodes } from "../../target/cgra/machine/codes.js";
import { decodeImage } from "../../target/cgra/machine/image.js";
import { load } from "../../target/cgra/machine/load.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import {
  scratchpadBytes,
  simulate,
  type Fault,
  type RunOptions,
  type RunResult,
} from "../../target/cgra/machine/simulate.js";
import { faultText } from "../../target/cgra/machine/origin.js";
import { recorder, runText, type Recorder } from "../../target/cgra/machine/trace.js";
import { waves, type Waves } from "../../target/cgra/machine/vcd.js";
import { codes } from "../codes.js";
import { fabricNamed } from "../fabric.js";
import type { CgraAction, CgraContext } from "./action.js";
import { kernelsOf } from "./kernels.js";
import { launchNumbers } from "./launch-numbers.js";

export const sim: CgraAction = {
  name: "sim",
  args: [
    { name: "FILE", help: "a program *.relax, or an image *.cgrabin" },
    { name: "NUMBER", help: "numbers of the launch of an image", optional: true, many: true },
  ],
  summary:
    "runs the kernels of a program *.relax on random inputs beside the interpreter (--shape), or an image on a zeroed scratchpad with the numbers given at launch",
  async run(context, [file = "", ...numbers]) {
    const { host, flags, report } = context;
    const sink = new Diagnostics();
    const fabric = await fabricNamed(flags.fabric, host, sink);
    if (fabric !== undefined) {
      if (file.endsWith(".relax")) {
        const [extra] = numbers;
        if (extra !== undefined)
          throw new DiagnosticError(codes.extraArgument({ command: "cgra sim", argument: extra }));
        await runKernels(context, file, fabric, sink);
      } else await runImage(context, file, numbers, fabric, sink);
    }
    report({ file, diagnostics: sink.all });
    return sink.failed ? "findings" : "ok";
  },
};

async function runKernels(
  context: CgraContext,
  file: string,
  fabric: Fabric,
  sink: Sink,
): Promise<void> {
  const { host, flags, out } = context;
  const request = { ...parseShapes(flags.shape), given: new Map(), seed: flags.seed };
  for (const func of (await kernelsOf(host, file, flags.kernel, sink)) ?? []) {
    const record = recordOf(fabric, flags.vcd);
    const run = simulateKernel(func, fabric, request, sink, hooksOf(record));
    if (run === undefined) continue;
    await show(context, fabric, run.kernel.program, run.result, record, sink);
    if (run.difference === undefined) out("equal to the interpreter\n");
    else sink.report(machineCodes.kernelDiffers({ name: func.name, difference: run.difference }));
  }
}

async function runImage(
  context: CgraContext,
  file: string,
  numbers: readonly string[],
  fabric: Fabric,
  sink: Sink,
): Promise<void> {
  const program = decodeImage(fabric, await context.host.readBytes(file), file);
  const loaded = load(fabric, program);
  if (typeof loaded === "string")
    throw new DiagnosticError(machineCodes.imageDamaged({ file, reason: loaded }));
  const record = recordOf(fabric, context.flags.vcd);
  const memory = new Uint8Array(scratchpadBytes(fabric));
  const liveins = launchNumbers(program, numbers);
  const result = simulate(loaded, { ...hooksOf(record), memory, liveins, debug: true });
  await show(context, fabric, program, result, record, sink);
}

/** What is kept of a run: always its issues, and its waves where they are asked for. */
interface Record {
  readonly recorder: Recorder;
  readonly waves?: Waves | undefined;
}

const recordOf = (fabric: Fabric, vcd: string | undefined): Record => ({
  recorder: recorder(fabric),
  waves: vcd === undefined ? undefined : waves(fabric),
});

const hooksOf = ({ recorder, waves }: Record): Pick<RunOptions, "issued" | "watch"> => ({
  issued: (event) => {
    recorder.issued(event);
    waves?.issued(event);
  },
  watch: waves?.watch,
});

async function show(
  { host, flags, out }: CgraContext,
  fabric: Fabric,
  program: KernelProgram,
  { counters, fault, unwritten }: RunResult,
  { recorder, waves }: Record,
  sink: Sink,
): Promise<void> {
  out(
    flags.report === "json"
      ? `${JSON.stringify({ name: program.name, ii: program.ii, stages: program.stages, ...counters })}\n`
      : `${runText(fabric, program, counters)}${recorder.heatMap(counters.cycles)}`,
  );
  const placed = (f: Fault) => ({ ...f, what: faultText(program, f) });
  if (fault !== undefined) sink.report(machineCodes.machineFault(placed(fault)));
  for (const found of unwritten) sink.report(machineCodes.valueNotWritten(placed(found)));
  if (flags.trace !== undefined) await writeText(host, flags.trace, recorder.timeline());
  if (flags.vcd !== undefined && waves !== undefined)
    await writeText(host, flags.vcd, waves.text());
}
