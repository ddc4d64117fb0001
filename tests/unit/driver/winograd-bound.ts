/** Convolutions of 3 × 3 taps with a border of one, in float64, and how far Winograd's filtering may be off. */

export interface Problem {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly image: Float32Array;
  /** As many channels are made as are given. */
  readonly weights: Float32Array;
}

/** Numbers between −1 and 1 that a seed determines. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** The exact results, up to float64. */
export function convolution({ channels, height, width, image, weights }: Problem): number[] {
  return results(channels, height, width, (f, y, x) => {
    let sum = 0;
    for (let c = 0; c < channels; c++)
      for (let u = 0; u < 3; u++)
        for (let v = 0; v < 3; v++)
          sum +=
            pixel(image, height, width, c, y + u - 1, x + v - 1) *
            weights[((f * channels + c) * 3 + u) * 3 + v]!;
    return sum;
  });
}

/** The sizes of the numbers in Bᵀ, G and Aᵀ, for tiles of m by m results. */
const SIZES = {
  2: {
    elements: [[1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 1]],
    taps: [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, 1 / 2, 1 / 2], [0, 0, 1]],
    results: [[1, 1, 1, 0], [0, 1, 1, 1]],
  },
  4: {
    elements: [
      [4, 0, 5, 0, 1, 0], [0, 4, 4, 1, 1, 0], [0, 4, 4, 1, 1, 0], [0, 2, 1, 2, 1, 0], [0, 2, 1, 2, 1, 0],
      [0, 4, 0, 5, 0, 1],
    ],
    taps: [
      [1 / 4, 0, 0], [1 / 6, 1 / 6, 1 / 6], [1 / 6, 1 / 6, 1 / 6], [1 / 24, 1 / 12, 1 / 6], [1 / 24, 1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    results: [[1, 1, 1, 1, 1, 0], [0, 1, 1, 2, 2, 0], [0, 1, 1, 4, 4, 0], [0, 1, 1, 8, 8, 1]],
  },
} as const; // prettier-ignore

type Matrix = readonly (readonly number[])[];

/** M a Mᵀ */
const onBothSides = (m: Matrix, a: Matrix): Matrix => {
  const times = (x: Matrix): Matrix =>
    m.map((row) => x[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * x[k]![j]!, 0)));
  const turned = (x: Matrix): Matrix => x[0]!.map((_, j) => x.map((row) => row[j]!));
  return turned(times(turned(times(a))));
};

const grid = (n: number, of: (y: number, x: number) => number): Matrix =>
  Array.from({ length: n }, (_, y) => Array.from({ length: n }, (_, x) => of(y, x)));

/** (K + 16) u |Aᵀ|[(|G| |g| |Gᵀ|) ⊙ (|Bᵀ| |d| |B|)]|A| for each result. */
export function boundOf({ channels, height, width, image, weights }: Problem, m: 2 | 4): number[] {
  const sizes = SIZES[m];
  const filters = Array.from({ length: channels * channels }, (_, i) =>
    onBothSides(
      sizes.taps,
      grid(3, (u, v) => Math.abs(weights[i * 9 + u * 3 + v]!)),
    ),
  );
  const tiles = new Map<string, Matrix>();
  const tile = (c: number, y: number, x: number): Matrix => {
    const key = `${c} ${y} ${x}`;
    let found = tiles.get(key);
    if (found === undefined) {
      const at = (r: number, s: number): number => Math.abs(pixel(image, height, width, c, y * m + r - 1, x * m + s - 1)); // prettier-ignore
      tiles.set(key, (found = onBothSides(sizes.elements, grid(m + 2, at))));
    }
    return found;
  };
  const sums = new Map<string, Matrix>();
  return results(channels, height, width, (f, y, x) => {
    const [ty, tx] = [Math.floor(y / m), Math.floor(x / m)];
    const key = `${f} ${ty} ${tx}`;
    let found = sums.get(key);
    if (found === undefined) {
      const product = grid(m + 2, (r, s) => {
        let sum = 0;
        for (let c = 0; c < channels; c++)
          sum += filters[f * channels + c]![r]![s]! * tile(c, ty, tx)[r]![s]!;
        return sum;
      });
      sums.set(key, (found = onBothSides(sizes.results, product)));
    }
    return (channels + 16) * 2 ** -24 * found[y % m]![x % m]!;
  });
}

const results = (
  channels: number,
  height: number,
  width: number,
  of: (f: number, y: number, x: number) => number,
): number[] => {
  const found: number[] = [];
  for (let f = 0; f < channels; f++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) found.push(of(f, y, x));
  return found;
};

const pixel = (image: Float32Array, h: number, w: number, c: number, y: number, x: number) =>
  y >= 0 && y < h && x >= 0 && x < w ? image[(c * h + y) * w + x]! : 0;
