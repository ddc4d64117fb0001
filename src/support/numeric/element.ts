/** Elements in memory: little-endian; bool and integers below 8 bits take a byte each, narrow floats their pattern. */
import { int } from "../int.js";
import type { DType } from "../dtype.js";
import { decodeFloat, encodeFloat, floatFormat } from "./float-format.js";
import { wrapper, type Scalar } from "./scalar.js";

/** Access to one lane of a type at a byte position. */
export interface ElementAccess {
  /** Of one lane. */
  readonly bytes: number;
  read(view: DataView, at: number): Scalar;
  write(view: DataView, at: number, value: Scalar): void;
}

type Read = ElementAccess["read"];
type Write = ElementAccess["write"];
const make = (bytes: number, read: Read, write: Write): ElementAccess => ({ bytes, read, write });

const BY_NAME: Readonly<Record<string, ElementAccess>> = {
  bool: make(
    1,
    (v, at) => (v.getUint8(at) === 0 ? 0 : 1),
    (v, at, x) => v.setUint8(at, x as number),
  ),
  int8: make(
    1,
    (v, at) => v.getInt8(at),
    (v, at, x) => v.setInt8(at, x as number),
  ),
  int16: make(
    2,
    (v, at) => v.getInt16(at, true),
    (v, at, x) => v.setInt16(at, x as number, true),
  ),
  int32: make(
    4,
    (v, at) => v.getInt32(at, true),
    (v, at, x) => v.setInt32(at, x as number, true),
  ),
  int64: make(8, readInt64, (v, at, x) => v.setBigInt64(at, BigInt(x), true)),
  uint8: make(
    1,
    (v, at) => v.getUint8(at),
    (v, at, x) => v.setUint8(at, x as number),
  ),
  uint16: make(
    2,
    (v, at) => v.getUint16(at, true),
    (v, at, x) => v.setUint16(at, x as number, true),
  ),
  uint32: make(
    4,
    (v, at) => v.getUint32(at, true),
    (v, at, x) => v.setUint32(at, x as number, true),
  ),
  uint64: make(
    8,
    (v, at) => int(v.getBigUint64(at, true)),
    (v, at, x) => v.setBigUint64(at, BigInt(x), true),
  ),
  float32: make(
    4,
    (v, at) => v.getFloat32(at, true),
    (v, at, x) => v.setFloat32(at, x as number, true),
  ),
  float64: make(
    8,
    (v, at) => v.getFloat64(at, true),
    (v, at, x) => v.setFloat64(at, x as number, true),
  ),
};

function readInt64(v: DataView, at: number): Scalar {
  const high = v.getInt32(at + 4, true);
  const low = v.getUint32(at, true);
  // Inside ±2^52 the halves add up exactly.
  if (high >= -1048576 && high < 1048576) return high * 4294967296 + low;
  return int(v.getBigInt64(at, true));
}

const made = new Map<string, ElementAccess>();

/** Access to the lanes of a type that can stand in memory. */
export function elementAccess(type: DType): ElementAccess {
  const fixed = BY_NAME[type.scalarName];
  if (fixed) return fixed;
  const known = made.get(type.scalarName);
  if (known) return known;
  const access = build(type);
  made.set(type.scalarName, access);
  return access;
}

function build(type: DType): ElementAccess {
  const format = floatFormat(type);
  if (format && format.bits === 16) {
    return make(
      2,
      (v, at) => decodeFloat(format, v.getUint16(at, true)),
      (v, at, x) => v.setUint16(at, encodeFloat(format, x as number), true),
    );
  }
  if (format) {
    return make(
      1,
      (v, at) => decodeFloat(format, v.getUint8(at)),
      (v, at, x) => v.setUint8(at, encodeFloat(format, x as number)),
    );
  }
  if (type.code !== "int" && type.code !== "uint") {
    throw new Error(`no elements of type ${type.name} in memory`);
  }
  const wrap = wrapper(type);
  const read: Read = (v, at) => wrap(v.getUint8(at));
  return make(1, read, (v, at, x) => v.setUint8(at, Number(x)));
}
