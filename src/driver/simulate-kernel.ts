/** One kernel of a program on a simulated fabric, beside the interpreter. */
import { interpret } from "../interp/index.js";
import { substitute } from "../ir/core/rewrite.js";
import { irModule } from "../ir/module.js";
import { intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Sink } from "../support/diagnostic.js";
import { tensorsDiffer } from "../support/tensor-difference.js";
import type { Value } from "../support/value.js";
import { defaultPlaces, type Fabric } from "../target/cgra/index.js";
import { kernelCompiler, type FabricKernel } from "../target/cgra/host/compile-kernel.js";
import { machineCodes as codes } from "../target/cgra/machine/codes.js";
import { load } from "../target/cgra/machine/load.js";
import { scratchpadBytes, simulate, type RunOptions, type RunResult } from "../target/cgra/machine/simulate.js"; // prettier-ignore
import type { SearchOptions } from "../target/cgra/map/search.js";
import { makeInputs, type InputRequest } from "./inputs.js";
import { signaturesOf } from "./run.js";

export interface KernelRun {
  readonly kernel: FabricKernel;
  readonly result: RunResult;
  /** Where machine and interpreter differ. */
  readonly difference?: string | undefined;
}

/** Compiles a kernel for sizes that are given and runs it; undefined when it does not run on the fabric. */
export function simulateKernel(
  func: PrimFunc,
  fabric: Fabric,
  request: InputRequest,
  sink: Sink,
  options: Pick<RunOptions, "issued" | "watch"> & { readonly search?: SearchOptions } = {},
): KernelRun | undefined {
  if (fabric.banks.length === 0) {
    const reason = `\`${fabric.name}\` has no memory (\`mem.banks\`)`;
    sink.report(codes.kernelNotRun({ name: func.name, reason }));
    return undefined;
  }
  const module = irModule(new Map([[func.name, func]]));
  const inputs = makeInputs(signaturesOf(module).get(func.name)!, request);
  const sized = withSizes(func, inputs);
  const places = defaultPlaces(sized, fabric);
  const kernel = kernelCompiler(fabric, options.search)(sized, places);
  if (!("program" in kernel)) {
    // Alone, it has no host to run on.
    sink.report({ ...kernel, severity: "error" });
    return undefined;
  }
  const loaded = load(fabric, kernel.program);
  if (typeof loaded === "string") throw new Error(loaded);
  const memory = new Uint8Array(scratchpadBytes(fabric));
  const placed = tensorsAt(sized, inputs, places);
  for (const { bytes, at } of placed) {
    if (at + bytes.length > memory.length) {
      const reason = `its buffers do not fit the ${memory.length} bytes of the scratchpad`;
      sink.report(codes.kernelNotRun({ name: func.name, reason }));
      return undefined;
    }
    memory.set(bytes, at);
  }
  const given = kernel.liveins.find(({ value }) => value.kind !== "tir.IntImm");
  if (given !== undefined) {
    const reason = `the launch number \`${given.name}\` is not known`;
    sink.report(codes.kernelNotRun({ name: func.name, reason }));
    return undefined;
  }
  const liveins = kernel.liveins.map(({ value }) => (value.kind === "tir.IntImm" ? Number(value.value) : 0)); // prettier-ignore
  const result = simulate(loaded, { ...options, memory, liveins, debug: true });
  const outcome = interpret(module, func.name, inputs);
  if (!outcome.ok) {
    sink.report(outcome.diagnostic);
    return undefined;
  }
  const difference = placed
    .map(({ value, at, name }) => {
      if (value.kind !== "tensor") return undefined;
      const { data } = value;
      const found = { ...data, bytes: memory.slice(at, at + data.bytes.length) };
      return tensorsDiffer(data, found, `\`${name}\``);
    })
    .find((d) => d !== undefined);
  return { kernel, result, difference };
}

/** The function with the sizes its arguments have. */
function withSizes(func: PrimFunc, inputs: readonly Value[]): PrimFunc {
  const sizes = new Map<Var, PrimExpr>();
  func.params.forEach(({ var: parameter, buffer }, k) => {
    const value = inputs[k]!;
    if (value.kind === "int") sizes.set(parameter, intImm(Number(value.value), parameter.dtype));
    if (value.kind !== "tensor") return;
    buffer?.shape.forEach((extent, d) => {
      if (extent.kind === "tir.Var") sizes.set(extent, intImm(value.data.shape[d]!, extent.dtype));
    });
  });
  // Parameters stay as they are; their uses become numbers.
  const sized = substitute(func, sizes);
  return { ...sized, params: sized.params.map((p, k) => ({ ...p, var: func.params[k]!.var })) };
}

function tensorsAt(
  func: PrimFunc,
  inputs: readonly Value[],
  places: ReturnType<typeof defaultPlaces>,
): { value: Value; name: string; at: number; bytes: Uint8Array }[] {
  return func.params.flatMap(({ buffer }, k) => {
    const value = inputs[k]!;
    const address = buffer && places.get(buffer)?.address;
    if (value.kind !== "tensor" || buffer === undefined || address?.kind !== "tir.IntImm")
      return [];
    return [{ value, name: buffer.name, at: Number(address.value), bytes: value.data.bytes }];
  });
}
