/** Operators that are no loop nest: shapes, memory, printing, assertions, descriptors. */
import { bytesOf, descriptorCode, dtype, int32, int64, uint8 } from "../../support/dtype.js";
import { elementCount, zeros, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { formatValues } from "../../support/show-value.js";
import {
  intValue,
  nullValue,
  shapeValue,
  tensorValue,
  voidValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { compactStrides } from "../tir/memory.js";
import {
  dimsAt,
  dtypeAt,
  intAt,
  itemsAt,
  sizesAt,
  storageAt,
  tensorAt,
  truthOf,
  wrongArgument,
  type Site,
} from "./operand.js";

type Builtin = (s: Site) => Value;

/** Memory without values. */
export function freshTensor(s: Site, type: NDArray["dtype"], shape: readonly number[]): Value {
  const size = elementCount(shape) * bytesOf(type);
  checkSize(s, size);
  return tensorValue(zeros(type, shape), new Uint8Array(size));
}

function checkSize(s: Site, size: number): void {
  const limit = s.scope.machine.memoryLimit;
  if (size > limit) {
    fail(codes.tooMuchMemory({ at: s.call.span, buffer: s.name, bytes: size, limit }));
  }
}

const same: Builtin = (s) => s.args[0] ?? wrongArgument(s, "a value", undefined);
const nothing: Builtin = () => voidValue;

const shapeOf: Builtin = (s) => {
  const value = s.args[0];
  return value?.kind === "shape" ? value : shapeValue(tensorAt(s, 0).data.shape);
};

const int64Tensor = (values: readonly (number | bigint)[], shape: readonly number[]): Value => {
  const data = zeros(int64, shape);
  const view = new DataView(data.bytes.buffer);
  values.forEach((x, i) => view.setBigInt64(i * 8, BigInt(x), true));
  return tensorValue(data);
};

function tensorToShape(s: Site): Value {
  const { data } = tensorAt(s, 0);
  if (data.shape.length !== 1 || (data.dtype.code !== "int" && data.dtype.code !== "uint")) {
    wrongArgument(s, "a vector of integers", s.args[0]);
  }
  const access = elementAccess(data.dtype);
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.length);
  return shapeValue(
    Array.from({ length: data.shape[0]! }, (_, i) => access.read(view, i * access.bytes)),
  );
}

/** The same bytes under another shape; one size may be −1, for what the others leave. */
const reshape: Builtin = (s) => {
  const { data, written } = tensorAt(s, 0);
  const dims = dimsAt(s, 1);
  const open = dims.indexOf(-1);
  const others = elementCount(dims.filter((_, i) => i !== open).map(Number));
  const rest = others === 0 ? 0 : Math.floor(elementCount(data.shape) / others);
  const shape = open < 0 ? sizesAt(s, 1) : dims.map((d, i) => (i === open ? rest : Number(d)));
  if (elementCount(shape) !== elementCount(data.shape)) {
    wrongArgument(s, `a shape of ${elementCount(data.shape)} elements`, s.args[1]);
  }
  return tensorValue({ ...data, shape }, written);
};

const allocStorage =
  (sizeAt: number): Builtin =>
  (s) => {
    const size = elementCount(sizesAt(s, sizeAt));
    checkSize(s, size);
    return { kind: "storage", bytes: new Uint8Array(size), written: new Uint8Array(size) };
  };

/** A tensor inside a storage: `(storage, offset, shape, dtype)`. */
const tensorInStorage: Builtin = (s) => {
  const storage = storageAt(s, 0);
  const offset = intAt(s, 1);
  const shape = sizesAt(s, 2);
  const type = dtypeAt(s, 3);
  const bytes = elementCount(shape) * bytesOf(type);
  const size = storage.bytes.length;
  if (offset < 0 || offset + bytes > size) {
    fail(codes.storageSize({ at: s.call.span, bytes, offset, size }));
  }
  // Memory that is used again has no value until something is stored.
  storage.written.fill(0, offset, offset + bytes);
  return tensorValue(
    { dtype: type, shape, bytes: storage.bytes.subarray(offset, offset + bytes) },
    storage.written.subarray(offset, offset + bytes),
  );
};

const view: Builtin = (s) => {
  const { data, written } = tensorAt(s, 0);
  const given = (i: number): boolean => {
    const x = s.args[i];
    const isNothing = x?.kind === "null" || (x?.kind === "tuple" && x.fields.length === 0);
    return x !== undefined && !isNothing;
  };
  const type = given(2) ? dtypeAt(s, 2) : data.dtype;
  const shape = given(1) ? sizesAt(s, 1) : data.shape;
  const offset = given(3) ? intAt(s, 3) : 0;
  const bytes = elementCount(shape) * bytesOf(type);
  if (offset < 0 || offset + bytes > data.bytes.length) {
    fail(codes.storageSize({ at: s.call.span, bytes, offset, size: data.bytes.length }));
  }
  return tensorValue(
    { dtype: type, shape, bytes: data.bytes.subarray(offset, offset + bytes) },
    written?.subarray(offset, offset + bytes),
  );
};

const field =
  (type: NDArray["dtype"], of: (data: NDArray, s: Site) => number): Builtin =>
  (s) =>
    intValue(of(tensorAt(s, 0).data, s), type);

function axisAt(s: Site, rank: number): number {
  const axis = intAt(s, 1);
  return axis >= 0 && axis < rank ? axis : wrongArgument(s, `an axis below ${rank}`, s.args[1]);
}

const printValues: Builtin = (s) => {
  const [format, ...values] = s.args;
  const text =
    format?.kind === "string" ? formatValues(format.value, values) : formatValues("", s.args);
  s.scope.machine.print(text);
  return voidValue;
};

const assertTrue: Builtin = (s) => {
  const [condition, format, ...values] = s.args;
  const truth = condition && truthOf(condition);
  if (truth === undefined) return wrongArgument(s, "a bool scalar", condition);
  if (truth) return voidValue;
  const text = format?.kind === "string" ? formatValues(format.value, values) : "";
  return fail(
    codes.userAssert({ at: s.call.span, text: text === "" ? "it has no message" : text }),
  );
};

const uint16 = dtype("uint16");
const uint64 = dtype("uint64");

/** Builtins by the name of their operator. */
export const builtins: Readonly<Record<string, Builtin>> = {
  reshape,
  shape_of: shapeOf,
  tensor_to_shape: tensorToShape,
  shape_to_tensor: (s) => int64Tensor(dimsAt(s, 0), [dimsAt(s, 0).length]),
  size: (s) => int64Tensor([elementCount(tensorAt(s, 0).data.shape)], []),
  null_value: () => nullValue,
  print: printValues,
  assert_op: assertTrue,
  hint_on_device: same,
  to_vdevice: same,
  "builtin.stop_lift_params": same,
  "grad.start_checkpoint": same,
  "grad.end_checkpoint": same,
  "grad.no_grad": same,
  "builtin.alloc_tensor": (s) => freshTensor(s, dtypeAt(s, 1), sizesAt(s, 0)),
  "memory.alloc_storage": allocStorage(0),
  "memory.alloc_tensor": tensorInStorage,
  "memory.kill_storage": nothing,
  "memory.kill_tensor": nothing,
  "memory.view": view,
  "memory.ensure_zero_offset": same,
  "vm.alloc_storage": allocStorage(0),
  "vm.alloc_tensor": tensorInStorage,
  "vm.kill_object": nothing,
  "inspect.tensor_ndim": field(int32, (d) => d.shape.length),
  "inspect.tensor_dtype_code": field(uint8, (d) => descriptorCode(d.dtype)),
  "inspect.tensor_dtype_bits": field(uint8, (d) => d.dtype.bits),
  "inspect.tensor_dtype_lanes": field(uint16, (d) => d.dtype.lanes),
  "inspect.tensor_shape_i": field(int64, (d, s) => d.shape[axisAt(s, d.shape.length)]!),
  "inspect.tensor_stride_i": field(
    int64,
    (d, s) => compactStrides(d.shape)[axisAt(s, d.shape.length)]!,
  ),
  "inspect.tensor_byte_offset": field(uint64, () => 0),
  "inspect.tensor_elem_offset": field(uint64, () => 0),
};

/** Builtins that texts call as packed functions. */
export const packedBuiltins: Readonly<Record<string, Builtin>> = {
  "vm.builtin.shape_of": shapeOf,
  "vm.builtin.tensor_to_shape": tensorToShape,
  "vm.builtin.reshape": reshape,
  "vm.builtin.copy": same,
  "vm.builtin.to_device": same,
  "vm.builtin.ensure_zero_offset": same,
  "vm.builtin.null_value": () => nullValue,
  "vm.builtin.alloc_storage": allocStorage(0),
  "vm.builtin.alloc_tensor": tensorInStorage,
  "vm.builtin.make_tuple": (s) => ({ kind: "tuple", fields: s.args }),
  "vm.builtin.tuple_getitem": (s) => {
    const items = itemsAt(s, 0);
    const index = intAt(s, 1);
    return items[index] ?? fail(codes.tupleIndex({ at: s.call.span, index, size: items.length }));
  },
  "vm.builtin.read_if_cond": (s) => {
    const truth = s.args[0] && truthOf(s.args[0]);
    if (truth === undefined) return wrongArgument(s, "a bool scalar", s.args[0]);
    return intValue(truth ? 1 : 0, dtype("bool"));
  },
  "relax.run.print": printValues,
  "relax.run.assert_op": assertTrue,
  "relax.run.shape_to_tensor": (s) => int64Tensor(dimsAt(s, 0), [dimsAt(s, 0).length]),
};
