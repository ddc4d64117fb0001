/** The virtual machine: frames, registers, calls. */
import type { Executable, FunctionRecord } from "../../artefact/index.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { dtype } from "../../support/dtype.js";
import type { Source, Span } from "../../support/source.js";
import { intValue, nullValue, voidValue, type HostCode, type Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { builtins } from "./builtins.js";
import { loadConstant } from "./constants.js";
import { bytesOfTensor, fail, type VmContext } from "./context.js";
import { borrowedValue, fromHostValue, toHostValue } from "./convert.js";
import { metered, type Device } from "./device.js";
import { prepareFunction, type FunctionCode } from "./function-call.js";
import { prepareKernel, type KernelCode } from "./kernel-call.js";
import { profiled } from "../profile/profiled-kernel.js";
import type { Profiler } from "../profile/profiler.js";
import { loadCode, type Instruction, type Operand } from "./load.js";
import { describe, release, retain, type VmClosure, type VmValue } from "./value.js";

export interface MachineOptions {
  /** Host functions by name. */
  readonly hosts?: ReadonlyMap<string, HostCode>;
  /** Instructions after which the program is stopped. */
  readonly stepLimit?: number;
  readonly depthLimit?: number;
  /** Bytes of tensors in use at once. */
  readonly memoryLimit?: number;
  /** Takes the lines a program prints. */
  print?(text: string): void;
  /** Takes the times of kernels; functions then run call by call. */
  readonly profiler?: Profiler | undefined;
  /** Told of every call before it runs. */
  instrument?(name: string, args: readonly Value[]): void;
}

/** A loaded program. */
export interface Machine {
  /** Runs a function; throws a {@link DiagnosticError} when the program stops. */
  invoke(name: string, args: readonly Value[]): Value;
  /** Names of the parameters, or undefined when there is no such function. */
  paramsOf(name: string): readonly string[] | undefined;
  readonly functionNames: readonly string[];
  /** Bytes of the constants. */
  readonly constantBytes: number;
}

interface Frame {
  readonly record: Extract<FunctionRecord, { kind: "vm" }>;
  readonly registers: (VmValue | undefined)[];
  pc: number;
  /** Register of the caller that takes the result; −1: none. */
  readonly dst: number;
}

type VmFunction = Extract<Resolved, { kind: "vm" }>;
type Resolved =
  | {
      readonly kind: "vm";
      readonly record: Extract<FunctionRecord, { kind: "vm" }>;
      /** The function as a whole on the device. */
      compiled?: FunctionCode | undefined;
    }
  | { readonly kind: "kernel"; readonly name: string; readonly run: KernelCode }
  | { readonly kind: "builtin"; readonly name: string; readonly run: (typeof builtins)[string] }
  | { readonly kind: "host"; readonly name: string; readonly run: HostCode }
  | { readonly kind: "invoke"; readonly name: string; readonly dynamic: boolean };

/** Registers of all frames together. */
const MOST_IN_USE = 1 << 24;

/** Builtins that call a function given as a value. */
const INVOKE: Readonly<Record<string, boolean>> = {
  "vm.builtin.invoke_closure": false,
  "vm.builtin.call_tir_dyn": true,
};

function resolve(
  e: Executable,
  device: Device,
  { hosts = new Map<string, HostCode>(), profiler }: MachineOptions,
): Resolved[] {
  const missing: string[] = [];
  const noKernel: string[] = [];
  const resolved = e.functions.map((record): Resolved => {
    const { name } = record;
    if (record.kind === "vm") return { kind: "vm", record };
    if (record.kind === "kernel") {
      const info = device.kernels.get(name);
      if (info !== undefined) {
        const run = prepareKernel(record, info);
        return { kind: "kernel", name, run: profiler ? profiled(name, run, profiler) : run };
      }
      noKernel.push(name);
    } else {
      if (Object.hasOwn(INVOKE, name)) return { kind: "invoke", name, dynamic: INVOKE[name]! };
      const host = hosts.get(name);
      if (host !== undefined) return { kind: "host", name, run: host };
      if (Object.hasOwn(builtins, name)) return { kind: "builtin", name, run: builtins[name]! };
      missing.push(name);
    }
    return { kind: "builtin", name, run: () => nullValue };
  });
  const list = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(", ");
  if (noKernel.length > 0) fail(codes.missingKernels({ names: list(noKernel) }));
  if (missing.length > 0) fail(codes.missingHost({ names: list(missing) }));
  return resolved;
}

/** Checks a program, puts its constants into the memory of the device, and makes it ready to run. */
export function makeMachine(e: Executable, raw: Device, options: MachineOptions = {}): Machine {
  const device = options.memoryLimit === undefined ? raw : metered(raw, options.memoryLimit);
  const code = loadCode(e);
  const functions = resolve(e, device, options);
  const sources: readonly Source[] = e.sources;
  const stepLimit = options.stepLimit ?? Infinity;
  const depthLimit = options.depthLimit ?? 20_000;
  const frames: Frame[] = [];
  let steps = 0;
  let inUse = 0;
  let hasLeft = false;
  /** Whether functions may run as one call. */
  const isWhole = options.instrument === undefined && options.profiler === undefined;
  const place = (pc: number): Span | undefined => {
    const p = e.places[pc];
    return p && { source: sources[p.source]!, start: p.start, end: p.end };
  };
  const vm: VmContext = {
    device,
    print: (text) => options.print?.(text),
    at: () => {
      const top = frames[frames.length - 1];
      return top && place(top.pc);
    },
    memoryLimit: options.memoryLimit ?? 2 ** 32,
  };
  const free = (address: number): void => device.free(address);
  const constants = e.constants.map((c) => loadConstant(vm, c));
  constants.forEach(retain);
  useCompiled(vm, functions, constants);
  const closures = functions.map((f, func): VmClosure => ({
    kind: "closure",
    name: f.kind === "vm" ? f.record.name : f.name,
    func,
    captured: [],
  }));

  const set = (frame: Frame, dst: number, value: VmValue): void => {
    retain(value);
    if (dst < 0) return release(value, free);
    const old = frame.registers[dst];
    frame.registers[dst] = value;
    if (old !== undefined) release(old, free);
  };
  const read = (frame: Frame, o: Operand): VmValue => {
    if (o.kind === "value") return o.value;
    if (o.kind === "constant") return constants[o.index]!;
    if (o.kind === "function") return closures[o.index]!;
    const value = frame.registers[o.register];
    return value ?? fail(codes.unsetRegister({ at: vm.at(), register: o.register }));
  };
  const pop = (): void => {
    const frame = frames.pop()!;
    inUse -= frame.record.registers;
    for (const value of frame.registers) if (value !== undefined) release(value, free);
  };
  const push = (record: Frame["record"], args: readonly VmValue[], dst: number): void => {
    if (args.length !== record.paramNames.length) {
      fail(
        codes.argumentCount({
          at: vm.at(),
          name: record.name,
          expected: record.paramNames.length,
          actual: args.length,
        }),
      );
    }
    inUse += record.registers;
    if (frames.length >= depthLimit || inUse > MOST_IN_USE) {
      inUse -= record.registers;
      fail(codes.callDepth({ at: vm.at(), name: record.name, limit: depthLimit }));
    }
    const registers = new Array<VmValue | undefined>(record.registers).fill(undefined);
    args.forEach((a, i) => {
      retain(a);
      registers[i] = a;
    });
    frames.push({ record, registers, pc: record.start, dst });
  };

  /** Calls a function value; true when a frame was pushed for it. */
  const apply = (
    frame: Frame,
    f: VmValue | undefined,
    args: readonly VmValue[],
    dst: number,
  ): boolean => {
    if (f?.kind !== "closure") {
      return fail(
        codes.operand({ at: vm.at(), name: "call", expected: "a function", actual: describe(f) }),
      );
    }
    const all = [...args, ...f.captured];
    if (f.func !== undefined) return call(frame, functions[f.func]!, all, dst);
    const host = f.host!;
    set(
      frame,
      dst,
      callHost(host.name, (_, values) => host.call(values), all),
    );
    return false;
  };
  const callHost = (name: string, run: HostCode, args: readonly VmValue[]): VmValue => {
    const values = args.map((a) => borrowedValue(vm, a, callBack));
    try {
      const result = run({ print: vm.print }, values);
      return own(result, values, args);
    } catch (error) {
      if (error instanceof DiagnosticError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return fail(codes.hostFailed({ at: vm.at(), name, reason }));
    }
  };
  /** A host function that gives back one of its arguments means that value, not a copy. */
  const own = (result: Value, values: readonly Value[], args: readonly VmValue[]): VmValue => {
    const same = values.indexOf(result);
    return same >= 0 ? args[same]! : fromHostValue(vm, result);
  };
  /** Undefined when the bytecode has to run. After one failure it runs up to the end, to tell what is wrong. */
  const runCompiled = (f: VmFunction, args: readonly VmValue[]): VmValue | undefined => {
    if (f.compiled === undefined || hasLeft || !isWhole) return undefined;
    const value = f.compiled(args, stepLimit - steps);
    hasLeft = value === undefined;
    return value;
  };
  const call = (frame: Frame, f: Resolved, args: readonly VmValue[], dst: number): boolean => {
    switch (f.kind) {
      case "vm": {
        const value = runCompiled(f, args);
        if (value !== undefined) {
          set(frame, dst, value);
          return false;
        }
        push(f.record, args, dst);
        return true;
      }
      case "kernel":
        set(frame, dst, f.run(vm, args));
        return false;
      case "builtin":
        set(frame, dst, f.run(vm, args, f.name));
        return false;
      case "host":
        set(frame, dst, callHost(f.name, f.run, args));
        return false;
      case "invoke": {
        const last = args[args.length - 1];
        if (f.dynamic && last?.kind === "shape") {
          const dims = last.dims.map((d) => intValue(d, dtype("int64")));
          return apply(frame, args[0], [...args.slice(1, -1), ...dims], dst);
        }
        return apply(frame, args[0], args.slice(1), dst);
      }
    }
  };

  /** Runs until the frame at `depth` has returned; its value is still held once. */
  const run = (depth: number): VmValue => {
    for (;;) {
      const frame = frames[frames.length - 1]!;
      const i: Instruction = code[frame.pc]!;
      if (++steps > stepLimit) fail(codes.stepLimit({ at: vm.at(), limit: stepLimit }));
      switch (i.op) {
        case "call": {
          const f = functions[i.func]!;
          const args = i.args.map((a) => read(frame, a));
          if (options.instrument !== undefined) tell(f, args);
          call(frame, f, args, i.dst);
          // A pushed frame returns to the instruction after this one.
          frame.pc++;
          break;
        }
        case "ret": {
          const value = read(frame, { kind: "register", register: i.register });
          retain(value);
          const { dst } = frame;
          pop();
          if (frames.length === depth) return value;
          set(frames[frames.length - 1]!, dst, value);
          release(value, free);
          break;
        }
        case "goto":
          frame.pc = i.target;
          break;
        case "branch": {
          const cond = read(frame, { kind: "register", register: i.register });
          if (cond.kind !== "int") {
            fail(
              codes.operand({
                at: vm.at(), name: "if", expected: "a truth value", actual: describe(cond),
              }), // prettier-ignore
            );
          }
          frame.pc = cond.value !== 0 ? frame.pc + 1 : i.otherwise;
        }
      }
    }
  };
  const tell = (f: Resolved, args: readonly VmValue[]): void => {
    const name = f.kind === "vm" ? f.record.name : f.name;
    options.instrument!(
      name,
      args.map((a) => toHostValue(vm, a)),
    );
  };

  /** Runs a function to its end with values of the host; on failure everything it held is given back. */
  const enter = (
    f: Resolved,
    given: readonly Value[],
    captured: readonly VmValue[] = [],
  ): Value => {
    const depth = frames.length;
    const args: VmValue[] = [];
    try {
      for (const g of given) {
        const value = fromHostValue(vm, g);
        retain(value);
        args.push(value);
      }
      const all = [...args, ...captured];
      let result: VmValue;
      if (f.kind === "vm") {
        const value = runCompiled(f, all);
        if (value === undefined) {
          push(f.record, all, -1);
          result = run(depth);
        } else {
          retain(value);
          result = value;
        }
      } else {
        result = f.kind === "kernel" ? f.run(vm, all) : fail(codes.noFunction({ name: f.name }));
        retain(result);
        // A kernel stores to its tensors: copy them back to the caller's.
        if (f.kind === "kernel") copyBack(given, args);
      }
      // A kernel without a result gives the void value, as a function without one does.
      const isVoid = f.kind === "kernel" && result.kind === "null";
      const value = isVoid ? voidValue : toHostValue(vm, result, callBack);
      release(result, free);
      return value;
    } finally {
      while (frames.length > depth) pop();
      for (const a of args) release(a, free);
    }
  };
  const copyBack = (given: readonly Value[], args: readonly VmValue[]): void =>
    given.forEach((g, i) => {
      const arg = args[i]!;
      if (g.kind === "tensor" && arg.kind === "tensor") g.data.bytes.set(bytesOfTensor(vm, arg));
    });
  const callBack = (closure: VmValue, args: readonly Value[]): Value => {
    if (closure.kind !== "closure" || closure.func === undefined) return nullValue;
    return enter(functions[closure.func]!, args, closure.captured);
  };

  const byName = new Map<string, Resolved>();
  functions.forEach((f) => {
    if (f.kind === "vm" && f.record.isPublic) byName.set(f.record.name, f);
    else if (f.kind === "kernel") byName.set(f.name, f);
  });
  return {
    invoke(name, args) {
      const f = byName.get(name);
      if (f === undefined) return fail(codes.noFunction({ name }));
      if (frames.length === 0) {
        steps = 0;
        hasLeft = false;
      }
      return enter(f, args);
    },
    paramsOf(name) {
      const record = e.functions.find((f) => f.name === name && f.kind !== "host");
      if (record?.kind === "vm") return record.paramNames;
      return record?.kind === "kernel" ? record.params.map((p) => p.name) : undefined;
    },
    functionNames: [...byName.keys()],
    constantBytes: e.constants.reduce(
      (n, c) => n + (c.kind === "tensor" ? c.data.bytes.length : 0),
      0,
    ),
  };
}

/** Gives functions that the device runs as a whole their code there. */
function useCompiled(
  vm: VmContext,
  functions: readonly Resolved[],
  constants: readonly VmValue[],
): void {
  const { compiled } = vm.device;
  if (compiled === undefined) return;
  const tensors = compiled.constants.map((i) => constants[i]);
  if (!tensors.every((t) => t?.kind === "tensor")) return;
  compiled.provideConstants(tensors.map((t) => t.storage.address + t.offset));
  for (const f of functions) {
    const info = f.kind === "vm" ? compiled.functions.get(f.record.name) : undefined;
    if (f.kind === "vm" && info !== undefined) f.compiled = prepareFunction(vm, compiled, info);
  }
}
