/** Calls of compiled T functions: checks of arguments against the declaration, symbols, the status. */
import type { Dim, FunctionRecord } from "../../artefact/index.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { dtype, isFloat, type DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import { floatValue, intValue, nullValue } from "../../support/value.js";
import { codes } from "../codes.js";
import type { HostScalar, KernelResult } from "../wasm/instance.js";
import type { KernelInfo } from "../kernel-info.js";
import { fail, type VmContext } from "./context.js";
import { computeDim } from "./shape-builtins.js";
import { describe, type DeviceTensor, type VmValue } from "./value.js";

type KernelRecord = Extract<FunctionRecord, { kind: "kernel" }>;
export type KernelCode = (vm: VmContext, args: readonly VmValue[]) => VmValue;

/** Symbols by number, with the parameter that bound each. */
interface Symbols {
  readonly values: (Int | undefined)[];
  readonly origins: (string | undefined)[];
}

function dimValue(vm: VmContext, s: Symbols, dim: Dim): Int | undefined {
  if ("value" in dim) return dim.value;
  if ("symbol" in dim) return s.values[dim.id];
  const args = dim.args.map((a) => dimValue(vm, s, a));
  return args.every((a) => a !== undefined) ? computeDim(vm, dim.op, args) : undefined;
}

const BINARY: Readonly<Record<string, string>> = {
  add: "+", sub: "-", mul: "*", floordiv: "//", floormod: "%", eq: "==", ne: "!=", lt: "<",
  le: "<=", gt: ">", ge: ">=", and: "and", or: "or",
}; // prettier-ignore

/** As in a program. */
export function dimText(dim: Dim, inner = false): string {
  if ("value" in dim) return String(dim.value);
  if ("symbol" in dim) return dim.symbol;
  const sign = BINARY[dim.op];
  if (sign === undefined) return `${dim.op}(${dim.args.map((a) => dimText(a)).join(", ")})`;
  const text = dim.args.map((a) => dimText(a, true)).join(` ${sign} `);
  return inner ? `(${text})` : text;
}

function symbolsIn(dim: Dim, found: Map<string, number> = new Map()): Map<string, number> {
  if ("symbol" in dim) found.set(dim.symbol, dim.id);
  if ("op" in dim) for (const a of dim.args) symbolsIn(a, found);
  return found;
}

function wrongKind(
  vm: VmContext,
  r: KernelRecord,
  i: number,
  expected: string,
  value: VmValue | undefined,
): never {
  const param = r.params[i]!.name;
  return fail(
    codes.argumentKind({ at: vm.at(), param, name: r.name, expected, actual: describe(value) }),
  );
}

/** Binds symbols that stand alone for the first time; everything else must agree. */
function checkArguments(
  vm: VmContext,
  r: KernelRecord,
  types: readonly (DType | undefined)[],
  args: readonly VmValue[],
): Symbols {
  const s: Symbols = { values: [], origins: [] };
  r.params.forEach((p, i) => {
    const value = args[i];
    if (p.kind === "scalar" && value?.kind === "int") s.values[p.id] = value.value;
  });
  r.params.forEach((p, i) => {
    const value = args[i];
    if (p.kind === "scalar") {
      const wanted = isFloat(types[i]!) ? "float" : "int";
      if (value?.kind !== wanted) wrongKind(vm, r, i, `a ${p.dtype}`, value);
      return;
    }
    if (value?.kind !== "tensor") return wrongKind(vm, r, i, "a tensor", value);
    if (p.kind === "pointer") return;
    if (value.dtype !== types[i]) wrongKind(vm, r, i, `a tensor of ${p.dtype}`, value);
    if (value.shape.length !== p.shape.length) {
      fail(
        codes.argumentRank({
          at: vm.at(), param: p.name, name: r.name, expected: p.shape.length, actual: value.shape.length,
        }), // prettier-ignore
      );
    }
    p.shape.forEach((dim, axis) => {
      if (!("symbol" in dim) || s.values[dim.id] !== undefined) return;
      s.values[dim.id] = value.shape[axis]!;
      s.origins[dim.id] = p.name;
    });
  });
  r.params.forEach((p, i) => {
    if (p.kind !== "buffer") return;
    const { shape } = args[i] as DeviceTensor;
    p.shape.forEach((dim, axis) => {
      const expected = dimValue(vm, s, dim);
      if (expected === undefined || expected === shape[axis]) return;
      const notes = [...symbolsIn(dim)]
        .filter(([, id]) => s.origins[id] !== undefined)
        .map(([symbol, id]) => `\`${symbol}\` was bound by \`${s.origins[id]}\``);
      fail(
        codes.argumentShape({
          at: vm.at(), axis, param: p.name, name: r.name, actual: shape[axis]!,
          dimension: dimText(dim), expected, notes,
        }), // prettier-ignore
      );
    });
  });
  return s;
}

const strideOf = (t: DeviceTensor, axis: number): number =>
  t.shape.slice(axis + 1).reduce((a, b) => a * b, 1);

/** How each argument of the kernel is found among those of the T function. */
function plan(info: KernelInfo): ((args: readonly VmValue[]) => HostScalar)[] {
  return info.params.map((p) => {
    const index = p.role === "symbol" ? p.source?.param : p.index;
    const axis = p.source?.axis ?? 0;
    const field = p.source?.field;
    return (args) => {
      const value = index === undefined ? undefined : args[index];
      if (p.role === "scalar" && (value?.kind === "int" || value?.kind === "float"))
        return value.value;
      if (value?.kind !== "tensor") return 0;
      if (p.role === "pointer") return value.storage.address + value.offset;
      if (field === "shape") return value.shape[axis] ?? 0;
      return field === "strides" ? strideOf(value, axis) : 0;
    };
  });
}

/** Checks the arguments of a kernel and finds what it is passed, in the order of `KernelInfo.params`. */
export function kernelArguments(
  record: KernelRecord,
  info: KernelInfo,
): (vm: VmContext, args: readonly VmValue[]) => HostScalar[] {
  const types = record.params.map((p) => (p.kind === "pointer" ? undefined : dtype(p.dtype)));
  const pick = plan(info);
  return (vm, args) => {
    if (args.length !== record.params.length) {
      fail(
        codes.argumentCount({
          at: vm.at(), name: record.name, expected: record.params.length, actual: args.length,
        }), // prettier-ignore
      );
    }
    checkArguments(vm, record, types, args);
    return pick.map((p) => p(args));
  };
}

/** A kernel ready to be called. */
export function prepareKernel(record: KernelRecord, info: KernelInfo): KernelCode {
  const argumentsOf = kernelArguments(record, info);
  return (vm, args) => {
    const values = argumentsOf(vm, args);
    const result = callDevice(vm, record.name, values);
    if (!result.ok) return kernelStopped(vm, record.name, info, values, result.reason);
    const { returns } = info;
    if (result.value === undefined || returns === undefined) return nullValue;
    return isFloat(returns)
      ? floatValue(Number(result.value), returns)
      : intValue(normal(result.value), returns);
  };
}

/** Traps of the device's code stop the program, not the host. */
function callDevice(vm: VmContext, name: string, values: readonly HostScalar[]): KernelResult {
  try {
    return vm.device.call(name, values);
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return fail(codes.kernelStopped({ at: vm.at(), name, reason }));
  }
}

const normal = (x: HostScalar): Int =>
  typeof x === "bigint" && x >= -9007199254740991n && x <= 9007199254740991n ? Number(x) : x;

/** Stops the program for the reason that a kernel gave. */
export function kernelStopped(
  vm: VmContext,
  name: string,
  info: KernelInfo,
  values: readonly HostScalar[],
  reason: { kind: string; message: string; symbols: readonly string[]; span?: VmSpan } | undefined,
): never {
  const at = reason?.span ?? vm.at();
  const symbols = (reason?.symbols ?? []).flatMap((name) => {
    const i = info.params.findIndex((p) => p.name === name && p.role !== "pointer");
    return i < 0 ? [] : [`${name} = ${values[i]}`];
  });
  if (reason?.kind === "guard") {
    const condition = reason.message;
    const label = reason.span === undefined ? undefined : "this access needs it";
    const values = symbols.length === 0 ? "other sizes" : symbols.join(", ");
    return fail(codes.guardFailed({ at, label, name, condition, values }));
  }
  const notes = symbols.length > 0 ? [`here ${symbols.join(", ")}`] : [];
  const words = reason?.message ?? "it gave no reason";
  const way = WAYS_OUT[reason?.kind ?? ""];
  const hints = way === undefined ? [] : [way];
  return fail(codes.kernelStopped({ at, name, reason: words, notes, hints }));
}

/** What to do about a reason to stop, by its kind. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  bounds: "guard the access with `if`, or clamp the index; `--target interp` shows its value",
  memory: "choose smaller sizes; kernels and tensors share 4 GiB",
  "division-by-zero":
    "guard the division with `T.if_then_else`; `--target interp` shows the values",
};

type VmSpan = ReturnType<VmContext["at"]>;
