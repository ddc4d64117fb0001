/** Finds libLLVM and binds the functions of its C interface that are used. */
import {
  foreign,
  NativeUnavailable,
  type ForeignLibrary,
  type Pointer,
  type PointerCell,
} from "../foreign.js";

/** Versions whose functions have the signatures below, the preferred first. */
const VERSIONS: readonly number[] = [14, 15, 16, 17, 18, 19, 20, 21, 22, 13];

/** Names under which distributions install the library of a version. */
const filesOf = (version: number): readonly string[] => [
  `libLLVM-${version}.so.1`,
  `libLLVM.so.${version}.1`,
  `/usr/lib/llvm-${version}/lib/libLLVM.so.1`,
];

/** Names the version to take where several are installed. */
export const LLVM_VARIABLE = "RELAXC_LLVM";

/** The library and its functions. */
export interface LlvmLibrary {
  readonly file: string;
  readonly version: number;
  readonly c: LlvmC;
}

const SIGNATURES = {
  contextCreate: "void* LLVMContextCreate()",
  contextDispose: "void LLVMContextDispose(void*)",
  memoryBuffer: "void* LLVMCreateMemoryBufferWithMemoryRangeCopy(const void*, size_t, const char*)",
  bufferStart: "void* LLVMGetBufferStart(void*)",
  bufferSize: "size_t LLVMGetBufferSize(void*)",
  disposeBuffer: "void LLVMDisposeMemoryBuffer(void*)",
  bitcode: "void* LLVMWriteBitcodeToMemoryBuffer(void*)",
  parse: "int LLVMParseIRInContext(void*, void*, _Out_ void**, _Out_ void**)",
  verify: "int LLVMVerifyModule(void*, int, _Out_ void**)",
  disposeModule: "void LLVMDisposeModule(void*)",
  disposeMessage: "void LLVMDisposeMessage(void*)",
  setTriple: "void LLVMSetTarget(void*, const char*)",
  dataLayout: "void* LLVMCreateTargetDataLayout(void*)",
  setDataLayout: "void LLVMSetModuleDataLayout(void*, void*)",
  disposeDataLayout: "void LLVMDisposeTargetData(void*)",
  defaultTriple: "void* LLVMGetDefaultTargetTriple()",
  normalizeTriple: "void* LLVMNormalizeTargetTriple(const char*)",
  hostCpu: "void* LLVMGetHostCPUName()",
  hostFeatures: "void* LLVMGetHostCPUFeatures()",
  targetFromTriple: "int LLVMGetTargetFromTriple(const char*, _Out_ void**, _Out_ void**)",
  targetMachine:
    "void* LLVMCreateTargetMachine(void*, const char*, const char*, const char*, int, int, int)",
  disposeTargetMachine: "void LLVMDisposeTargetMachine(void*)",
  passOptions: "void* LLVMCreatePassBuilderOptions()",
  disposePassOptions: "void LLVMDisposePassBuilderOptions(void*)",
  runPasses: "void* LLVMRunPasses(void*, const char*, void*, void*)",
  emit: "int LLVMTargetMachineEmitToMemoryBuffer(void*, void*, int, _Out_ void**, _Out_ void**)",
  errorMessage: "void* LLVMGetErrorMessage(void*)",
  disposeErrorMessage: "void LLVMDisposeErrorMessage(void*)",
  jitBuilder: "void* LLVMOrcCreateLLJITBuilder()",
  jitCreate: "void* LLVMOrcCreateLLJIT(_Out_ void**, void*)",
  jitDispose: "void* LLVMOrcDisposeLLJIT(void*)",
  jitDylib: "void* LLVMOrcLLJITGetMainJITDylib(void*)",
  jitPrefix: "char LLVMOrcLLJITGetGlobalPrefix(void*)",
  jitAddObject: "void* LLVMOrcLLJITAddObjectFile(void*, void*, void*)",
  jitLookup: "void* LLVMOrcLLJITLookup(void*, _Out_ uint64_t*, const char*)",
  processSymbols:
    "void* LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(_Out_ void**, char, void*, void*)",
  addGenerator: "void LLVMOrcJITDylibAddGenerator(void*, void*)",
} as const;

/** The bound functions. */
export type LlvmC = { readonly [K in keyof typeof SIGNATURES]: (...args: unknown[]) => unknown };

let loaded: LlvmLibrary | undefined;

/** The library; throws {@link NativeUnavailable} when there is none. */
export function llvmLibrary(): LlvmLibrary {
  loaded ??= openFirst(wantedVersions());
  return loaded;
}

/** Versions of the library that are installed. */
export const installedLibraries = (): readonly number[] =>
  VERSIONS.filter((version) => fileOf(version) !== undefined);

function wantedVersions(): readonly number[] {
  const wanted = process.env[LLVM_VARIABLE] ?? "";
  if (wanted === "") return VERSIONS;
  if (VERSIONS.includes(Number(wanted))) return [Number(wanted)];
  throw new NativeUnavailable(
    `${LLVM_VARIABLE} is \`${wanted}\``,
    `it names one version of LLVM, ${rangeOf(VERSIONS)}; without it the first that is found is taken`,
  );
}

function openFirst(versions: readonly number[]): LlvmLibrary {
  for (const version of versions) {
    const found = fileOf(version);
    if (found === undefined) continue;
    const { file, library } = found;
    const bound = Object.entries(SIGNATURES).map(([name, text]) => [name, library.func(text)]);
    initialise(library);
    return { file, version, c: Object.fromEntries(bound) as LlvmC };
  }
  const version = versions.length === 1 ? versions[0]! : 14;
  throw new NativeUnavailable(
    `no libLLVM of version ${rangeOf(versions)} was found`,
    versions.length === 1
      ? `install the package \`libllvm${version}\` of Debian and Ubuntu, or unset ${LLVM_VARIABLE}`
      : `install the package \`libllvm${version}\` of Debian and Ubuntu, or a newer one`,
  );
}

const rangeOf = (versions: readonly number[]): string =>
  versions.length === 1 ? `${versions[0]}` : `${Math.min(...versions)} to ${Math.max(...versions)}`;

/** The file of a version that can be loaded. */
function fileOf(version: number): { file: string; library: ForeignLibrary } | undefined {
  const { load } = foreign();
  for (const file of filesOf(version))
    try {
      return { file, library: load(file) };
    } catch {
      continue;
    }
  return undefined;
}

/** Registers the code generators that the library has been built with. */
function initialise(library: ForeignLibrary): void {
  for (const target of ["X86", "AArch64", "ARM", "RISCV"])
    for (const part of ["TargetInfo", "Target", "TargetMC", "AsmPrinter", "AsmParser"]) {
      try {
        library.func(`void LLVMInitialize${target}${part}()`)();
      } catch {
        break;
      }
    }
}

/** The text at an address that the library owns or has handed over; `dispose` gives it back. */
export function takeText(pointer: Pointer, dispose: (...args: unknown[]) => unknown): string {
  if (pointer === null) return "";
  const text = textAt(pointer);
  dispose(pointer);
  return text;
}

function textAt(pointer: bigint): string {
  const { view } = foreign();
  let length = 64;
  for (;;) {
    const bytes = new Uint8Array(view(pointer, length));
    const end = bytes.indexOf(0);
    if (end >= 0) return new TextDecoder().decode(bytes.slice(0, end));
    length *= 2;
  }
}

/** Throws what a function of the library reports as an error value. */
export function check(c: LlvmC, error: unknown, what: string): void {
  if (error === null || error === undefined) return;
  const message = takeText(c.errorMessage(error) as Pointer, c.disposeErrorMessage);
  throw new Error(`${what}: ${message}`);
}

/** A cell for a result. */
export const cell = (): PointerCell => [null];
