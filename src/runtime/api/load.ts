/** Programs for callers: loaded from bytes, run on typed arrays. */
import { decodeArtefact } from "../../artefact/index.js";
import type { HostCode, Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { runLayout, type GraphExecutor } from "../graph/executor.js";
import type { HeldResult, LaidOut } from "../graph/laid-out.js";
import { loadArtefact, loadGraph, type NativeLoader } from "../load-artefact.js";
import type { Profiler } from "../profile/profiler.js";
import { fail } from "../vm/context.js";
import type { ThreadStarter } from "../wasm/team.js";
import { toOutput, toValue, type Input, type Output } from "./convert.js";
import { readInterface, type FunctionSignature } from "./signature.js";

export interface LoadOptions {
  /** What messages call the program; default `program.rxe`. */
  readonly name?: string;
  /** Default `vm`; `graph` needs an artefact that was built with `--executor graph`. */
  readonly executor?: "vm" | "graph";
  /** Functions that the program calls by name. */
  readonly hosts?: ReadonlyMap<string, HostCode>;
  /** Takes the lines that the program prints. */
  readonly print?: (text: string) => void;
  /** Bytes of tensors in use at once. */
  readonly memoryLimit?: number;
  /** Takes the times of kernels. */
  readonly profiler?: Profiler;
  /** Runs native code, which is refused without it. */
  readonly native?: NativeLoader;
  /** Starts threads for WebAssembly that was built for several; without it one thread runs it. */
  readonly startThread?: ThreadStarter;
}

/** By the names of the parameters, or in their order. */
export type Inputs = Readonly<Record<string, Input>> | readonly Input[];

/** A function whose inputs are set one by one, and kept from call to call. */
export interface Invocation {
  /** By name or position. The data is copied. */
  setInput(param: string | number, input: Input): void;
  invoke(): void;
  /** The result of the last call, or a member of it. */
  getOutput(...path: readonly number[]): Output;
}

export interface Program {
  /** The public functions. */
  readonly functions: readonly FunctionSignature[];
  /** Runs a function. */
  run(name: string, inputs: Inputs): Output;
  /** For calls in steps; on the graph executor only what was set since the last call is copied. */
  prepare(name: string): Invocation;
  /** Gives all memory back; later calls fail. */
  dispose(): void;
}

/** What both executors do. */
interface Executor {
  invoke(name: string, args: readonly Value[]): Value;
}

/** Decodes and checks an artefact. All failures of it and of its functions are a DiagnosticError. */
export function load(bytes: Uint8Array, options: LoadOptions = {}): Program {
  const { name: file = "program.rxe", executor = "vm", ...rest } = options;
  const functions = readInterface(decodeArtefact(bytes, file).manifest.interface) ?? [];
  let graph = executor === "graph" ? loadGraph(bytes, file, rest) : undefined;
  let machine: Executor | undefined = graph ?? loadArtefact(bytes, file, rest);
  const signatureOf = (name: string): FunctionSignature =>
    functions.find((f) => f.name === name) ?? fail(codes.noFunction({ name }));
  const running = (): Executor => machine ?? fail(codes.disposed({}));
  return {
    functions,
    run(name, inputs) {
      const signature = signatureOf(name);
      return toOutput(running().invoke(name, argumentsOf(signature, inputs)));
    },
    prepare: (name) => prepared(signatureOf(name), running, () => graph, options.profiler),
    dispose() {
      graph?.dispose();
      graph = undefined;
      machine = undefined;
    },
  };
}

function argumentsOf({ name, params }: FunctionSignature, inputs: Inputs): Value[] {
  if (isPositional(inputs)) {
    if (inputs.length !== params.length)
      fail(codes.argumentCount({ name, expected: params.length, actual: inputs.length }));
    return params.map((p, i) => toValue(name, p.name, p.type, inputs[i]!));
  }
  const known = params.map((p) => `\`${p.name}\``).join(", ");
  for (const input of Object.keys(inputs))
    if (!params.some((p) => p.name === input)) fail(codes.inputName({ name, input, known }));
  const missing = params.filter((p) => !Object.hasOwn(inputs, p.name));
  if (missing.length > 0) missed(name, missing.map((p) => p.name)); // prettier-ignore
  return params.map((p) => toValue(name, p.name, p.type, inputs[p.name]!));
}

const isPositional = (inputs: Inputs): inputs is readonly Input[] => Array.isArray(inputs);
const missed = (name: string, inputs: readonly string[]): never =>
  fail(codes.inputMissing({ name, inputs: inputs.map((i) => `\`${i}\``).join(", ") }));

function prepared(
  { name, params }: FunctionSignature,
  running: () => Executor,
  graph: () => GraphExecutor | undefined,
  profiler: Profiler | undefined,
): Invocation {
  const values = params.map((): Value | undefined => undefined);
  let result: Pick<HeldResult, "value"> | undefined;
  let held: HeldResult | undefined;
  /** What lies in the memory of a layout since the last call. */
  let last: { layout: LaidOut; leaves: readonly Value[]; revision: number } | undefined;
  const invokeGraph = (executor: GraphExecutor, args: readonly Value[]): HeldResult => {
    held?.drop();
    const { layout, bound } = executor.prepareFor(name, args);
    const kept = last?.layout === layout && last.revision === layout.revision ? last.leaves : [];
    bound.leaves.forEach((leaf, i) => kept[i] !== leaf && layout.setInput(i, leaf));
    last = { layout, leaves: bound.leaves, revision: layout.revision };
    runLayout(layout, profiler);
    return (held = layout.hold());
  };
  return {
    setInput(param, input) {
      const at = typeof param === "number" ? param : params.findIndex((p) => p.name === param);
      const found = params[at];
      const known = params.map((p) => `\`${p.name}\``).join(", ");
      if (found === undefined) return fail(codes.inputName({ name, input: String(param), known }));
      const before = values[at];
      // Calls copy tensors to the memory of the program, so that nothing else holds the one before.
      const room = before?.kind === "tensor" ? before.data.bytes : undefined;
      values[at] = toValue(name, found.name, found.type, input, room);
    },
    invoke() {
      const executor = running();
      const open = params.filter((_, i) => values[i] === undefined);
      if (open.length > 0) missed(name, open.map((p) => p.name)); // prettier-ignore
      const args = values as Value[];
      const graphs = graph();
      if (graphs !== undefined) result = invokeGraph(graphs, args);
      else {
        const value = executor.invoke(name, args);
        result = { value: () => value };
      }
    },
    getOutput(...path) {
      let value = (result ?? fail(codes.noOutput({ name }))).value();
      for (const index of path) {
        const fields: readonly Value[] = value.kind === "tuple" ? value.fields : [];
        value = fields[index] ?? fail(codes.tupleIndex({ index, size: fields.length }));
      }
      return toOutput(value);
    },
  };
}
