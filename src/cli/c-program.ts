/** Compiling C with the compiler at hand, and running it on values. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { aotCall } from "../driver/aot.js";
import { codes } from "../driver/codes.js";

import { DiagnosticError } from "../support/diagnostic.js";
import { isFloat, laneOf } from "../support/dtype.js";
import type { Host } from "../support/host.js";
import { int } from "../support/int.js";
import { elementAccess } from "../support/numeric/element.js";
import { floatValue, intValue, voidValue, type Value } from "../support/value.js";
import type { CompiledC, Kernel } from "../target/c/index.js";
import type { AotModule } from "../transform/relax/aot/lower.js";

/** The first of these compilers that is installed. */
export const findCompiler = (
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined =>
  names
    .flatMap((name) =>
      name.includes("/") ? [name] : (env.PATH ?? "").split(delimiter).map((dir) => join(dir, name)),
    )
    .find((path) => existsSync(path));

/**
 * The compiler that `CC` names, or the first of these, for another machine where there is a triple; throws a
 * DiagnosticError when there is none.
 */
export function compilerOf({ env }: Host, names: readonly string[], triple?: string): string {
  const { CC } = env;
  const path = { PATH: process.env.PATH, ...env };
  const compiler = findCompiler(CC === undefined ? names : [CC], path);
  if (compiler === undefined && triple !== undefined)
    throw new DiagnosticError(codes.noCrossCompiler({ triple }));
  if (compiler === undefined) throw new DiagnosticError(codes.noCompiler({}));
  return compiler;
}

/** Flags for this processor, where the compiler knows it. */
export const speedFlags = (compiler: string, fma: boolean): string[] => [
  "-std=c99",
  "-O3",
  ...(/tcc/.test(basename(compiler))
    ? []
    : ["-march=native", `-ffp-contract=${fma ? "fast" : "off"}`]),
];

/** A compiled program in a folder of its own. */
export interface CProgram {
  readonly folder: string;
  readonly file: string;
  close(): void;
}

/** Compiles all `.c` files. Throws a DiagnosticError with what the compiler says. */
export function compileProgram(
  files: ReadonlyMap<string, string | Uint8Array>,
  compiler: string,
  flags: readonly string[],
): CProgram {
  const folder = mkdtempSync(join(tmpdir(), "relaxc-c-"));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
  const file = join(folder, "driver");
  const made = spawnSync(compiler, [...flags, "-o", file, ...sources, "-lm"], { cwd: folder, encoding: "utf8" }); // prettier-ignore
  if (made.status === 0) return { folder, file, close };
  close();
  const said = made.error?.message ?? `${made.stderr}${made.stdout}`;
  throw new DiagnosticError(
    codes.cCompiler({ compiler: basename(compiler), notes: said.trim().split("\n").slice(0, 20) }),
  );
}

/** Least seconds of a call, from some repeated ones. */
export interface Timing {
  readonly repeat: number;
  seconds?: number;
}

/** Runs `driver NAME IN OUT NUMBER…`; what it wrote. Throws a DiagnosticError when it stopped. */
function runDriver(
  program: CProgram,
  name: string,
  input: Uint8Array,
  numbers: readonly string[],
  timing?: Timing,
): Uint8Array {
  writeFileSync(join(program.folder, "in"), input);
  const env = timing === undefined ? process.env : { ...process.env, RELAX_REPEAT: String(timing.repeat) }; // prettier-ignore
  const run = spawnSync(program.file, [name, "in", "out", ...numbers], { cwd: program.folder, encoding: "utf8", env }); // prettier-ignore
  if (run.status !== 0) {
    const reason = run.stderr.trim() || (run.signal ?? `exit code ${run.status}`);
    throw new DiagnosticError(
      codes.cStopped({ reason: reason.split("\n").slice(0, 40).join("\n") }),
    );
  }
  if (timing !== undefined) timing.seconds = Number(run.stdout.trim());
  return readFileSync(join(program.folder, "out"));
}

/** Scalars and symbols, in the order of the C function. */
function numbersOf({ signature }: Kernel, args: readonly Value[]): string[] {
  return signature.info.params.flatMap((p): string[] => {
    if (p.role === "pointer" || p.name === "workspace_bytes") return [];
    const value = p.index === undefined ? undefined : args[p.index];
    if (value?.kind === "int" || value?.kind === "float") return [String(value.value)];
    const tensor = p.source && args[p.source.param];
    const shape = tensor?.kind === "tensor" ? tensor.data.shape : [];
    const { field, axis } = p.source ?? { field: "offset", axis: 0 };
    if (field === "offset") return ["0"];
    if (field === "shape") return [String(shape[axis] ?? 0)];
    return [String(shape.slice(axis + 1).reduce((n, d) => n * d, 1))];
  });
}

/** Calls a T function; tensors receive what it stores. */
export function callKernel(
  program: CProgram,
  compiled: CompiledC,
  name: string,
  args: readonly Value[],
): Value {
  const kernel = compiled.kernels.get(name)!;
  const { info } = kernel.signature;
  const pointers = info.params.filter((p) => p.role === "pointer");
  const tensors = pointers.map((p) => args[p.index!]);
  const input = Buffer.concat(
    tensors.map((v) => (v?.kind === "tensor" ? v.data.bytes : new Uint8Array())),
  );
  const bytes = runDriver(program, name, input, numbersOf(kernel, args));
  let at = 0;
  pointers.forEach((p, k) => {
    const { buffer, var: v } = kernel.func.params[p.index!]!;
    const value = tensors[k];
    if (value?.kind !== "tensor" || !kernel.written.has(buffer?.data ?? v)) return;
    value.data.bytes.set(bytes.subarray(at, at + value.data.bytes.length));
    value.written?.fill(1);
    at += value.data.bytes.length;
  });
  if (info.returns === undefined) return voidValue;
  const raw = elementAccess(laneOf(info.returns)).read(
    new DataView(bytes.buffer, bytes.byteOffset),
    at,
  );
  return isFloat(info.returns)
    ? floatValue(Number(raw), info.returns)
    : intValue(int(raw), info.returns);
}

/** Calls a model with the values of the Relax function's parameters; its result. */
export function callModel(
  program: CProgram,
  { compiled, aot }: { readonly compiled: Pick<CompiledC, "kernels">; readonly aot: AotModule },
  name: string,
  values: readonly Value[],
  timing?: Timing,
): Value {
  const described = aot.functions.find((f) => f.name === name)!;
  const kernel = compiled.kernels.get(name)!;
  const call = aotCall(aot.module, described, values);
  const inputs = call.args.slice(0, described.inputs);
  const input = Buffer.concat(inputs.map((v) => (v.kind === "tensor" ? v.data.bytes : new Uint8Array()))); // prettier-ignore
  const bytes = runDriver(program, name, input, numbersOf(kernel, call.args), timing);
  let at = 0;
  for (const v of call.args.slice(described.inputs, described.inputs + described.outputs)) {
    if (v.kind !== "tensor") continue;
    v.data.bytes.set(bytes.subarray(at, at + v.data.bytes.length));
    v.written?.fill(1);
    at += v.data.bytes.length;
  }
  return call.result();
}
