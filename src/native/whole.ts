/** Relax functions that are one native call: constants and a workspace are passed to them. */
import type { KernelTable } from "../runtime/kernel-table.js";
import type { KernelInfo, KernelParam } from "../runtime/kernel-info.js";
import type { CompiledCode } from "../runtime/vm/device.js";
import { leavesOf, type FunctionInfo, type NativeCall } from "../runtime/wasm/function-info.js";
import { OutOfMemory } from "../runtime/wasm/heap.js";
import type { HostScalar } from "../runtime/wasm/instance.js";
import type { NativeInstance } from "./instance.js";

/** Bytes that workspaces may take; a cell that is set from outside. */
export interface WorkspaceLimit {
  bytes: number;
}

/** Where an argument comes from: a slot of the caller, a constant, or the workspace and its size. */
type Source =
  | { readonly kind: "slot"; readonly at: number }
  | { readonly kind: "constant"; readonly place: number }
  | { readonly kind: "workspace" }
  | { readonly kind: "bytes" };

interface Whole {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly workspace: { readonly kernel: string; readonly slots: readonly number[] } | undefined;
}

/** The functions of a table; undefined when there are none. */
export function wholeFunctions(
  instance: NativeInstance,
  { functions, constants }: KernelTable,
  limit: WorkspaceLimit,
): CompiledCode | undefined {
  const known = new Map<string, Whole>();
  for (const info of functions) {
    const kernel = instance.kernels.get(info.name);
    const whole = kernel && info.native && wholeOf(info, info.native, kernel);
    if (whole !== undefined) known.set(info.name, whole);
  }
  if (known.size === 0) return undefined;
  let addresses: readonly number[] = [];
  const run = ({ name, sources, workspace }: Whole, slots: readonly HostScalar[]): boolean => {
    let bytes = 0;
    if (workspace !== undefined) {
      const sizes = workspace.slots.map((k) => slots[k]!);
      const told = instance.call(workspace.kernel, sizes);
      if (!told.ok || told.value === undefined) return false;
      bytes = Number(told.value);
    }
    if (bytes > limit.bytes) return false;
    const at = instance.heap.alloc(bytes);
    try {
      const args = sources.map((source): HostScalar => {
        if (source.kind === "slot") return slots[source.at]!;
        if (source.kind === "constant") return addresses[source.place]!;
        return source.kind === "workspace" ? at : bytes;
      });
      return instance.call(name, args).ok;
    } finally {
      instance.heap.free(at);
    }
  };
  return {
    functions: new Map(functions.filter((f) => known.has(f.name)).map((f) => [f.name, f])),
    constants,
    provideConstants: (given) => void (addresses = given),
    run(name, slots, calls) {
      // Only the virtual machine counts steps, and tells where memory ran out.
      if (calls !== Infinity) return false;
      try {
        return run(known.get(name)!, slots);
      } catch (error) {
        if (error instanceof RangeError || error instanceof OutOfMemory) return false;
        throw error;
      }
    },
  };
}

/** Undefined when the code does not take what the table says. */
function wholeOf(info: FunctionInfo, call: NativeCall, { params }: KernelInfo): Whole | undefined {
  const inputs = info.params.flatMap(leavesOf);
  const outputs = leavesOf(info.result);
  const slot = (at: number): Source => ({ kind: "slot", at });
  // Slots are the inputs, the symbols, and memory for the results.
  const pointers: Source[] = [
    ...inputs.map((_, k) => slot(k)),
    ...outputs.map((_, k) => slot(inputs.length + info.symbols + k)),
    ...call.constants.map((place): Source => ({ kind: "constant", place })),
    ...(call.workspace ? [{ kind: "workspace" } as const] : []),
  ];
  const sourceOf = ({ role, source }: KernelParam, k: number): Source | undefined => {
    if (role === "pointer") return pointers[k];
    if (role !== "symbol" || source?.field !== "shape") return undefined;
    if (pointers[source.param]?.kind === "workspace") return { kind: "bytes" };
    const tensor = inputs[source.param];
    const dim = tensor?.kind === "tensor" ? tensor.shape[source.axis] : undefined;
    return dim && "symbol" in dim ? slot(inputs.length + dim.id) : undefined;
  };
  const sources = params.map(sourceOf);
  if (!sources.every((s) => s !== undefined)) return undefined;
  if (params.filter((p) => p.role === "pointer").length !== pointers.length) return undefined;
  const { workspace } = call;
  return {
    name: info.name,
    sources,
    workspace: workspace && {
      kernel: workspace.kernel,
      slots: workspace.symbols.map((id) => inputs.length + id),
    },
  };
}
