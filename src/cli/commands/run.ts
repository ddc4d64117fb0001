import { codes as driverCodes } from "../../driver/codes.js";
import { parseBytes, parseSeconds, parseTolerance } from "../../driver/limits.js";
import { summary } from "../../driver/outputs.js";
import { chooseEntry } from "../../driver/run.js";
import { compareWithFile, writeTensors } from "../../driver/tensor-files.js";
import type { CallRecord } from "../../runtime/profile/profiler.js";
import { profileText, summarise } from "../../runtime/profile/summary.js";
import { traceJson } from "../../runtime/profile/trace.js";
import { DiagnosticError, Diagnostics, type Diagnostic } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { defineCommand } from "../command.js";
import type { Exit } from "../exit-code.js";
import { siteOf } from "../fabric.js";
import { inputOf } from "../inputs.js";
import { allowRelaxedSimd } from "../relaxed-simd.js";
import type { RunContext } from "../run/context.js";
import { runFlags } from "../run/flags.js";
import { compareWithOracle } from "../run/oracle.js";
import { readProgram } from "../run/program.js";
import { runnerOf } from "../run/runner.js";
import { inputValues } from "../run/values.js";
import { chosenTarget } from "../target.js";

export const run = defineCommand({
  name: "run",
  summary: "Runs a program or a built artefact, and prints a summary of each output.",
  description:
    "Sizes of symbols and shapes of parameters are given with --shape; --random makes the inputs that --input does not " +
    "name: floats standard normal, integers between -8 and 7. --oracle also runs the reference interpreter and compares.",
  args: [{ name: "FILE", help: "a .relax file, a .rxe artefact, or - for standard input" }],
  flags: runFlags,
  examples: [
    {
      run: "relaxc run samples/01-matmul-relu.relax --random 1 --shape m=3,n=4,k=4",
      shows: "A run on random inputs",
    },
    {
      run: "relaxc run samples/10-softmax.relax --random 1 --shape n=2,d=5 --oracle",
      shows: "Compared with the interpreter",
    },
    {
      run: "relaxc run samples/10-softmax.relax --target llvm --random 1 --shape n=2,d=5",
      shows: "As native code",
    },
    {
      run: "relaxc run samples/10-softmax.relax --random 1 --shape n=2,d=5 --executor graph --profile",
      shows: "On the graph executor, with the times of kernels",
    },
  ],
  diagnosticsTo: "stderr",
  async run(given) {
    const { host, args, flags, report, complain, out, say } = given;
    const limits = {
      seconds: flags.timeout === undefined ? undefined : parseSeconds(flags.timeout, "--timeout"),
      memory: flags.memory === undefined ? undefined : parseBytes(flags.memory, "--memory"),
    };
    const tolerance = parseTolerance(flags.tol, "--tol");
    const { threads } = flags;
    const target = threads === undefined ? flags.target : `${flags.target} -num-cores=${threads}`;
    const asked = await chosenTarget(host, target, ["wasm", "llvm", "c", "cgra", "interp"]);
    const sink = new Diagnostics();
    const site = await siteOf(asked, flags.fabric, host, sink);
    if (site === undefined) {
      complain(...sink.all);
      return "findings";
    }
    const { chosen } = site;
    // Artefacts say only when they are loaded that they need it.
    if (chosen.kind === "wasm") allowRelaxedSimd();
    const input = await inputOf(host, args, flags);
    const file = input.path;
    const context = { ...given, ...site, file, limits };
    const program = await readProgram(context, input);
    if (program === undefined) return "findings";
    const { signatures, loaded } = program;
    try {
      const signature = chooseEntry(signatures, flags.entry);
      const runner = await runnerOf(context, program, signature);
      if (runner === undefined) return "findings";
      const values = await inputValues(context, signature);
      const { outputs, calls } = await runner.run(values);
      for (const output of outputs) out(`${summary(output)}\n`);
      await tellTimes(context, calls ?? []);
      if (flags.output !== undefined)
        await writeTensors(host, flags.output, signature, values, outputs);
      if (flags.compare !== undefined) {
        await compareWithFile(host, flags.compare, outputs, tolerance);
        say(`equal to ${flags.compare} within ${flags.tol}\n`);
      }
      if (flags.oracle && loaded.kind === "text") {
        const observed = { signature, values, outputs, compiled: runner.compiled };
        await compareWithOracle(context, loaded, observed, tolerance);
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      report({ file, diagnostics: [error.diagnostic] });
      return exitOf(error.diagnostic);
    }
    return "ok";
  },
});

async function tellTimes(
  { host, flags, out, chosen }: RunContext,
  calls: readonly CallRecord[],
): Promise<void> {
  if (flags.trace !== undefined) await writeText(host, flags.trace, traceJson(calls));
  // A fabric tells the cycles of its layers.
  if (!flags.profile || chosen.kind === "cgra") return;
  const kernels = summarise(calls);
  out(
    flags.report === "json"
      ? `${JSON.stringify({ schema: "profile/1", kernels })}\n`
      : profileText(kernels),
  );
}

/** Codes of findings: the program ran, and its outputs are not those expected. */
const FINDINGS = [driverCodes.differsFromOracle, driverCodes.differsFromExpected];
/** Names of diagnostics of the machine, the interpreter and the driver for a limit that was reached. */
const LIMITS = ["step-limit", "out-of-memory", "too-much-memory", "time-limit", "memory-limit"];

function exitOf({ code, name }: Diagnostic): Exit {
  if (LIMITS.includes(name) || code === driverCodes.inputTooLarge.info.code) return "limit";
  if (code === driverCodes.dataFile.info.code) return "io";
  const isUsage = code.startsWith("CFG") && FINDINGS.every(({ info }) => info.code !== code);
  return isUsage ? "usage" : "findings";
}
