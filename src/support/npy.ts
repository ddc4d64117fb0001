/** NumPy's `.npy` files: one array of a native type. */
import { bytesOf, dtype, type DType } from "./dtype.js";
import { FileFormatError } from "./file-error.js";
import { elementCount, type NDArray } from "./ndarray.js";

const TYPES: Readonly<Record<string, string>> = {
  "|b1": "bool",
  "|i1": "int8",
  "|u1": "uint8",
  "<i2": "int16",
  "<u2": "uint16",
  "<i4": "int32",
  "<u4": "uint32",
  "<i8": "int64",
  "<u8": "uint64",
  "<f2": "float16",
  "<f4": "float32",
  "<f8": "float64",
};
const NAMES = new Map(Object.entries(TYPES).map(([code, name]) => [name, code]));

/** Whether arrays of the type can be written as `.npy`. */
export const hasNpyType = (type: DType): boolean => NAMES.has(type.name);

const MAGIC = "\x93NUMPY";

/** The bytes of a `.npy` file. */
export function writeNpy(data: NDArray): Uint8Array {
  const code = NAMES.get(data.dtype.name);
  if (code === undefined) throw new FileFormatError(`cannot hold ${data.dtype.name}`);
  const shape = data.shape.length === 1 ? `${data.shape[0]},` : data.shape.join(", ");
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const out = new Uint8Array(10 + padded.length + data.bytes.length);
  for (let i = 0; i < 6; i++) out[i] = MAGIC.charCodeAt(i);
  out[6] = 1;
  new DataView(out.buffer).setUint16(8, padded.length, true);
  for (let i = 0; i < padded.length; i++) out[10 + i] = padded.charCodeAt(i);
  out.set(data.bytes, 10 + padded.length);
  return out;
}

/** Reads a `.npy` file; throws a {@link FileFormatError}. Fortran order and foreign byte order are converted. */
export function readNpy(bytes: Uint8Array): NDArray {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  if (start !== MAGIC || bytes.length < 10) throw new FileFormatError("is not a .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  if (wide && bytes.length < 12) throw new FileFormatError("ends early");
  const from = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (from + length > bytes.length) throw new FileFormatError("ends early");
  const header = new TextDecoder("latin1").decode(bytes.subarray(from, from + length));
  const { type, swap, fortran, shape } = parseHeader(header);
  const size = elementCount(shape) * bytesOf(type);
  if (from + length + size !== bytes.length) {
    const found = bytes.length - from - length;
    throw new FileFormatError(`has ${found} bytes of data instead of ${size}`);
  }
  const data = bytes.slice(from + length);
  if (swap) swapBytes(data, bytesOf(type));
  return { dtype: type, shape, bytes: fortran ? toRowMajor(data, shape, bytesOf(type)) : data };
}

function parseHeader(text: string) {
  const descr = /'descr'\s*:\s*'([<>|=])([a-z]\d+)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const dims = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text);
  if (!descr || !order || !dims) throw new FileFormatError("has a header that cannot be read");
  const kind = descr[2]!;
  const name = TYPES[`<${kind}`] ?? TYPES[`|${kind}`];
  if (name === undefined)
    throw new FileFormatError(`holds the type ${descr[1]}${kind}, which is not read`);
  const shape = dims[1]!
    .split(",")
    .map((d) => d.replace("L", "").trim())
    .filter((d) => d !== "")
    .map(Number);
  return { type: dtype(name), swap: descr[1] === ">", fortran: order[1] === "True", shape };
}

function swapBytes(data: Uint8Array, size: number): void {
  for (let i = 0; i < data.length; i += size) data.subarray(i, i + size).reverse();
}

function toRowMajor(data: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const index = shape.map(() => 0);
  for (let at = 0; at < data.length; at += size) {
    let from = 0;
    for (let i = shape.length - 1; i >= 0; i--) from = from * shape[i]! + index[i]!;
    out.set(data.subarray(from * size, from * size + size), at);
    for (let i = shape.length - 1; i >= 0 && ++index[i]! === shape[i]; i--) index[i] = 0;
  }
  return out;
}
