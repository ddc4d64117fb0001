/**
 * Data types of scalars and vectors. Instances are interned: compare with `===`.
 * Names are those of TVMScript: `float32`, `int8x4`, `float32xvscalex4`, `bool`, `handle`, `void`.
 */
export type DTypeCode =
  "int" | "uint" | "float" | "bfloat" | "float8" | "float6" | "float4" | "bool" | "handle" | "void";

export interface DType {
  readonly code: DTypeCode;
  /** Bits of one lane; 64 for handles, 0 for void, 8 for bool in storage (1 in meaning). */
  readonly bits: number;
  /** Number of lanes; for scalable vectors the multiple of the run-time vector scale. */
  readonly lanes: number;
  readonly scalable: boolean;
  /** Canonical spelling, lanes included. */
  readonly name: string;
  /** Canonical spelling of one lane, e.g. `float8_e4m3fn`. */
  readonly scalarName: string;
}

const interned = new Map<string, DType | undefined>();

const SMALL_FLOATS: Readonly<Record<string, readonly [DTypeCode, number]>> = {
  float8_e3m4: ["float8", 8],
  float8_e4m3: ["float8", 8],
  float8_e4m3b11fnuz: ["float8", 8],
  float8_e4m3fn: ["float8", 8],
  float8_e4m3fnuz: ["float8", 8],
  float8_e5m2: ["float8", 8],
  float8_e5m2fnuz: ["float8", 8],
  float8_e8m0fnu: ["float8", 8],
  float6_e2m3fn: ["float6", 6],
  float6_e3m2fn: ["float6", 6],
  float4_e2m1fn: ["float4", 4],
};

/** Older and shorter spellings, all read, never printed. */
const ALIASES: Readonly<Record<string, string>> = {
  boolean: "bool",
  uint1: "bool",
  int1: "int1",
  e4m3_float8: "float8_e4m3fn",
  e5m2_float8: "float8_e5m2",
  i8: "int8",
  i16: "int16",
  i32: "int32",
  i64: "int64",
  u8: "uint8",
  u16: "uint16",
  u32: "uint32",
  u64: "uint64",
  f16: "float16",
  f32: "float32",
  f64: "float64",
  bf16: "bfloat16",
};

const BITS: Readonly<Record<string, readonly number[]>> = {
  int: [1, 2, 4, 8, 16, 32, 64],
  uint: [1, 2, 4, 8, 16, 32, 64],
  float: [16, 32, 64],
  bfloat: [16],
};

/** The data type of that name (aliases read), or undefined when there is none. */
export function tryDType(name: string): DType | undefined {
  if (interned.has(name)) return interned.get(name);
  const made = make(name);
  interned.set(name, made);
  return made;
}

function make(name: string): DType | undefined {
  const vector = /^(.+?)x(vscalex)?([1-9]\d*)$/.exec(name);
  if (vector && ALIASES[name] === undefined) {
    const lane = tryDType(vector[1]!);
    if (lane === undefined || lane.lanes !== 1 || lane.scalable) return undefined;
    return withLanes(lane, Number(vector[3]), vector[2] !== undefined);
  }
  const alias = ALIASES[name];
  if (alias !== undefined && alias !== name) return tryDType(alias);
  if (name === "bool") return scalar("bool", 8, name);
  if (name === "handle") return scalar("handle", 64, name);
  if (name === "void") return scalar("void", 0, name);
  const small = SMALL_FLOATS[name];
  if (small) return scalar(small[0], small[1], name);
  const plain = /^(int|uint|float|bfloat)(\d+)$/.exec(name);
  if (!plain || !BITS[plain[1]!]!.includes(Number(plain[2]))) return undefined;
  return scalar(plain[1] as DTypeCode, Number(plain[2]), name);
}

const scalar = (code: DTypeCode, bits: number, name: string): DType =>
  Object.freeze({ code, bits, lanes: 1, scalable: false, name, scalarName: name });

/** Same lane type with another lane count; 1 (not scalable) gives the scalar type. */
export function withLanes(dtype: DType, lanes: number, scalable = false): DType {
  const name =
    lanes === 1 && !scalable
      ? dtype.scalarName
      : `${dtype.scalarName}x${scalable ? "vscalex" : ""}${lanes}`;
  const known = interned.get(name);
  if (known) return known;
  const made = Object.freeze({ ...dtype, lanes, scalable, name });
  interned.set(name, made);
  return made;
}

/** As {@link tryDType}; throws on an unknown name. For names that the program itself knows. */
export function dtype(name: string): DType {
  const found = tryDType(name);
  if (found === undefined) throw new Error(`no such dtype: ${name}`);
  return found;
}

export const laneOf = (d: DType): DType => (d.lanes === 1 && !d.scalable ? d : dtype(d.scalarName));
export const isVector = (d: DType): boolean => d.lanes !== 1 || d.scalable;
export const isFloat = (d: DType): boolean =>
  d.code === "float" ||
  d.code === "bfloat" ||
  d.code === "float8" ||
  d.code === "float6" ||
  d.code === "float4";
export const isInteger = (d: DType): boolean => d.code === "int" || d.code === "uint";
export const isSigned = (d: DType): boolean => d.code === "int";
export const isBool = (d: DType): boolean => d.code === "bool";
/** Bytes of one element in memory; sub-byte types take one byte each until lowered. */
export const bytesOf = (d: DType): number => Math.ceil(d.bits / 8) * d.lanes;

/** Number of the kind of an element type in tensor descriptors (DLPack); 7 for those it has no number for. */
export const descriptorCode = (d: DType): number =>
  ({ int: 0, uint: 1, float: 2, handle: 3, bfloat: 4, bool: 6 })[d.code as string] ?? 7;

export const int8 = dtype("int8");
export const int32 = dtype("int32");
export const int64 = dtype("int64");
export const uint8 = dtype("uint8");
export const float16 = dtype("float16");
export const float32 = dtype("float32");
export const float64 = dtype("float64");
export const bool = dtype("bool");
export const handle = dtype("handle");
export const voidType = dtype("void");
