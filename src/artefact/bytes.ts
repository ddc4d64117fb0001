/** Little-endian reading and writing of structures; reading checks every length. */

export interface Writer {
  u8(x: number): void;
  u32(x: number): void;
  i64(x: bigint): void;
  f64(x: number): void;
  text(x: string): void;
  /** Length, then the bytes. */
  blob(x: Uint8Array): void;
  raw(x: Uint8Array): void;
  /** Zeros up to a multiple. */
  align(multiple: number): void;
  readonly length: number;
  finish(): Uint8Array;
}

export function makeWriter(): Writer {
  let buffer = new Uint8Array(1024);
  let view = new DataView(buffer.buffer);
  let length = 0;
  /** Where the next `n` bytes go. */
  const take = (n: number): number => {
    const at = length;
    length += n;
    if (length > buffer.length) {
      const larger = new Uint8Array(Math.max(buffer.length * 2, length));
      larger.set(buffer);
      buffer = larger;
      view = new DataView(buffer.buffer);
    }
    return at;
  };
  const w: Writer = {
    // The place first: taking it may move the bytes.
    u8(x) {
      const at = take(1);
      view.setUint8(at, x);
    },
    u32(x) {
      const at = take(4);
      view.setUint32(at, x, true);
    },
    i64(x) {
      const at = take(8);
      view.setBigInt64(at, x, true);
    },
    f64(x) {
      const at = take(8);
      view.setFloat64(at, x, true);
    },
    text: (x) => w.blob(new TextEncoder().encode(x)),
    blob(x) {
      w.u32(x.length);
      w.raw(x);
    },
    raw(x) {
      const at = take(x.length);
      buffer.set(x, at);
    },
    align(multiple) {
      const rest = length % multiple;
      if (rest !== 0) w.raw(new Uint8Array(multiple - rest));
    },
    get length() {
      return length;
    },
    finish: () => buffer.slice(0, length),
  };
  return w;
}

/** The data ends early, or does not say what it should. */
export class Damaged extends Error {}

export interface Reader {
  u8(): number;
  u32(): number;
  i64(): bigint;
  f64(): number;
  text(): string;
  blob(): Uint8Array;
  raw(length: number): Uint8Array;
  /** A count of things of at least `size` bytes each, which must still be there. */
  count(size: number): number;
  align(multiple: number): void;
  readonly left: number;
}

export function makeReader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (n: number): number => {
    if (n > bytes.length - at) throw new Damaged("it ends early");
    at += n;
    return at - n;
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const r: Reader = {
    u8: () => view.getUint8(take(1)),
    u32: () => view.getUint32(take(4), true),
    i64: () => view.getBigInt64(take(8), true),
    f64: () => view.getFloat64(take(8), true),
    text: () => {
      const raw = r.blob();
      try {
        return decoder.decode(raw);
      } catch {
        throw new Damaged("a text is not UTF-8");
      }
    },
    blob: () => r.raw(r.u32()),
    raw: (length) => {
      const from = take(length);
      return bytes.subarray(from, from + length);
    },
    count: (size) => {
      const n = r.u32();
      if (n * size > bytes.length - at) throw new Damaged("a list is longer than the file");
      return n;
    },
    align: (multiple) => {
      const rest = at % multiple;
      if (rest !== 0) take(multiple - rest);
    },
    get left() {
      return bytes.length - at;
    },
  };
  return r;
}
