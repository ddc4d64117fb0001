/** NumPy's `.npz` files: a ZIP of `.npy` files. Written without compression, read with or without. */
import { crc32 } from "./crc32.js";
import { FileFormatError } from "./file-error.js";
import { inflate } from "./inflate.js";
import type { NDArray } from "./ndarray.js";
import { readNpy, writeNpy } from "./npy.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const NO_DATE = 0x21 << 16;

/** The bytes of an `.npz` file; the same arrays give the same bytes. */
export function writeNpz(arrays: ReadonlyMap<string, NDArray>): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const [name, data] of arrays) {
    const title = new TextEncoder().encode(`${name}.npy`);
    const body = writeNpy(data);
    const sum = crc32(body);
    const local = fields([LOCAL, 4], [20, 2], [0, 2], [0, 2], [NO_DATE, 4], [sum, 4], [body.length, 4], [body.length, 4], [title.length, 2], [0, 2]); // prettier-ignore
    central.push(
      fields([CENTRAL, 4], [20, 2], [20, 2], [0, 2], [0, 2], [NO_DATE, 4], [sum, 4], [body.length, 4], [body.length, 4], [title.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), // prettier-ignore
      title,
    );
    parts.push(local, title, body);
    offset += local.length + title.length + body.length;
  }
  const size = central.reduce((n, p) => n + p.length, 0);
  const end = fields([END, 4], [0, 2], [0, 2], [arrays.size, 2], [arrays.size, 2], [size, 4], [offset, 4], [0, 2]); // prettier-ignore
  return join([...parts, ...central, end]);
}

function fields(...values: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  const out = new Uint8Array(values.reduce((n, [, size]) => n + size, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [value, size] of values) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return out;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Arrays by name; throws a {@link FileFormatError}. */
export function readNpz(bytes: Uint8Array): Map<string, NDArray> {
  try {
    return readEntries(bytes);
  } catch (error) {
    // Reading past the end of the view is how a cut file shows.
    if (error instanceof RangeError) throw new FileFormatError("ends early");
    throw error;
  }
}

function readEntries(bytes: Uint8Array): Map<string, NDArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw new FileFormatError("is not a .npz file");
  const arrays = new Map<string, NDArray>();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== CENTRAL) throw new FileFormatError("has a damaged directory");
    const method = view.getUint16(at + 10, true);
    const sum = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > bytes.length) throw new FileFormatError("ends early");
    if (size > 2 ** 31 || (method !== 0 && method !== 8)) {
      throw new FileFormatError(`holds \`${name}\` in a form that is not read`);
    }
    const raw = bytes.subarray(start, start + packed);
    const body = method === 0 ? raw : inflate(raw, size);
    if (crc32(body) !== sum) throw new FileFormatError(`holds \`${name}\` with a wrong checksum`);
    arrays.set(name.replace(/\.npy$/, ""), readNpy(body));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return arrays;
}
