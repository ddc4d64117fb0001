/** Builtins of memory, tensors, tuples, closures, conditions and printing. */
import { bool, bytesOf, descriptorCode, int64 } from "../../support/dtype.js";
import { elementCount } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { formatValues } from "../../support/show-value.js";
import { intValue, nullValue, shapeValue } from "../../support/value.js";
import { codes } from "../codes.js";
import {
  bytesOfTensor,
  dtypeArg,
  fail,
  intArg,
  newStorage,
  newTensor,
  sizesArg,
  tensorArg,
  wrongOperand,
  type Builtin,
  type VmContext,
} from "./context.js";
import { toHostValue } from "./convert.js";
import { shapeBuiltins } from "./shape-builtins.js";
import type { DeviceStorage, DeviceTensor, VmValue } from "./value.js";

const same: Builtin = (vm, args, name) => args[0] ?? wrongOperand(vm, name, "a value", undefined);

const shapeOf: Builtin = (vm, args, name) =>
  args[0]?.kind === "shape" ? args[0] : shapeValue(tensorArg(vm, name, args[0]).shape);

/** `alloc_storage(shape of bytes, …)` */
const allocStorage: Builtin = (vm, args, name) => ({
  kind: "storage",
  storage: newStorage(vm, elementCount(sizesArg(vm, name, args[0]))),
});

function inStorage(
  vm: VmContext,
  storage: DeviceStorage,
  offset: number,
  shape: readonly number[],
  dtype: DeviceTensor["dtype"],
): DeviceTensor {
  const bytes = elementCount(shape) * bytesOf(dtype);
  if (offset < 0 || offset + bytes > storage.size) {
    fail(codes.storageSize({ at: vm.at(), bytes, offset, size: storage.size }));
  }
  return { kind: "tensor", dtype, shape, storage, offset };
}

/** `alloc_tensor(storage, byte offset, shape, type)` */
const allocTensor: Builtin = (vm, args, name) => {
  const [storage, offset, shape, type] = args;
  if (storage?.kind !== "storage") return wrongOperand(vm, name, "a storage", storage);
  const sizes = sizesArg(vm, name, shape);
  const at = intArg(vm, name, offset);
  return inStorage(vm, storage.storage, at, sizes, dtypeArg(vm, name, type));
};

/** `new_tensor(shape, type)`: a storage of its own. */
const makeTensor: Builtin = (vm, args, name) =>
  newTensor(vm, dtypeArg(vm, name, args[1]), sizesArg(vm, name, args[0]));

/** A shape in which one size may be −1, for what the others leave of so many elements. */
function wholeShape(
  vm: VmContext,
  name: string,
  value: VmValue | undefined,
  count: number,
): readonly number[] {
  const open = value?.kind === "shape" ? value.dims.indexOf(-1) : -1;
  if (value?.kind !== "shape" || open < 0) return sizesArg(vm, name, value);
  const dims = value.dims.map(Number);
  const others = elementCount(dims.filter((_, i) => i !== open));
  const rest = others === 0 ? 0 : Math.floor(count / others);
  return dims.map((d, i) => (i === open ? rest : d));
}

const reshape: Builtin = (vm, args, name) => {
  const t = tensorArg(vm, name, args[0]);
  const count = elementCount(t.shape);
  const shape = wholeShape(vm, name, args[1], count);
  if (elementCount(shape) !== count) {
    return wrongOperand(vm, name, `a shape of ${count} elements`, args[1]);
  }
  return { ...t, shape };
};

/** `view(tensor, shape, type, byte offset)`; what is null stays as it is. */
const view: Builtin = (vm, args, name) => {
  const t = tensorArg(vm, name, args[0]);
  const given = (i: number): VmValue | undefined => {
    const x = args[i];
    return x === undefined || x.kind === "null" || (x.kind === "tuple" && x.fields.length === 0)
      ? undefined
      : x;
  };
  const type = given(2) === undefined ? t.dtype : dtypeArg(vm, name, args[2]);
  const shape = given(1) === undefined ? t.shape : sizesArg(vm, name, args[1]);
  const offset = given(3) === undefined ? 0 : intArg(vm, name, args[3]);
  return inStorage(vm, t.storage, t.offset + offset, shape, type);
};

function tensorToShape(vm: VmContext, args: readonly VmValue[], name: string): VmValue {
  const t = tensorArg(vm, name, args[0]);
  if (t.shape.length !== 1 || (t.dtype.code !== "int" && t.dtype.code !== "uint")) {
    return wrongOperand(vm, name, "a vector of integers", t);
  }
  const access = elementAccess(t.dtype);
  const bytes = bytesOfTensor(vm, t);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = t.shape[0]!;
  return shapeValue(Array.from({ length: count }, (_, i) => access.read(data, i * access.bytes)));
}

function int64Tensor(
  vm: VmContext,
  values: readonly (number | bigint)[],
  shape: readonly number[],
) {
  const t = newTensor(vm, int64, shape);
  const bytes = bytesOfTensor(vm, t);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  values.forEach((x, i) => data.setBigInt64(8 * i, BigInt(x), true));
  return t;
}

const shapeToTensor: Builtin = (vm, args, name) => {
  const shape = args[0];
  if (shape?.kind !== "shape") return wrongOperand(vm, name, "a shape", shape);
  return int64Tensor(vm, shape.dims, [shape.dims.length]);
};

function truthOf(vm: VmContext, value: VmValue | undefined): boolean | undefined {
  if (value?.kind === "int") return value.value !== 0;
  if (value?.kind !== "tensor" || elementCount(value.shape) !== 1) return undefined;
  const { code } = value.dtype;
  if ((code !== "bool" && code !== "int" && code !== "uint") || value.dtype.lanes !== 1)
    return undefined;
  return bytesOfTensor(vm, value).some((b) => b !== 0);
}

const readIfCond: Builtin = (vm, args, name) => {
  const truth = truthOf(vm, args[0]);
  if (truth === undefined) return wrongOperand(vm, name, "a bool scalar", args[0]);
  return intValue(truth ? 1 : 0, bool);
};

const tupleGetItem: Builtin = (vm, args, name) => {
  const [tuple, index] = args;
  if (tuple?.kind !== "tuple") return wrongOperand(vm, name, "a tuple", tuple);
  const at = intArg(vm, name, index);
  const item = tuple.fields[at];
  return item ?? fail(codes.tupleIndex({ at: vm.at(), index: at, size: tuple.fields.length }));
};

/** `tuple_reset_item(tuple, index)`: the tuple without that member's value. */
const tupleResetItem: Builtin = (vm, args, name) => {
  const [tuple, index] = args;
  if (tuple?.kind !== "tuple") return wrongOperand(vm, name, "a tuple", tuple);
  const at = intArg(vm, name, index);
  return { kind: "tuple", fields: tuple.fields.map((f, i) => (i === at ? nullValue : f)) };
};

/** `make_closure(function, captured…)`: the captured values are the last arguments. */
const makeClosure: Builtin = (vm, args, name) => {
  const [func, ...captured] = args;
  if (func?.kind !== "closure") return wrongOperand(vm, name, "a function", func);
  return { ...func, captured: [...captured, ...func.captured] };
};

const text = (vm: VmContext, args: readonly VmValue[]): string => {
  const [format, ...rest] = args;
  const values = (xs: readonly VmValue[]) => xs.map((x) => toHostValue(vm, x));
  return format?.kind === "string"
    ? formatValues(format.value, values(rest))
    : formatValues("", values(args));
};

const print: Builtin = (vm, args) => {
  vm.print(text(vm, args));
  return nullValue;
};

const assertTrue: Builtin = (vm, args, name) => {
  const truth = truthOf(vm, args[0]);
  if (truth === undefined) return wrongOperand(vm, name, "a bool scalar", args[0]);
  if (truth) return nullValue;
  const message = text(vm, args.slice(1));
  return fail(
    codes.userAssert({ at: vm.at(), text: message === "" ? "it has no message" : message }),
  );
};

/** `tensor_field(tensor, field number, axis, type)` of a descriptor. */
const tensorField: Builtin = (vm, args, name) => {
  const t = tensorArg(vm, name, args[0]);
  const axis = intArg(vm, name, args[2]);
  const strides = t.shape.map((_, i) => elementCount(t.shape.slice(i + 1)));
  const fields = [
    t.shape.length,
    descriptorCode(t.dtype),
    t.dtype.bits,
    t.dtype.lanes,
    t.shape[axis],
    strides[axis],
    0,
    0,
  ];
  const value = fields[intArg(vm, name, args[1])];
  if (value === undefined)
    return wrongOperand(vm, name, `an axis below ${t.shape.length}`, args[2]);
  return intValue(value, dtypeArg(vm, name, args[3]));
};

/** Builtins by name; calls of functions are the machine's own business. */
export const builtins: Readonly<Record<string, Builtin>> = {
  ...shapeBuiltins,
  "vm.builtin.alloc_storage": allocStorage,
  "vm.builtin.alloc_tensor": allocTensor,
  "vm.builtin.new_tensor": makeTensor,
  "vm.builtin.null_value": () => nullValue,
  "vm.builtin.copy": same,
  "vm.builtin.reshape": reshape,
  "vm.builtin.view": view,
  "vm.builtin.ensure_zero_offset": same,
  "vm.builtin.shape_of": shapeOf,
  "vm.builtin.tensor_to_shape": tensorToShape,
  "vm.builtin.to_device": same,
  "vm.builtin.make_tuple": (_, args) => ({ kind: "tuple", fields: args }),
  "vm.builtin.tuple_getitem": tupleGetItem,
  "vm.builtin.tuple_reset_item": tupleResetItem,
  "vm.builtin.read_if_cond": readIfCond,
  "vm.builtin.make_closure": makeClosure,
  "vm.builtin.tensor_field": tensorField,
  "vm.builtin.tensor_size": (vm, args, name) =>
    int64Tensor(vm, [elementCount(tensorArg(vm, name, args[0]).shape)], []),
  "relax.run.print": print,
  "relax.run.assert_op": assertTrue,
  "relax.run.shape_to_tensor": shapeToTensor,
};
