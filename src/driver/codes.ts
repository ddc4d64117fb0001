/** Codes of the driver: what a run is given. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("CFG", {
  shapeSyntax: {
    number: 60,
    message: "`{text}` is not a size",
    hint: "write `m=3,n=7` for symbols, `x=3x4` for the whole shape of a parameter",
    explain: "`--shape` takes a list of `name=size`, separated by commas.",
  },
  unknownSize: {
    number: 61,
    message: "`{entry}` has no size named `{name}`; it has {known}",
    explain:
      "The names that `--shape` takes are the symbols in the entry function's signature and its parameters.",
  },
  missingSize: {
    number: 62,
    message: "the size `{symbol}` is needed for the parameter `{name}` of `{entry}`",
    hint: "give it: --shape {symbol}=8",
    explain: "A random input can be made only when every dimension of its shape is known.",
  },
  unknownInput: {
    number: 63,
    message: "`{entry}` has no parameter `{name}`; it has {known}",
    explain: "`--input NAME=FILE` and `--shape NAME=3x4` name a parameter of the entry function.",
  },
  cannotInvent: {
    number: 64,
    message: "no random value can be made for the parameter `{name}`: {what}",
    hint: "give it: --input {name}=FILE.npy, or --shape {name}=3x4 when only the shape is missing",
    explain: "Random inputs need a type with an element type and a shape.",
  },
  negativeSize: {
    number: 65,
    message: "a dimension of the parameter `{name}` comes out as {size}",
    explain:
      "Sizes are at least 0: the sizes given with `--shape` make a compound dimension negative.",
  },
  noEntry: {
    number: 66,
    message: "the module has no function `{entry}`; it has {known}",
    hint: "choose one with --entry",
    explain:
      "`run` starts the function named by `--entry`, `main` unless told otherwise; a module with a single public function starts that one.",
  },
  noFunctions: {
    number: 69,
    message: "there is nothing to run: the module has no function",
    explain: "A module needs at least one function, e.g. `main`.",
  },
  inputFile: {
    number: 70,
    message: "`{text}` is not an input",
    hint: "write `--input NAME=FILE.npy`",
    explain: "`--input` binds a parameter of the entry function to a tensor in a `.npy` file.",
  },
  missingInput: {
    number: 71,
    message: "the parameter `{name}` of `{entry}` has no value",
    hint: "give it: --input {name}=FILE.npy, or let all missing ones be random: --random 1",
    explain:
      "Every parameter needs a value: a file, or a random one. The fields of a tuple are named `x.0`, `x.1` and so on.",
  },
  differsFromOracle: {
    number: 72,
    message: "output {index} differs from the reference interpreter on {of}: {what}",
    explain:
      "`--oracle` runs the program on the reference interpreter too. A difference is a bug in the compiler.",
  },
  differsFromExpected: {
    number: 73,
    message: "output {index} differs from `{file}`: {what}",
    explain: "`--compare` compares the outputs with those in a file, within a tolerance.",
  },
  dataFile: {
    number: 74,
    message: "`{file}` {reason}",
    hint: "tensors are read from `.npy`, `.npz` and `.safetensors` files",
    explain: "The file is there, but it does not hold what its format says.",
  },
  inputTooLarge: {
    number: 75,
    message:
      "the parameter `{name}` of shape ({size}) takes {bytes} bytes, and the inputs may take {limit}",
    hint: "choose smaller sizes, or raise the limit: --memory 8GiB",
    explain: "The tensors of a run take 1 GiB together unless `--memory` says otherwise.",
  },
  timeLimit: {
    number: 76,
    message: "the program did not end within {seconds} s",
    hint: "choose smaller sizes, or raise the limit; `--target interp --step-limit 1000000` shows where it is",
    explain: "`--timeout` ends a program, also inside a kernel. Its outputs are lost.",
  },
  memoryLimit: {
    number: 77,
    message: "the program takes more than {limit} bytes of memory",
    hint: "choose smaller sizes, or raise the limit with --memory",
    explain:
      "`--memory` bounds the tensors that are in use at once, and with some room to spare the whole process.",
  },
  badLimit: {
    number: 78,
    message: "`{flag}` takes {what}, but got `{value}`",
    explain: "Limits are greater than 0. Sizes in bytes may end in KiB, MiB or GiB.",
  },
  needsText: {
    number: 79,
    message: "`{flag}` needs the text of the program, but `{file}` is an artefact",
    hint: "run the `.relax` file it was built from",
    explain: "An artefact holds compiled code; the reference interpreter runs the program's text.",
  },
  privateEntry: {
    number: 80,
    message: "`{entry}` is private to its module; public functions are {known}",
    hint: "choose a public one with --entry, or remove `private=True`",
    explain: "A run starts a Relax function that other programs may call, or any T function.",
  },
  sizeTwice: {
    number: 81,
    message: "`{name}` is given a second time: `{text}`",
    hint: "give each size once",
    explain: "All `--shape` flags together name a symbol or parameter once.",
  },
  sizeConflict: {
    number: 107,
    message: "`{name}` is {asked} by `--shape`, but {found} in what is given for `{param}`",
    hint: "leave the size out: it follows from the tensor",
    explain: "A symbol has one value; a size that were not looked at would be missed.",
  },
  badTarget: {
    number: 82,
    message: "{problem}",
    hint: "a target is a kind with options: `llvm -mcpu=haswell`, `llvm -mtriple=aarch64-linux-gnu`, `wasm -mattr=+relaxed-simd`",
    explain:
      "Lowerings and schedules are chosen by the kind of the target; its options say what the processor has. `relaxc list targets` shows the kinds.",
  },
  noNative: {
    number: 90,
    message: "native code cannot be made or run here: {reason}",
    explain:
      "Target `llvm` needs the package `koffi` and a libLLVM of version 13 or newer; bitcode can also be written by the package `llvm-bindings`. `RELAXC_LLVM=15` takes version 15 where several are installed. `relaxc doctor` shows what is there.",
  },
  nativeFeatures: {
    number: 91,
    message: "`{file}` was compiled for a processor with {features}, which this one lacks",
    hint: "build it on this machine, or with an older processor: `--target 'llvm -mcpu=haswell'`",
    explain: "Native code uses the extensions of the processor it is compiled for.",
  },
  nativeArchitecture: {
    number: 102,
    message:
      "`{file}` was compiled for processors of the architecture {architecture}; this one is {atHand}",
    hint: "take it to such a machine, or build it for this one: without `-mtriple`",
    explain:
      "`--target 'llvm -mtriple=aarch64-linux-gnu'` makes code for another machine, which runs there only.",
  },
  unknownExtension: {
    number: 105,
    message: "LLVM {version} knows no extension `{name}` of {architecture} processors",
    hint: "`-mattr` takes the names that LLVM has for the extensions of the architecture",
    explain:
      "`--target 'llvm -mcpu=haswell -mattr=+avx512f,-fma'` says what a processor has more or less than others of its name. Versions of LLVM know different extensions; `RELAXC_LLVM=19` takes another where several are installed.",
  },
  smallAddresses: {
    number: 103,
    message: "artefacts run where addresses have 64 bits; those of `{triple}` have 32",
    hint: "`-o model.o` writes code with a C header for it",
    explain: "The virtual machine runs in Node, which is there for machines of 64 bits.",
  },
  brokenNative: {
    number: 92,
    message: "`{file}` holds native code that cannot be linked: {reason}",
    explain: "The artefact was made for another system, or was changed.",
  },
  noSchedule: {
    number: 83,
    message: "there is no schedule for `{name}`",
    hint: 'a schedule names what it is for: `@S.schedule(func="matmul")`; `--target` selects those of a target',
  },
  noneScheduled: {
    number: 101,
    message: "nothing is scheduled: {what}",
    hint: 'a schedule says what it is for, e.g. `@S.schedule(func="matmul")`; those of another target are left out',
  },
  scheduleCondition: {
    number: 84,
    severity: "warning",
    message: "`{name}` as scheduled is right only where {condition}",
    hint: "in a build, a test before the call selects it; keep the function as written for all other sizes",
  },
  scheduleDiffers: {
    number: 85,
    message: "`{name}` does not compute the same after scheduling: {difference}",
  },
  scheduleUnproved: {
    number: 106,
    severity: "warning",
    message: "`{name}` was not compared: at no size that was tried does it run to the end",
    hint: "the limit is {limit} iterations a run; `--step-limit` raises it",
    explain:
      "`--prove` runs a function as written and as scheduled on the reference interpreter, at some sizes. Sizes that " +
      "its own conditions refuse, or that take too many iterations, are left out.",
  },
  scheduleChoice: {
    number: 86,
    message: "a trace is for one function, and the program has {count} T functions",
    hint: "name it with `--func`",
  },
  noCompiler: {
    number: 94,
    message: "no C compiler is installed",
    hint: "install gcc, clang or tcc, or name one in the environment variable `CC`",
  },
  noCrossCompiler: {
    number: 104,
    message: "no C compiler for `{triple}` is installed to link a shared library with",
    hint: "name it in the environment variable `CC`, or write `-o model.o` and link that",
  },
  cCompiler: {
    number: 95,
    message: "`{compiler}` does not take the generated C",
    explain: "The notes are what the compiler says.",
  },
  linker: {
    number: 98,
    message: "`{compiler}` does not link the object code",
    explain: "A shared library is linked by the C compiler at hand; the notes are what it says.",
    hint: "write an object file (`-o FILE.o`) and link it for the processor it is for",
  },
  outputName: {
    number: 99,
    message: "`{file}` is no name for what target `{kind}` gives",
    hint: "`--target llvm` writes object files (`-o FILE.o`) and shared libraries (`-o FILE.so`)",
    explain:
      "Other targets give an artefact (`.rxe`) or a folder of C, which no linker takes under such a name.",
  },
  cStopped: {
    number: 96,
    message: "the compiled program stopped: {reason}",
  },
  targetExecutor: {
    number: 97,
    message: "the target `{target}` has no executor `{executor}`",
    hint: "`--target c` runs whole models (`aot`); `vm` and `graph` are for WebAssembly and native code",
  },
  untimed: {
    number: 100,
    message: "`{flag}` times kernels, which target `{target}` does not call one by one",
    hint: "`--target wasm`, `llvm` and `cgra` do; a whole model in C is one call, to be timed by a profiler such as perf",
  },
});
