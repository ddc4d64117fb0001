/** Kernels of networks as the array runs them: launches with the data they have in whole functions, at two sizes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildForCgra } from "../../driver/cgra.js";
import { checkText } from "../../driver/frontend.js";
import { artefactBytes } from "../../driver/run.js";
import { runJob } from "../../driver/run-job.js";
import { irModule, type IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { kernelCompiler } from "../../target/cgra/host/compile-kernel.js";
import { makeDevice } from "../../target/cgra/host/device.js";
import { defaultPlaces, kernelFunctions, preset, type Fabric } from "../../target/cgra/index.js";
import { makeLaunch, randomArguments } from "../cgra.js";
import { makeRandom } from "../generate/random.js";
import { launchRecorder, type NamedLaunch } from "./launches.js";

type Sizes = Readonly<Record<string, number>>;

/** A function of the samples, and sizes that it runs at. */
export interface KernelCase {
  readonly file: string;
  readonly func: string;
  readonly fabric: "npu-6x6" | "npu-float-6x6";
  readonly sizes: readonly [Sizes, Sizes];
}

const SEED = 70;
const WINDOW = { kh: 3, kw: 3, stride: 1, c: 8 };
const SCALE = { multiplier: 1518500250, shift: -6, zero: 3 };

const bytes = (file: string, func: string, ...sizes: readonly [Sizes, Sizes]): KernelCase => ({ file, func, fabric: "npu-6x6", sizes }); // prettier-ignore
const floats = (file: string, func: string, ...sizes: readonly [Sizes, Sizes]): KernelCase => ({ file, func, fabric: "npu-float-6x6", sizes }); // prettier-ignore

export const KERNEL_CASES: readonly KernelCase[] = [
  bytes("gemm-bytes", "main", { m: 13, n: 20, k: 150 }, { m: 6, n: 65, k: 31 }),
  bytes(
    "conv-bytes",
    "main",
    { h: 5, w: 12, c: 16, channels: 7, kh: 3, kw: 3, oh: 3, ow: 10, stride: 1 },
    { h: 9, w: 13, c: 8, channels: 6, kh: 5, kw: 5, oh: 3, ow: 5, stride: 2 },
  ),
  bytes(
    "conv-im2col",
    "main",
    { h: 6, w: 7, c: 8, channels: 7, kh: 3, kw: 3, oh: 6, ow: 7, stride: 1, pad: 1 },
    { h: 9, w: 11, c: 12, channels: 3, kh: 5, kw: 5, oh: 5, ow: 6, stride: 2, pad: 2 },
  ),
  bytes("depthwise", "depthwise_row", { ...WINDOW, ...SCALE, w: 16, ow: 14 }, { ...WINDOW, ...SCALE, w: 11, ow: 5, stride: 2, c: 12 }), // prettier-ignore
  bytes("pool", "max_pool_row", { ...WINDOW, w: 20, ow: 9, stride: 2 }, { ...WINDOW, kh: 2, kw: 2, w: 12, ow: 11, c: 16 }), // prettier-ignore
  bytes("pool", "average_pool_row", { ...WINDOW, ...SCALE, w: 20, ow: 9, stride: 2 }, { ...WINDOW, ...SCALE, kh: 2, kw: 2, w: 12, ow: 11 }), // prettier-ignore
  bytes("requantize", "requantize_channels", { n: 40, c: 12, zero: 5 }, { n: 9, c: 33, zero: -7 }),
  bytes("requantize", "requantize", { n: 500, ...SCALE }, { n: 77, ...SCALE }),
  bytes("requantize", "shift_even", { n: 40, c: 12, shift: 9, low: 0 }, { n: 9, c: 33, shift: 4, low: -128 }), // prettier-ignore
  bytes("elementwise", "relu_bytes", { n: 900 }, { n: 77 }),
  bytes("elementwise", "clip_bytes", { n: 900, low: -20, high: 90 }, { n: 77, low: 0, high: 6 }),
  bytes("elementwise", "add_bytes", { n: 900 }, { n: 77 }),
  bytes("elementwise", "multiply_bytes", { n: 900, ...SCALE }, { n: 77, ...SCALE }),
  bytes("table", "look_up", { n: 600 }, { n: 35 }),
  floats("gemm-floats", "main", { m: 8, n: 13, k: 20 }, { m: 3, n: 40, k: 37 }),
  floats("elementwise", "relu_floats", { n: 5000 }, { n: 33 }),
  floats("softmax", "softmax", { n: 6, k: 50 }, { n: 3, k: 129 }),
  floats("layer-norm", "layer_norm", { n: 2, k: 64, inverse: 1 / 64, epsilon: 0.5 }, { n: 1, k: 100, inverse: 0.01, epsilon: 0.25 }), // prettier-ignore
];

const moduleOf = (file: string): IRModule => {
  const path = join("samples", "cgra", "kernels", `${file}.relax`);
  return checkText({ name: path, text: readFileSync(path, "utf8") }).module;
};

/** Compiles a case; then gives its launches at one of its sizes: of each kernel the first and the last. */
export function compileCase({ file, func, fabric: fabricName, sizes }: KernelCase): (at: 0 | 1) => NamedLaunch[] {
  const fabric = preset(fabricName)!;
  const sink = new Diagnostics();
  const module = moduleOf(file);
  const own = module.functions.get(func) as PrimFunc;
  const built = buildForCgra({ ...module, functions: new Map([[func, own]]) }, sink, { producer: "test", fabric }); // prettier-ignore
  if (built === undefined) throw new Error(sink.all.map((d) => d.message).join("; "));
  const { kernels, onHost } = built.host;
  if (onHost.size > 0) {
    const launch = compileAlone(own, fabric);
    return (at) => [launch(sizes[at], at)];
  }
  const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file } as const;
  return (at) => {
    const recorder = launchRecorder(kernels);
    const device = makeDevice(fabric, kernels, recorder.watch);
    const { args } = randomArguments(own, sizes[at], makeRandom(SEED + at));
    runJob({ program, entry: func, args }, () => undefined, device.hosts);
    return recorder.launches();
  };
} // prettier-ignore

/** A function whose buffers are in the scratchpad already is one launch. */
function compileAlone(func: PrimFunc, fabric: Fabric): (sizes: Sizes, at: number) => NamedLaunch {
  const sink = new Diagnostics();
  const [kernel] = kernelFunctions(irModule(new Map([[func.name, func]])), sink);
  if (kernel === undefined) throw new Error(sink.all[0]?.message);
  const compiled = kernelCompiler(fabric)(kernel, defaultPlaces(kernel, fabric));
  if (!("program" in compiled)) throw new Error(compiled.message);
  return (sizes, at) => {
    const launch = makeLaunch(kernel, fabric, sizes, makeRandom(SEED + at));
    if (typeof launch === "string") throw new Error(launch);
    const { liveins, scratchpad: memory } = launch;
    return { name: kernel.name, program: compiled.program, liveins, memory };
  };
}
