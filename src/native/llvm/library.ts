/** Finds libLLVM and binds the functions of its C interface that are used. */
import {
  foreign,
  NativeUnavailable,
  type ForeignLibrary,
  type Pointer,
  type PointerCell,
} from "../foreign.js";

/** Names under which distributions install the library, with the version each stands for. */
const NAMES: readonly (readonly [file: string, version: number])[] = [
  ...[14, 15, 16, 17].map((v) => [`libLLVM-${v}.so.1`, v] as const),
  ...[18, 19, 20, 21, 22].flatMap((v) => [
    [`libLLVM.so.${v}.1`, v] as const,
    [`libLLVM-${v}.so.1`, v] as const,
  ]),
  ...[14, 15, 16, 17, 18, 19, 20, 21, 22].map(
    (v) => [`/usr/lib/llvm-${v}/lib/libLLVM.so.1`, v] as const,
  ),
];

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

/** The first library found; throws {@link NativeUnavailable} when there is none. */
export function llvmLibrary(): LlvmLibrary {
  loaded ??= openFirst();
  return loaded;
}

function openFirst(): LlvmLibrary {
  const { load } = foreign();
  for (const [file, version] of NAMES) {
    let library: ForeignLibrary;
    try {
      library = load(file);
    } catch {
      continue;
    }
    const bound = Object.entries(SIGNATURES).map(([name, text]) => [name, library.func(text)]);
    initialise(library);
    return { file, version, c: Object.fromEntries(bound) as LlvmC };
  }
  throw new NativeUnavailable(
    "no libLLVM of version 14 to 22 was found",
    "install the package `libllvm14` of Debian and Ubuntu, or a newer one",
  );
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
