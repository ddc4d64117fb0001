/** Calls of Relax functions that the device runs as a whole. */
import type { Dim } from "../../artefact/index.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { bytesOf, isFloat } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import { leavesOf, type FunctionInfo, type ValueForm } from "../wasm/function-info.js";
import type { HostScalar } from "../wasm/instance.js";
import { newStorage, type VmContext } from "./context.js";
import type { CompiledCode } from "./device.js";
import { computeDim } from "./shape-builtins.js";
import type { DeviceTensor, VmValue } from "./value.js";

/** Symbols beyond this are left to the virtual machine. */
const MOST_SYMBOL = 2 ** 31 - 1;

/** Runs the function; undefined when the virtual machine has to: then nothing has happened. */
export type FunctionCode = (args: readonly VmValue[], calls: number) => VmValue | undefined;

/** A compiled function ready to be called. */
export function prepareFunction(
  vm: VmContext,
  code: CompiledCode,
  info: FunctionInfo,
): FunctionCode {
  const { name, params, result } = info;
  const outputs = leavesOf(result);
  return (args, calls) => {
    const slots = slotsOf(vm, info, params, args);
    if (slots === undefined) return undefined;
    const { symbols } = slots;
    const tensors: DeviceTensor[] = [];
    const giveBack = (): undefined => {
      for (const t of tensors) vm.device.free(t.storage.address);
      return undefined;
    };
    try {
      for (const form of outputs) {
        if (form.kind !== "tensor") return giveBack();
        const shape = form.shape.map((d) => valueOf(vm, d, symbols));
        if (!areExtents(shape)) return giveBack();
        const bytes = shape.reduce((n, d) => n * d, bytesOf(form.dtype));
        const storage = newStorage(vm, bytes);
        tensors.push({ kind: "tensor", dtype: form.dtype, shape, storage, offset: 0 });
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      return giveBack();
    }
    const all = [...slots.values, ...tensors.map((t) => t.storage.address)];
    if (!code.run(name, all, calls)) return giveBack();
    let next = 0;
    const pack = (form: ValueForm): VmValue =>
      form.kind === "tuple" ? { kind: "tuple", fields: form.fields.map(pack) } : tensors[next++]!;
    return pack(result);
  };
}

type Symbols = (number | undefined)[];

const areExtents = (shape: (Int | undefined)[]): shape is number[] =>
  shape.every((d) => typeof d === "number" && d >= 0);

/** The argument block, without the outputs; undefined when an argument is not as declared. */
function slotsOf(
  vm: VmContext,
  info: FunctionInfo,
  params: readonly ValueForm[],
  args: readonly VmValue[],
): { readonly values: readonly HostScalar[]; readonly symbols: Symbols } | undefined {
  if (args.length !== params.length) return undefined;
  const addresses: number[] = [];
  const scalars: HostScalar[] = [];
  const symbols: Symbols = new Array<number | undefined>(info.symbols).fill(undefined);
  const expected: { readonly dim: Dim; readonly actual: number }[] = [];
  const bind = (dim: Dim, actual: number | bigint): boolean => {
    if (typeof actual !== "number" || Math.abs(actual) > MOST_SYMBOL) return false;
    if ("symbol" in dim && symbols[dim.id] === undefined) symbols[dim.id] = actual;
    else expected.push({ dim, actual });
    return true;
  };
  const take = (form: ValueForm, value: VmValue): boolean => {
    switch (form.kind) {
      case "tensor":
        if (value.kind !== "tensor" || value.dtype !== form.dtype) return false;
        if (value.shape.length !== form.shape.length) return false;
        addresses.push(value.storage.address + value.offset);
        return form.shape.every((d, i) => bind(d, value.shape[i]!));
      case "shape":
        if (value.kind !== "shape" || value.dims.length !== form.dims.length) return false;
        return form.dims.every((d, i) => bind(d, value.dims[i]!));
      case "tuple":
        if (value.kind !== "tuple" || value.fields.length !== form.fields.length) return false;
        return form.fields.every((f, i) => take(f, value.fields[i]!));
      case "scalar":
        if ((value.kind !== "int" && value.kind !== "float") || value.dtype !== form.dtype) return false; // prettier-ignore
        if (form.value !== undefined) return bind(form.value, value.value);
        scalars.push(isFloat(form.dtype) ? bitsOf(Number(value.value)) : value.value);
        return true;
    }
  };
  if (!params.every((form, i) => take(form, args[i]!))) return undefined;
  if (!expected.every(({ dim, actual }) => valueOf(vm, dim, symbols) === actual)) return undefined;
  if (symbols.includes(undefined)) return undefined;
  return { values: [...addresses, ...scalars, ...(symbols as number[])], symbols };
}

const bits = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  return bits.getBigInt64(0);
}

/** Undefined when a symbol has no value, or there is no result. */
function valueOf(vm: VmContext, dim: Dim, symbols: Symbols): Int | undefined {
  if ("symbol" in dim) return symbols[dim.id];
  if ("value" in dim) return dim.value;
  const args = dim.args.map((a) => valueOf(vm, a, symbols));
  if (!args.every((a) => a !== undefined)) return undefined;
  try {
    return computeDim(vm, dim.op, args);
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}
