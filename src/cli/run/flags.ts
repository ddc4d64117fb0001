/** Flags of `relaxc run`. */
import { inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { fabricFlag } from "../fabric.js";
import type { FlagSet } from "../flags.js";
import { mapFlags } from "../map-limits.js";

export const runFlags = {
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
    only: ["wasm", "llvm"],
    help: "Threads for parallel loops; as `-num-cores=N` behind the target.",
  },
  noFma: { type: "boolean", help: "Round products before they are added (native code)." },
  fabric: { ...fabricFlag, only: ["cgra"] },
  ...mapFlags,
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
} as const satisfies FlagSet;
