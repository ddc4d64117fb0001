/** Decompression of raw deflate streams, as ZIP files hold them. */
import { FileFormatError } from "./file-error.js";

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

interface Huffman {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

function huffman(lengths: readonly number[]): Huffman {
  const counts = new Array<number>(16).fill(0);
  for (const l of lengths) counts[l]!++;
  counts[0] = 0;
  const symbols = lengths
    .map((length, symbol) => ({ length, symbol }))
    .filter((x) => x.length > 0)
    .sort((a, b) => a.length - b.length || a.symbol - b.symbol)
    .map((x) => x.symbol);
  return { counts, symbols };
}

const damaged = (): never => {
  throw new FileFormatError("holds compressed data that is damaged");
};

/** `size` bytes from a raw deflate stream. */
export function inflate(data: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let to = 0;
  let at = 0;
  let buffer = 0;
  let have = 0;
  const bits = (n: number): number => {
    while (have < n) {
      if (at >= data.length) damaged();
      buffer |= data[at++]! << have;
      have += 8;
    }
    const value = buffer & ((1 << n) - 1);
    buffer >>>= n;
    have -= n;
    return value;
  };
  const symbol = (h: Huffman): number => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length < 16; length++) {
      code |= bits(1);
      const count = h.counts[length]!;
      if (code - count < first) return h.symbols[index + code - first] ?? damaged();
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return damaged();
  };
  const put = (byte: number): void => {
    if (to >= size) damaged();
    out[to++] = byte;
  };
  const block = (literals: Huffman, distances: Huffman): void => {
    for (;;) {
      const s = symbol(literals);
      if (s === 256) return;
      if (s < 256) {
        put(s);
        continue;
      }
      const length = (LENGTH_BASE[s - 257] ?? damaged()) + bits(LENGTH_EXTRA[s - 257]!);
      const d = symbol(distances);
      const distance = (DISTANCE_BASE[d] ?? damaged()) + bits(DISTANCE_EXTRA[d]!);
      if (distance > to) damaged();
      for (let i = 0; i < length; i++) put(out[to - distance]!);
    }
  };
  const stored = (): void => {
    buffer = have = 0;
    if (at + 4 > data.length) damaged();
    const length = data[at]! | (data[at + 1]! << 8);
    at += 4;
    if (at + length > data.length) damaged();
    for (let i = 0; i < length; i++) put(data[at++]!);
  };
  const dynamic = (): void => {
    const [literals, distances, codes] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const lengths = new Array<number>(19).fill(0);
    for (let i = 0; i < codes; i++) lengths[ORDER[i]!] = bits(3);
    const code = huffman(lengths);
    const all: number[] = [];
    while (all.length < literals + distances) {
      const s = symbol(code);
      if (s < 16) all.push(s);
      else if (s === 16) {
        const last = all[all.length - 1] ?? damaged();
        for (let n = 3 + bits(2); n > 0; n--) all.push(last);
      } else for (let n = s === 17 ? 3 + bits(3) : 11 + bits(7); n > 0; n--) all.push(0);
    }
    block(huffman(all.slice(0, literals)), huffman(all.slice(literals, literals + distances)));
  };
  const range = (n: number, value: number): number[] => new Array<number>(n).fill(value);
  const fixed = [...range(144, 8), ...range(112, 9), ...range(24, 7), ...range(8, 8)];
  for (let last = false; !last;) {
    last = bits(1) === 1;
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind === 1) block(huffman(fixed), huffman(range(30, 5)));
    else if (kind === 2) dynamic();
    else damaged();
  }
  return to === size ? out : damaged();
}
