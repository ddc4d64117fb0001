import { decodeArtefact } from "../../artefact/index.js";
import { buildForWasm, reportUnlowered } from "../../driver/build.js";
import { codes as driverCodes } from "../../driver/codes.js";
import { checkText } from "../../driver/frontend.js";
import { makeInputs, parseShapes } from "../../driver/inputs.js";
import { difference, outputsOf, summary, type Output } from "../../driver/outputs.js";
import {
  artefactBytes,
  chooseEntry,
  decodeSignatures,
  runArtefact,
  runOnInterpreter,
  signaturesOf,
  type Signature,
} from "../../driver/run.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError, Diagnostics } from "../../support/diagnostic.js";
import { decodeText, type Host } from "../../support/host.js";
import type { NDArray } from "../../support/ndarray.js";
import { hasNpyType, readNpy, writeNpy } from "../../support/npy.js";
import { readNpz } from "../../support/npz.js";
import { readSafetensors, writeSafetensors } from "../../support/safetensors.js";
import { tensorValue, tupleValue, type Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { inputFlags, programFlags } from "../common-flags.js";
import { inputsOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";
import { version } from "../version.js";

/** Something that can be started: a module, an artefact, or both. */
interface Program {
  readonly file: string;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly isPublic: (name: string) => boolean;
  readonly module?: IRModule;
  readonly bytes?: Uint8Array;
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
    entry: { type: "string", placeholder: "NAME", help: "Function to start (default: main)." },
    target: {
      type: "choice",
      choices: ["wasm", "interp"],
      default: "wasm",
      help: "Where it runs: WebAssembly, or the reference interpreter.",
    },
    executor: {
      type: "choice",
      choices: ["vm"],
      default: "vm",
      help: "What runs it: the virtual machine.",
    },
    input: {
      type: "list",
      placeholder: "NAME=FILE",
      help: "Tensor for a parameter (.npy, or .safetensors with one tensor).",
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
      help: "Tolerance of --compare, absolute and relative.",
    },
    oracle: {
      type: "boolean",
      help: "Also run the reference interpreter, and compare bit by bit.",
    },
    stepLimit: { type: "int", placeholder: "N", help: "Stop after so many steps." },
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
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, complain, out, say }) {
    const [input] = await inputsOf(host, args, flags);
    const program = await readProgram();
    if (program === undefined) return "findings";
    const { file, signatures, module } = program;
    try {
      const entry = chooseEntry([...signatures.keys()], flags.entry, program.isPublic);
      const signature = signatures.get(entry)!;
      const values = await inputValues(signature);
      const copies = copyOf(values);
      const hooks = {
        print: (text: string) => out(`${text}\n`),
        ...(flags.stepLimit !== undefined && { stepLimit: flags.stepLimit }),
      };
      const onInterpreter = flags.target === "interp" && module !== undefined;
      const bytes = onInterpreter ? undefined : (program.bytes ?? build(module!));
      if (!onInterpreter && bytes === undefined) return "findings";
      const result = onInterpreter
        ? runOnInterpreter(module, entry, values, hooks)
        : runArtefact(bytes!, file, entry, values, hooks);
      const outputs = namedOutputs(entry, result, values);
      for (const output of outputs) out(`${summary(output)}\n`);
      if (flags.output !== undefined)
        await writeAll(host, flags.output, signature, copies, outputs);
      if (flags.compare !== undefined) await compareWithFile(flags.compare, outputs);
      if (flags.oracle && module !== undefined) {
        const expected = namedOutputs(
          entry,
          runOnInterpreter(module, entry, copies, { ...hooks, print: () => undefined }),
          copies,
        );
        outputs.forEach((output, i) => {
          const what = difference(output.value, expected[i]!.value);
          if (what !== undefined)
            throw new DiagnosticError(driverCodes.differsFromOracle({ index: i, what }));
        });
        say("equal to the reference interpreter, bit by bit\n");
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      report({ file, diagnostics: [error.diagnostic] });
      return "findings";
    }
    return "ok";

    async function readProgram(): Promise<Program | undefined> {
      const { path, isStdin } = input!;
      const raw = isStdin ? undefined : await host.readBytes(path);
      if (raw !== undefined && (path.endsWith(".rxe") || isArtefact(raw))) {
        const artefact = decodeArtefact(raw, path);
        return {
          file: path,
          signatures: decodeSignatures(artefact.manifest.signatures),
          isPublic: () => true,
          bytes: raw,
        };
      }
      const source =
        raw === undefined ? await input!.read() : { name: path, text: decodeText(path, raw) };
      const front = checkText(source, elaborateOptions(flags));
      report({ file: path, diagnostics: front.diagnostics.filter((d) => d.severity === "error") });
      if (front.failed) return undefined;
      const sink = new Diagnostics();
      if (reportUnlowered(front.module, sink)) {
        report({ file: path, diagnostics: sink.all });
        return undefined;
      }
      const { module: read } = front;
      const isPublic = (name: string): boolean => {
        const f = read.functions.get(name);
        return f !== undefined && f.kind !== "ir.ExternFunc" && !f.isPrivate;
      };
      return { file: path, signatures: signaturesOf(read), isPublic, module: read };
    }

    function build(read: IRModule): Uint8Array | undefined {
      const sink = new Diagnostics();
      const artefact = buildForWasm(read, sink, { producer: `relaxc ${version}` });
      report({ file, diagnostics: sink.all });
      return artefact && artefactBytes(artefact);
    }

    async function inputValues(signature: Signature): Promise<Value[]> {
      const given = new Map<string, NDArray>();
      for (const text of flags.input) {
        const equals = text.indexOf("=");
        if (equals <= 0) throw new DiagnosticError(driverCodes.inputFile({ text }));
        given.set(text.slice(0, equals), await readTensor(host, text.slice(equals + 1)));
      }
      const { symbols, shapes } = parseShapes(flags.shape);
      if (flags.random !== undefined && !/^\d{1,9}$/.test(flags.random)) {
        throw new DiagnosticError(codes.flagInteger({ flag: "--random", value: flags.random }));
      }
      const missing = signature.params.find((p) => !given.has(p.name) && !symbols.has(p.name));
      if (flags.random === undefined && missing !== undefined) {
        throw new DiagnosticError(
          driverCodes.missingInput({ at: missing.span, name: missing.name, entry: signature.name }),
        );
      }
      return makeInputs(signature, { symbols, shapes, given, seed: Number(flags.random ?? 0) });
    }

    /** A T function gives back what it stored to its tensors. */
    function namedOutputs(entry: string, result: Value, values: readonly Value[]): Output[] {
      const isLoops = module?.functions.get(entry)?.kind === "tir.PrimFunc";
      return isLoops
        ? outputsOf(tupleValue(values.filter((v) => v.kind === "tensor")))
        : outputsOf(result);
    }

    async function compareWithFile(path: string, outputs: readonly Output[]): Promise<void> {
      const expected = readNpz(await host.readBytes(path));
      outputs.forEach(({ name, value }, index) => {
        const other = expected.get(name);
        const what =
          other === undefined
            ? "it is not in the file"
            : difference(value, tensorValue(other), Number(flags.tol));
        if (what !== undefined)
          throw new DiagnosticError(driverCodes.differsFromExpected({ index, file: path, what }));
      });
      say(`equal to ${path} within ${flags.tol}\n`);
      complain();
    }
  },
});

const isArtefact = (bytes: Uint8Array): boolean =>
  bytes.includes(0) && bytes.length > 8 && decoder.decode(bytes.subarray(0, 3)) === "RXE";
const decoder = new TextDecoder();

const copyOf = (values: readonly Value[]): Value[] =>
  values.map((v) => {
    if (v.kind === "tensor") return tensorValue({ ...v.data, bytes: v.data.bytes.slice() });
    return v.kind === "tuple" ? tupleValue(copyOf(v.fields)) : v;
  });

async function readTensor(host: Host, path: string): Promise<NDArray> {
  const bytes = await host.readBytes(path);
  if (!path.endsWith(".safetensors")) return readNpy(bytes);
  const [first] = readSafetensors(bytes).values();
  if (first === undefined) throw new DiagnosticError(driverCodes.inputFile({ text: path }));
  return first;
}

async function writeAll(
  host: Host,
  dir: string,
  signature: Signature,
  inputs: readonly Value[],
  outputs: readonly Output[],
): Promise<void> {
  await host.makeFolder(dir);
  const write = async (name: string, value: Value): Promise<void> => {
    if (value.kind !== "tensor") return;
    const npy = hasNpyType(value.data.dtype);
    const bytes = npy ? writeNpy(value.data) : writeSafetensors(new Map([[name, value.data]]));
    await host.writeBytes(`${dir}/${name}.${npy ? "npy" : "safetensors"}`, bytes);
  };
  for (const [i, p] of signature.params.entries()) await write(`in_${p.name}`, inputs[i]!);
  for (const { name, value } of outputs) await write(name, value);
}
