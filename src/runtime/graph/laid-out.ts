/** A graph function laid out in memory for given sizes: running it allocates nothing. */
import {
  graphLeaves,
  type Dim,
  type FunctionRecord,
  type GraphArgument,
  type GraphForm,
  type GraphFunction,
  type GraphResult,
} from "../../artefact/index.js";
import { bytesOf, isFloat, tryDType, type DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import { elementCount } from "../../support/ndarray.js";
import {
  floatValue,
  intValue,
  shapeValue,
  tensorValue,
  tupleValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { bytesOfTensor, fail, newStorage, type VmContext } from "../vm/context.js";
import { dimText, kernelArguments, kernelStopped } from "../vm/kernel-call.js";
import type { DeviceStorage, DeviceTensor, VmValue } from "../vm/value.js";
import type { HostScalar, PlannedCall } from "../wasm/instance.js";
import type { KernelInfo } from "../kernel-info.js";
import { sizeOf } from "./bind.js";

/** A result that still lies in the memory of a layout. */
export interface HeldResult {
  /** Its tensors may be views of the memory, which the next call changes. */
  value(): Value;
  /** Nobody will ask for it. */
  drop(): void;
}

export interface LaidOut {
  /** Puts a value in the place of a leaf of the parameters; it must be of the type and shape that was laid out. */
  setInput(leaf: number, value: Value): void;
  /** Counts the inputs that were set. */
  readonly revision: number;
  /** Runs all calls; throws a DiagnosticError when one stops. `after` is told each call that ended. */
  run(after?: (call: number) => void): void;
  /** The result, copied out. */
  output(): Value;
  /** The result in place; it is copied out before the memory changes. */
  hold(): HeldResult;
  /** Gives the memory back. */
  free(): void;
  /** Kernels in the order of their calls, with the shapes of their tensors. */
  readonly calls: readonly { readonly kernel: string; readonly shapes: readonly (readonly number[])[] }[]; // prettier-ignore
  /** Bytes of inputs and storages. */
  readonly bytes: number;
}

/** What all layouts of a program share. */
export interface GraphProgram {
  readonly vm: VmContext;
  readonly records: ReadonlyMap<string, Extract<FunctionRecord, { kind: "kernel" }>>;
  readonly constants: (index: number) => VmValue | undefined;
  /** Sets the node that messages are about. */
  at(graph: GraphFunction | undefined, node: number): void;
}

/** Allocates and checks everything; throws a DiagnosticError when something does not fit. */
export function layOut(
  program: GraphProgram,
  graph: GraphFunction,
  given: readonly Int[],
): LaidOut {
  const { vm } = program;
  const storages: DeviceStorage[] = [];
  const freeAll = (): void => {
    for (const s of storages) vm.device.free(s.address);
    storages.length = 0;
  };
  try {
    return new Layout(program, graph, given, storages, freeAll);
  } catch (error) {
    freeAll();
    throw error;
  }
}

type Scalar = { readonly call: number; readonly param: number };

class Layout implements LaidOut {
  readonly calls: LaidOut["calls"];
  readonly bytes: number;
  private readonly symbols: Int[];
  private readonly forms: readonly Exclude<GraphForm, { kind: "tuple" }>[];
  private readonly inputs: readonly (DeviceTensor | undefined)[];
  private readonly views: readonly DeviceTensor[];
  private readonly argumentsOf: readonly (readonly HostScalar[])[];
  private readonly infos: readonly KernelInfo[];
  /** Where the value of a scalar leaf goes. */
  private readonly scalars = new Map<number, Scalar[]>();
  private readonly sequence;

  constructor(
    private readonly program: GraphProgram,
    private readonly graph: GraphFunction,
    given: readonly Int[],
    storages: DeviceStorage[],
    private readonly freeAll: () => void,
  ) {
    const { vm } = program;
    this.symbols = [...given];
    for (const d of graph.computed) this.symbols.push(this.size(d));
    for (const [left, right] of graph.checks) this.check(left, right);
    this.forms = graph.params.flatMap((p) => graphLeaves(p.form));
    const storage = (bytes: number): DeviceStorage => {
      const made = newStorage(vm, bytes);
      storages.push(made);
      return made;
    };
    this.inputs = this.forms.map((form) => {
      if (form.kind !== "tensor") return undefined;
      const dtype = this.type(form.dtype);
      const shape = this.shape(form.shape);
      return tensor(dtype, shape, storage(elementCount(shape) * bytesOf(dtype)), 0);
    });
    const blocks = graph.storages.map((d) => storage(this.extent(d)));
    this.views = graph.views.map((v) => {
      const dtype = this.type(v.dtype);
      const shape = this.shape(v.shape);
      const base = v.in === "input" ? this.inputs[v.index] : v.in === "constant" ? program.constants(v.index) : undefined; // prettier-ignore
      const whole = v.in === "storage" ? blocks[v.index] : base?.kind === "tensor" ? base.storage : undefined; // prettier-ignore
      if (whole === undefined) return this.bad("a view lies nowhere");
      const offset = this.extent(v.offset);
      const bytes = elementCount(shape) * bytesOf(dtype);
      if (offset + bytes > whole.size) fail(codes.storageSize({ bytes, offset, size: whole.size }));
      return tensor(dtype, shape, whole, offset);
    });
    this.bytes = storages.reduce((n, s) => n + s.size, 0);
    const planned = graph.nodes.map((_, i) => this.plannedCall(i));
    program.at(undefined, 0);
    this.argumentsOf = planned.map((p) => p.args);
    this.infos = planned.map((p) => p.info);
    this.calls = graph.nodes.map(({ kernel, args }) => ({
      kernel,
      shapes: args.flatMap((a) => (a.kind === "view" ? [this.views[a.view]!.shape] : [])),
    }));
    this.sequence = vm.device.sequence(planned);
  }

  revision = 0;
  private held: { readonly held: HeldResult; keep(): void } | undefined;

  setInput(leaf: number, value: Value): void {
    this.settle();
    this.revision++;
    const into = this.inputs[leaf];
    if (into !== undefined && value.kind === "tensor")
      bytesOfTensor(this.program.vm, into).set(value.data.bytes);
    if (value.kind !== "int" && value.kind !== "float") return;
    for (const { call, param } of this.scalars.get(leaf) ?? []) this.sequence.set(call, param, value.value); // prettier-ignore
  }

  run(after?: (call: number) => void): void {
    this.settle();
    const { program, graph } = this;
    const stopped = this.running(after);
    if (stopped === undefined) return;
    const { call, reason } = stopped;
    program.at(graph, call);
    try {
      const { kernel } = graph.nodes[call]!;
      kernelStopped(program.vm, kernel, this.infos[call]!, this.argumentsOf[call]!, reason);
    } finally {
      program.at(undefined, 0);
    }
  }

  /** Traps of the device's code stop the program, not the host. */
  private running(after: ((call: number) => void) | undefined) {
    try {
      return this.sequence.run(after);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return fail(codes.kernelStopped({ name: this.graph.name, reason }));
    }
  }

  output(): Value {
    return this.value(this.graph.result, (bytes) => bytes.slice());
  }

  hold(): HeldResult {
    let result: Value | undefined;
    const keep = (): void => void (result = this.output());
    const held: HeldResult = {
      value: () => result ?? this.value(this.graph.result, (bytes) => bytes),
      drop: () => void (this.held?.held === held && (this.held = undefined)),
    };
    this.held = { held, keep };
    return held;
  }

  /** Copies a result that somebody may still ask for. */
  private settle(): void {
    this.held?.keep();
    this.held = undefined;
  }

  free(): void {
    this.settle();
    this.sequence.free();
    this.freeAll();
  }

  private value(r: GraphResult, take: (bytes: Uint8Array) => Uint8Array): Value {
    switch (r.kind) {
      case "view": {
        const t = this.views[r.view]!;
        const bytes = take(bytesOfTensor(this.program.vm, t));
        return tensorValue({ dtype: t.dtype, shape: t.shape, bytes });
      }
      case "integer":
        return intValue(this.size(r.value), this.type(r.dtype));
      case "shape":
        return shapeValue(r.dims.map((d) => this.size(d)));
      case "tuple":
        return tupleValue(r.fields.map((f) => this.value(f, take)));
    }
  }

  private plannedCall(index: number): PlannedCall & { readonly info: KernelInfo } {
    const { program, graph } = this;
    const { kernel, args } = graph.nodes[index]!;
    const record = program.records.get(kernel);
    const info = program.vm.device.kernels.get(kernel);
    if (record === undefined || info === undefined)
      return fail(codes.missingKernels({ names: `\`${kernel}\`` }));
    program.at(graph, index);
    const values = kernelArguments(record, info)(program.vm, args.map((a) => this.argument(a))); // prettier-ignore
    info.params.forEach((p, param) => {
      const arg = p.role === "scalar" && p.index !== undefined ? args[p.index] : undefined;
      if (arg?.kind !== "input") return;
      const all = this.scalars.get(arg.index);
      if (all === undefined) this.scalars.set(arg.index, [{ call: index, param }]);
      else all.push({ call: index, param });
    });
    return { name: kernel, args: values, info };
  }

  private argument(a: GraphArgument): VmValue {
    switch (a.kind) {
      case "view":
        return this.views[a.view]!;
      case "integer":
        return intValue(this.size(a.value), this.type(a.dtype));
      case "float":
        return floatValue(a.value, this.type(a.dtype));
      case "input": {
        const form = this.forms[a.index]!;
        const dtype = form.kind === "scalar" ? this.type(form.dtype) : this.bad("no scalar");
        return isFloat(dtype) ? floatValue(0, dtype) : intValue(0, dtype);
      }
    }
  }

  private bad(reason: string): never {
    return fail(codes.badCode({ name: this.graph.name, reason }));
  }

  private type(name: string): DType {
    return tryDType(name) ?? this.bad(`there is no type ${name}`);
  }

  private size(dim: Dim): Int {
    return sizeOf(this.program.vm, dim, this.symbols) ?? this.bad("a size has no value");
  }

  private extent(dim: Dim): number {
    const size = this.size(dim);
    if (typeof size === "number" && size >= 0) return size;
    return fail(codes.negativeExtent({ dims: String(size) }));
  }

  private shape(dims: readonly Dim[]): number[] {
    return dims.map((d) => this.extent(d));
  }

  private check(left: Dim, right: Dim): void {
    const [a, b] = [this.size(left), this.size(right)];
    if (a === b) return;
    const words = { left: `\`${dimText(left)}\``, right: `\`${dimText(right)}\`` };
    fail(codes.graphSizes({ name: this.graph.name, ...words, a, b }));
  }
}

const tensor = (
  dtype: DType,
  shape: readonly number[],
  storage: DeviceStorage,
  offset: number,
): DeviceTensor => ({ kind: "tensor", dtype, shape, storage, offset });
