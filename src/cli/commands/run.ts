import { decodeArtefact, isArtefact } from "../../artefact/index.js";
import { buildFor } from "../../driver/build.js";
import { codes as driverCodes } from "../../driver/codes.js";
import { checkText } from "../../driver/frontend.js";
import { makeInputs, parseShapes } from "../../driver/inputs.js";
import { parseBytes, parseSeconds, parseTolerance } from "../../driver/limits.js";
import { lowerModule } from "../../driver/lower.js";
import type { EntryGuard } from "../../driver/guards.js";
import { prepareFor } from "../../driver/optimise.js";
import { difference, outputsOf, summary, type Output } from "../../driver/outputs.js";
import { runJob, type JobProgram, type JobResult, type RunJob } from "../../driver/run-job.js";
import {
  artefactBytes,
  chooseEntry,
  isKernel,
  signaturesOf,
  type Executor,
  type Signature,
} from "../../driver/run.js";
import { decodeSignatures } from "../../driver/signatures.js";
import { compareWithFile, readTensor, writeTensors } from "../../driver/tensor-files.js";
import type { IRModule } from "../../ir/module.js";
import type { CallRecord } from "../../runtime/profile/profiler.js";
import { profileText, summarise } from "../../runtime/profile/summary.js";
import { traceJson } from "../../runtime/profile/trace.js";
import { DiagnosticError, Diagnostics, type Diagnostic } from "../../support/diagnostic.js";
import { decodeText, writeText } from "../../support/host.js";
import type { NDArray } from "../../support/ndarray.js";
import { tupleValue, type Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import type { Exit } from "../exit-code.js";
import { inputsOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";
import { fabricFlag, fabricNamed, mapLimitFlag } from "../fabric.js";
import { layersText } from "../cgra/layers.js";
import type { TargetKind } from "../../support/target-description.js";
import type { BuildKind } from "../../transform/named-pipelines.js";
import { chosenTarget } from "../target.js";
import { allowRelaxedSimd } from "../relaxed-simd.js";
import { version } from "../version.js";

/** A function that can be started, and the module it is compiled from. */
interface Runner {
  readonly compiled: IRModule | undefined;
  readonly start: (values: readonly Value[]) => Promise<Output[]>;
}

const targetOf = (kind: TargetKind): BuildKind => (kind === "interp" ? "wasm" : kind);

/** Something that can be started. */
interface Program {
  readonly file: string;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly loaded:
    | { readonly kind: "artefact"; readonly bytes: Uint8Array }
    | (Extract<JobProgram, { kind: "text" }> & {
        readonly module: IRModule;
        /** As it is written, its operators not lowered yet. */
        readonly graph: IRModule;
      });
}

export const run = defineCommand({
  name: "run",
  summary: "Runs a program or a built artefact, and prints a summary of each output.",
  description:
    "Sizes of symbols and shapes of parameters are given with --shape; --random makes the inputs that --input does not " +
    "name: floats standard normal, integers between -8 and 7. --oracle also runs the reference interpreter and compares.",
  args: [{ name: "FILE", help: "a .relax file, a .rxe artefact, or - for standard input" }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...libraryFlags,
    entry: { type: "string", placeholder: "NAME", help: "Function to start (default: main)." },
    target: {
      type: "string",
      placeholder: "TARGET",
      default: "wasm",
      help: "Where it runs: `wasm`, native code (`llvm`), C by the compiler at hand (`c`), a simulated fabric and its host (`cgra`), or the reference interpreter (`interp`).",
    },
    threads: {
      type: "int",
      placeholder: "N",
      least: 1,
      help: "Threads for parallel loops of `wasm` and `llvm`; as `-num-cores=N` behind the target.",
    },
    noFma: { type: "boolean", help: "Round products before they are added (native code)." },
    fabric: fabricFlag,
    mapLimit: mapLimitFlag,
    executor: {
      type: "choice",
      choices: ["vm", "graph", "aot"],
      help: "What runs it: the virtual machine (default), a fixed list of kernel calls, or one call of a whole model.",
    },
    input: {
      type: "list",
      placeholder: "NAME=FILE",
      help: "Tensor for a parameter (.npy, or .safetensors with one tensor); x.0 for a field of a tuple.",
    },
    random: { type: "string", placeholder: "SEED", help: "Make the other inputs, from this seed." },
    shape: {
      type: "list",
      placeholder: "SIZES",
      help: "Sizes, e.g. m=3,n=7; x=3x4 for the whole shape of a parameter.",
    },
    output: {
      type: "string",
      placeholder: "DIR",
      help: "Write in_NAME.npy and out_0.npy, out_1.npy, … into a folder.",
    },
    compare: {
      type: "string",
      placeholder: "FILE",
      help: "Compare the outputs with those in a .npz file (out_0, out_1, …).",
    },
    tol: {
      type: "string",
      placeholder: "T",
      default: "1e-5",
      help: "Tolerance of --compare and --oracle, absolute and relative; of --oracle for the typical size (root mean square) of an output, since sums in another order round differently where terms cancel.",
    },
    oracle: {
      type: "boolean",
      help: "Also run the reference interpreter on the program as written and, where the order of sums changed, as compiled; and compare.",
    },
    profile: {
      type: "boolean",
      help: "Print how long each kernel took; for a fabric the cycles of each layer.",
    },
    trace: {
      type: "string",
      placeholder: "FILE",
      help: "Write the calls of kernels as a trace for Perfetto or Chrome (.json).",
    },
    timeout: { type: "string", placeholder: "SECONDS", help: "Stop after so much time (exit 4)." },
    memory: {
      type: "string",
      placeholder: "SIZE",
      help: "Stop when tensors take more, e.g. 512MiB (exit 4).",
    },
    stepLimit: {
      type: "int",
      placeholder: "N",
      least: 1,
      help: "Stop after so many instructions, or loop iterations of the interpreter (exit 4).",
    },
  },
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
  async run({ host, args, flags, report, out, say }) {
    const limits = {
      seconds: flags.timeout === undefined ? undefined : parseSeconds(flags.timeout, "--timeout"),
      memory: flags.memory === undefined ? undefined : parseBytes(flags.memory, "--memory"),
    };
    const tolerance = parseTolerance(flags.tol, "--tol");
    let timed: readonly CallRecord[] = [];
    const { threads } = flags;
    const targetText =
      threads === undefined ? flags.target : `${flags.target} -num-cores=${threads}`;
    const chosen = await chosenTarget(host, targetText, ["wasm", "llvm", "c", "cgra", "interp"]);
    const { kind, description } = chosen;
    // Artefacts say only when they are loaded that they need it.
    if (kind === "wasm") allowRelaxedSimd();
    const [input] = await inputsOf(host, args, flags);
    const program = await readProgram();
    if (program === undefined) return "findings";
    const { file, signatures, loaded } = program;
    try {
      const signature = chooseEntry(signatures, flags.entry);
      const run = await runnerOf(program, signature);
      if (run === undefined) return "findings";
      const values = await inputValues(signature);
      const outputs = await run.start(values);
      for (const output of outputs) out(`${summary(output)}\n`);
      await tellTimes();
      if (flags.output !== undefined)
        await writeTensors(host, flags.output, signature, values, outputs);
      if (flags.compare !== undefined) {
        await compareWithFile(host, flags.compare, outputs, tolerance);
        say(`equal to ${flags.compare} within ${flags.tol}\n`);
      }
      if (flags.oracle && loaded.kind === "text")
        await compareWithOracle(loaded, run.compiled, signature, values, outputs);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      report({ file, diagnostics: [error.diagnostic] });
      return exitOf(error.diagnostic);
    }
    return "ok";

    /**
     * Outputs are those of the text bit by bit, or within the tolerance where schedules add up in another order; then
     * they are those of the scheduled loops bit by bit, unless fused products round once.
     */
    async function compareWithOracle(
      text: Extract<Program["loaded"], { kind: "text" }>,
      compiled: IRModule | undefined,
      signature: Signature,
      values: readonly Value[],
      outputs: readonly Output[],
    ): Promise<void> {
      const none = (): void => undefined;
      const differs = (expected: readonly Output[], within: number): boolean =>
        outputs.some(
          ({ value }, k) => difference(value, expected[k]!.value, within, "typical") !== undefined,
        );
      const mustEqual = (expected: readonly Output[], within: number, what: string): void => {
        for (const [index, { value }] of outputs.entries()) {
          const found = difference(value, expected[index]!.value, within, "typical");
          if (found !== undefined)
            throw new DiagnosticError(
              driverCodes.differsFromOracle({ index, what: found, of: what }),
            );
        }
      };
      const asWritten = await outputsFrom(text, signature, values, none);
      if (!differs(asWritten, 0)) return say("equal to the reference interpreter, bit by bit\n");
      const fuses = kind !== "interp" && !flags.noFma && (kind === "c" || description.fma);
      const isReordered = compiled !== undefined && compiled !== text.module;
      mustEqual(asWritten, isReordered || fuses ? tolerance : 0, "the program as written");
      if (!isReordered) return say(`equal to the reference interpreter within ${flags.tol}\n`);
      const prepared = { kind: targetOf(kind), target: chosen.target, processor: chosen.processor };
      const program: JobProgram = { ...text, module: compiled, prepared };
      const asCompiled = await outputsFrom(program, signature, values, none);
      mustEqual(asCompiled, fuses ? tolerance : 0, "the loops as compiled");
      const how = differs(asCompiled, 0) ? `within ${flags.tol}` : "bit by bit";
      say(
        `equal to the reference interpreter within ${flags.tol} as written, ${how} as compiled\n`,
      );
    }

    /** Runs the function on values; undefined when errors were reported. */
    async function runnerOf(program: Program, signature: Signature): Promise<Runner | undefined> {
      const { executor } = flags;
      const isModel = executor === "aot" && !isKernel(signature);
      const isFixed = kind === "c" || kind === "interp" || kind === "cgra";
      if (executor !== undefined && isFixed && (executor !== "aot" || kind === "cgra"))
        throw new DiagnosticError(driverCodes.targetExecutor({ target: kind, executor }));
      if (kind === "cgra") return cgraRunner(program, signature);
      if (kind === "c") {
        if (program.loaded.kind === "artefact")
          throw new DiagnosticError(driverCodes.needsText({ flag: "--target c", file }));
        const { graph, module, libraries } = program.loaded;
        const sink = new Diagnostics();
        const options = { libraries, target: chosen.target, processor: chosen.processor };
        const { runnerForC } = await import("../run-c.js");
        const run = await runnerForC(host, graph, module, signature, sink, {
          ...options,
          fma: !flags.noFma,
          registerBits: description.vectorBits,
        });
        report({ file, diagnostics: sink.all });
        return run && { compiled: run.compiled, start: async (values) => run.run(values) };
      }
      if (isModel && (kind === "wasm" || kind === "llvm") && program.loaded.kind === "text") {
        const { graph, libraries } = program.loaded;
        const sink = new Diagnostics();
        const { runnerForAot } = await import("../run-aot.js");
        const run = await runnerForAot(
          kind,
          graph,
          signature.name,
          sink,
          {
            libraries,
            target: chosen.target,
            processor: chosen.processor,
            producer: `relaxc ${version}`,
            description,
            fma: !flags.noFma,
          },
          (job) => start({ ...job, stepLimit: flags.stepLimit }, (text) => out(`${text}\n`)),
        );
        report({ file, diagnostics: sink.all });
        return run && { compiled: run.compiled, start: run.run };
      }
      const job = await programOf(program, signature);
      if (job === undefined) return undefined;
      const { compiled, program: started } = job;
      const print = (text: string): void => out(`${text}\n`);
      return { compiled, start: (values) => outputsFrom(started, signature, values, print) };
    }

    /** A simulated fabric and its host. */
    async function cgraRunner(
      { loaded }: Program,
      signature: Signature,
    ): Promise<Runner | undefined> {
      if (loaded.kind === "artefact")
        throw new DiagnosticError(driverCodes.needsText({ flag: "--target cgra", file }));
      const { graph, module, libraries } = loaded;
      const sink = new Diagnostics();
      const fabric = await fabricNamed(flags.fabric, host, sink);
      const { runnerForCgra } = await import("../run-cgra.js");
      const made =
        fabric &&
        (await runnerForCgra(graph, module, signature, sink, {
          libraries,
          target: chosen.target,
          fabric,
          producer: `relaxc ${version}`,
          timeLimitMs: 1000 * flags.mapLimit,
        }));
      report({ file, diagnostics: sink.all });
      if (made === undefined) return undefined;
      const start = async (values: readonly Value[]): Promise<Output[]> => {
        const job = { entry: signature.name, args: values, stepLimit: flags.stepLimit };
        const result = made.run(job, (text) => out(`${text}\n`));
        if (flags.profile) out(layersText(fabric!, made.layers, flags.report === "json"));
        return outputsFromJob(signature, result);
      };
      return { compiled: made.compiled, start };
    }

    async function readProgram(): Promise<Program | undefined> {
      const { path, isStdin } = input!;
      const raw = isStdin ? await host.readStdin() : await host.readBytes(path);
      if (path.endsWith(".rxe") || isArtefact(raw)) {
        const { manifest } = decodeArtefact(raw, path);
        return {
          file: path,
          signatures: decodeSignatures(manifest.signatures),
          loaded: { kind: "artefact", bytes: raw },
        };
      }
      const source = { name: path, text: decodeText(path, raw) };
      const options = elaborateOptions(flags);
      const front = checkText(source, options);
      report({ file: path, diagnostics: front.diagnostics.filter((d) => d.severity === "error") });
      if (front.failed) return undefined;
      const sink = new Diagnostics();
      const libraries = await librariesOf(host, flags.lib);
      const { target, processor } = chosen;
      const module = await lowerModule(front.module, sink, { libraries, target, processor });
      report({ file: path, diagnostics: sink.all });
      if (module === undefined) return undefined;
      return {
        file: path,
        signatures: signaturesOf(module),
        loaded: { kind: "text", source, options, libraries, module, graph: front.module },
      };
    }

    /** What is to run; undefined when errors were reported. */
    async function programOf(
      { loaded }: Program,
      signature: Signature,
    ): Promise<
      { readonly program: JobProgram; readonly compiled: IRModule | undefined } | undefined
    > {
      if (loaded.kind === "artefact") {
        const flag = kind === "interp" ? "--target interp" : "--oracle";
        if (kind === "interp" || flags.oracle)
          throw new DiagnosticError(driverCodes.needsText({ flag, file }));
        return { program: { ...loaded, file }, compiled: undefined };
      }
      if (kind === "interp") return { program: loaded, compiled: loaded.module };
      const sink = new Diagnostics();
      const guards = new Map<string, readonly EntryGuard[]>();
      // A T function that is started by itself must not be fused away.
      const module = isKernel(signature)
        ? loaded.module
        : await prepareFor(targetOf(kind), loaded.graph, sink, {
            libraries: loaded.libraries,
            target: chosen.target,
            processor: chosen.processor,
            guards,
          });
      const artefact =
        module &&
        buildFor(module, sink, {
          producer: `relaxc ${version}`,
          description,
          fma: !flags.noFma,
          guards,
          graph: flags.executor === "graph" ? signature.name : undefined,
        });
      report({ file, diagnostics: sink.all });
      if (artefact === undefined) return undefined;
      const program = { kind: "artefact", bytes: artefactBytes(artefact), file } as const;
      return { program, compiled: module };
    }

    async function inputValues(signature: Signature): Promise<Value[]> {
      const given = new Map<string, NDArray>();
      for (const text of flags.input) {
        const equals = text.indexOf("=");
        if (equals <= 0) throw new DiagnosticError(driverCodes.inputFile({ text }));
        given.set(text.slice(0, equals), await readTensor(host, text.slice(equals + 1)));
      }
      const { random } = flags;
      if (random !== undefined && !/^\d{1,9}$/.test(random)) {
        throw new DiagnosticError(codes.flagInteger({ flag: "--random", value: random }));
      }
      const request = { ...parseShapes(flags.shape), given, limit: limits.memory };
      const seed = random === undefined ? undefined : Number(random);
      return makeInputs(signature, { ...request, seed });
    }

    async function tellTimes(): Promise<void> {
      if (flags.trace !== undefined) await writeText(host, flags.trace, traceJson(timed));
      if (!flags.profile || kind === "cgra") return;
      const kernels = summarise(timed);
      out(
        flags.report === "json"
          ? `${JSON.stringify({ schema: "profile/1", kernels })}\n`
          : profileText(kernels),
      );
    }

    async function outputsFrom(
      program: JobProgram,
      signature: Signature,
      values: readonly Value[],
      print: (text: string) => void,
    ): Promise<Output[]> {
      const { stepLimit } = flags;
      const executor: Executor = flags.executor === "graph" ? "graph" : "vm";
      const profile = flags.profile || flags.trace !== undefined;
      const job = { program, entry: signature.name, args: values, stepLimit, executor, profile };
      const result = await start(job, print);
      if (result.calls !== undefined) timed = result.calls;
      return outputsFromJob(signature, result);
    }

    async function start(job: RunJob, print: (text: string) => void): Promise<JobResult> {
      if (limits.seconds === undefined && limits.memory === undefined) {
        const work = (): JobResult => runJob(job, print);
        return host.busy === undefined ? work() : host.busy(work);
      }
      const { runLimited } = await import("../run-worker.js");
      return runLimited(job, limits, print, host.interrupted);
    }
  },
});

/** What a run gives; a T function gives back what it stored to its tensors. */
function outputsFromJob(signature: Signature, { value, args }: JobResult): Output[] {
  if (!isKernel(signature)) return outputsOf(value);
  const stored = args.filter((v) => v.kind === "tensor");
  const isVoid = value.kind === "tuple" && value.fields.length === 0;
  return outputsOf(tupleValue(isVoid ? stored : [...stored, value]));
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
