/** Growing byte buffer with the variable-length integers of the WebAssembly binary format. */
export interface ByteWriter {
  u8(value: number): void;
  /** Unsigned LEB128 of a non-negative integer below 2^53. */
  uleb(value: number): void;
  /** Signed LEB128; bigint for 64-bit constants. */
  sleb(value: number | bigint): void;
  f32(value: number): void;
  f64(value: number): void;
  raw(bytes: ArrayLike<number>): void;
  text(value: string): void;
  readonly length: number;
  /** A copy of what was written. */
  bytes(): Uint8Array;
}

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(256);
  let length = 0;
  const scratch = new DataView(new ArrayBuffer(8));
  const reserve = (extra: number): void => {
    if (length + extra <= buffer.length) return;
    const grown = new Uint8Array(Math.max(buffer.length * 2, length + extra));
    grown.set(buffer);
    buffer = grown;
  };
  const u8 = (value: number): void => {
    reserve(1);
    buffer[length++] = value;
  };
  const raw = (bytes: ArrayLike<number>): void => {
    reserve(bytes.length);
    buffer.set(bytes, length);
    length += bytes.length;
  };
  const uleb = (value: number): void => {
    let rest = value;
    while (rest >= 0x80) {
      u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    u8(rest);
  };
  return {
    u8,
    raw,
    uleb,
    sleb(value) {
      let rest = BigInt(value);
      for (;;) {
        const low = Number(rest & 0x7fn);
        rest >>= 7n;
        const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
        u8(done ? low : low | 0x80);
        if (done) return;
      }
    },
    f32(value) {
      scratch.setFloat32(0, value, true);
      for (let i = 0; i < 4; i++) u8(scratch.getUint8(i));
    },
    f64(value) {
      scratch.setFloat64(0, value, true);
      for (let i = 0; i < 8; i++) u8(scratch.getUint8(i));
    },
    text(value) {
      const encoded = new TextEncoder().encode(value);
      uleb(encoded.length);
      raw(encoded);
    },
    get length() {
      return length;
    },
    bytes: () => buffer.slice(0, length),
  };
}
