/** `.safetensors` files: named tensors of any type, a JSON header before the data. */
import { bytesOf, dtype, tryDType, type DType } from "./dtype.js";
import { FileFormatError } from "./file-error.js";
import { elementCount, type NDArray } from "./ndarray.js";

const TYPES: Readonly<Record<string, string>> = {
  BOOL: "bool",
  I8: "int8",
  U8: "uint8",
  I16: "int16",
  U16: "uint16",
  I32: "int32",
  U32: "uint32",
  I64: "int64",
  U64: "uint64",
  F16: "float16",
  BF16: "bfloat16",
  F32: "float32",
  F64: "float64",
  F8_E4M3: "float8_e4m3fn",
  F8_E5M2: "float8_e5m2",
  F8_E8M0: "float8_e8m0fnu",
};
const NAMES = new Map(Object.entries(TYPES).map(([code, name]) => [name, code]));
/** Types the format has no name for are stored as bytes, with their own name beside the tensor's. */
const TYPE_KEY = "relaxc.dtype.";

const LIMIT = 100_000_000;

/** The bytes of the file; the same tensors give the same bytes. */
export function writeSafetensors(tensors: ReadonlyMap<string, NDArray>): Uint8Array {
  const header: Record<string, unknown> = {};
  const meta: Record<string, string> = {};
  let offset = 0;
  for (const [name, data] of tensors) {
    const code = NAMES.get(data.dtype.name);
    if (code === undefined) meta[`${TYPE_KEY}${name}`] = data.dtype.name;
    header[name] = {
      dtype: code ?? "U8",
      shape: code === undefined ? [...data.shape, bytesOf(data.dtype)] : data.shape,
      data_offsets: [offset, offset + data.bytes.length],
    };
    offset += data.bytes.length;
  }
  const all = Object.keys(meta).length > 0 ? { __metadata__: meta, ...header } : header;
  const json = new TextEncoder().encode(JSON.stringify(all));
  const padded = 8 * Math.ceil(json.length / 8);
  const out = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(json, 8);
  let at = 8 + padded;
  for (const data of tensors.values()) {
    out.set(data.bytes, at);
    at += data.bytes.length;
  }
  return out;
}

/** Tensors by name, as views of the file; throws a {@link FileFormatError}. */
export function readSafetensors(bytes: Uint8Array): Map<string, NDArray> {
  if (bytes.length < 8) throw new FileFormatError("is not a .safetensors file");
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > LIMIT || 8 + Number(length) > bytes.length) throw new FileFormatError("ends early");
  const start = 8 + Number(length);
  const header = parseHeader(bytes.subarray(8, start));
  const metadata = header.get("__metadata__");
  const types = new Map(
    typeof metadata === "object" && metadata !== null ? Object.entries(metadata) : [],
  );
  const tensors = new Map<string, NDArray>();
  for (const [name, entry] of header) {
    if (name === "__metadata__") continue;
    tensors.set(name, readTensor(name, entry, bytes.subarray(start), types.get(TYPE_KEY + name)));
  }
  return tensors;
}

function parseHeader(bytes: Uint8Array): Map<string, unknown> {
  try {
    const data: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof data === "object" && data !== null) return new Map(Object.entries(data));
  } catch {
    // Reported below.
  }
  throw new FileFormatError("has a header that is not JSON");
}

function readTensor(name: string, entry: unknown, data: Uint8Array, own: unknown): NDArray {
  const bad = (what: string): never => {
    throw new FileFormatError(`holds \`${name}\` with ${what}`);
  };
  const { dtype: code, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const known = typeof code === "string" && Object.hasOwn(TYPES, code) ? TYPES[code] : undefined;
  if (known === undefined) return bad(`the type ${String(code)}, which is not read`);
  const isSize = (d: unknown): d is number =>
    typeof d === "number" && Number.isSafeInteger(d) && d >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) return bad("a shape that cannot be read");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return bad("offsets that cannot be read");
  }
  const [from, to] = offsets as [number, number];
  let type: DType = dtype(known);
  let dims: readonly number[] = shape;
  if (typeof own === "string" && shape.length > 0) {
    type = tryDType(own) ?? bad(`the type ${own}`);
    dims = shape.slice(0, -1);
  }
  if (from > to || to > data.length) return bad("data outside the file");
  if (to - from !== elementCount(dims) * bytesOf(type))
    return bad("data that does not fit its shape");
  return { dtype: type, shape: dims, bytes: data.subarray(from, to) };
}
