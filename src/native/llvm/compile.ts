/** Textual LLVM IR → object code or assembly, in this process. */
import { foreign, NativeUnavailable, type Pointer } from "../foreign.js";
import { markFloatAbi } from "./elf.js";
import { cell, check, llvmLibrary, takeText, type LlvmLibrary } from "./library.js";

/** What code is made for. */
export interface MachineOptions {
  /** Absent: the machine at hand. */
  readonly triple?: string | undefined;
  /** As LLVM spells it. */
  readonly processor: string;
  /** `+avx2,-avx512f` */
  readonly features?: string | undefined;
  /** The calling convention that the text asks for, where an architecture has several. */
  readonly abi?: string | undefined;
}
export interface CompileIrOptions extends MachineOptions {
  /** Passes in LLVM's own spelling. */
  readonly passes?: string | undefined;
  readonly output?: "object" | "assembly" | undefined;
}

/**
 * Runs when nothing else is asked for. Kernels come unrolled and in vectors, so that `default<O3>` takes ten times as long
 * for the same code; plain loops are still vectorised. Loads are written once where memory has not changed, so that no
 * pass needs to find out what has; loops test at their end and count in 64 bits already.
 */
function defaultPasses(version: number): string {
  // From 18 on, one round of this pass that leaves something to do would end the process.
  const combine = version < 18 ? "instcombine" : "instcombine<no-verify-fixpoint>";
  return (
    `function(sroa,early-cse,simplifycfg,${combine},loop-mssa(licm),` +
    `loop-vectorize,loop-unroll,${combine},early-cse,simplifycfg,loop-mssa(licm))`
  );
}

/** LLVM refused the text; a defect of the code generator. */
export class IrError extends Error {}

/** Compiles; throws {@link IrError} when the text is not well formed. */
export function compileIr(text: string, options: CompileIrOptions): Uint8Array {
  const library = llvmLibrary();
  const { c } = library;
  const machine = makeMachine(library, options);
  const context = c.contextCreate();
  let module: unknown;
  try {
    module = parse(library, context, text);
    c.setTriple(module, tripleOf(library, options));
    const layout = c.dataLayout(machine);
    c.setDataLayout(module, layout);
    c.disposeDataLayout(layout);
    verify(library, module);
    const passOptions = c.passOptions();
    const passes = options.passes ?? defaultPasses(library.version);
    const error = c.runPasses(module, passes, machine, passOptions);
    c.disposePassOptions(passOptions);
    check(c, error, "passes");
    const code = emit(library, machine, module, options.output === "assembly" ? 0 : 1);
    if (options.abi !== undefined && options.output !== "assembly") markFloatAbi(code, options.abi);
    return code;
  } finally {
    if (module !== undefined) c.disposeModule(module);
    c.contextDispose(context);
    c.disposeTargetMachine(machine);
  }
}

/** Checks a module for any target and gives it as bitcode; throws {@link IrError} when it is not well formed. */
export function bitcodeByLibrary(library: LlvmLibrary, text: string): Uint8Array {
  const { c } = library;
  const context = c.contextCreate();
  let module: unknown;
  try {
    module = parse(library, context, text);
    verify(library, module);
    return takeBytes(library, c.bitcode(module));
  } finally {
    if (module !== undefined) c.disposeModule(module);
    c.contextDispose(context);
  }
}

/** The bytes of a buffer of the library, which is given back. */
function takeBytes({ c }: LlvmLibrary, buffer: unknown): Uint8Array {
  const size = Number(c.bufferSize(buffer));
  const start = c.bufferStart(buffer) as bigint;
  const bytes = new Uint8Array(foreign().view(start, size)).slice();
  c.disposeBuffer(buffer);
  return bytes;
}

function parse({ c }: LlvmLibrary, context: unknown, text: string): unknown {
  const bytes = Buffer.from(`${text}\0`);
  const buffer = c.memoryBuffer(bytes, bytes.length - 1, "module");
  const module = cell();
  const message = cell();
  // The buffer is the parser's from here on.
  if (c.parse(context, buffer, module, message) === 0) return module[0];
  throw new IrError(takeText(message[0], c.disposeMessage));
}

function verify({ c }: LlvmLibrary, module: unknown): void {
  const message = cell();
  const failed = c.verify(module, 2, message) !== 0;
  const text = takeText(message[0], c.disposeMessage);
  if (failed) throw new IrError(text);
}

function emit(library: LlvmLibrary, machine: unknown, module: unknown, kind: 0 | 1): Uint8Array {
  const { c } = library;
  const buffer = cell();
  const message = cell();
  if (c.emit(machine, module, kind, message, buffer) !== 0)
    throw new IrError(takeText(message[0], c.disposeMessage));
  return takeBytes(library, buffer[0]);
}

const FASTEST = 3;
const POSITION_INDEPENDENT = 2;

/** Code generator of a machine; throws {@link NativeUnavailable} where the library has none. */
export function makeMachine(library: LlvmLibrary, options: MachineOptions): unknown {
  const { c } = library;
  const triple = tripleOf(library, options);
  const target = cell();
  const message = cell();
  if (c.targetFromTriple(triple, target, message) !== 0) {
    const reason = takeText(message[0], c.disposeMessage);
    throw new NativeUnavailable(reason, `${library.file} was built without this code generator`);
  }
  const { processor, features = "" } = options;
  return c.targetMachine(target[0], triple, processor, features, FASTEST, POSITION_INDEPENDENT, 0);
}

/** In full: `armv7-linux-gnueabihf` names no vendor, and would be read as one for no system. */
const tripleOf = ({ c }: LlvmLibrary, { triple }: MachineOptions): string =>
  triple === undefined
    ? defaultTriple()
    : takeText(c.normalizeTriple(triple) as Pointer, c.disposeMessage);

/** The triple of the machine at hand. */
export function defaultTriple(): string {
  const { c } = llvmLibrary();
  return takeText(c.defaultTriple() as Pointer, c.disposeMessage);
}

/** Name and features of the processor at hand, as LLVM sees it. */
export function hostProcessor(): { readonly name: string; readonly features: string } {
  const { c } = llvmLibrary();
  return {
    name: takeText(c.hostCpu() as Pointer, c.disposeMessage),
    features: takeText(c.hostFeatures() as Pointer, c.disposeMessage),
  };
}
