/**
 * Sizes as small whole numbers. All sizes are divided by their greatest common divisor, so that searches work on
 * 32-bit integers and neighbouring capacities differ by one.
 */

/** Sizes in units. */
export interface Units {
  /** Bytes of one unit. */
  readonly unit: number;
  readonly size: Float64Array;
  /** Alignments in units; absent when every unit is aligned enough for every buffer. */
  readonly align?: Float64Array;
}

/** Bytes rounded up to a multiple. */
export const roundUp = (bytes: number, align: number): number => {
  const rest = bytes % align;
  return rest === 0 ? bytes : bytes - rest + align;
};

/** Greatest common divisor of two numbers ≥ 0. */
export function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/**
 * Chooses the unit. With one alignment for all, sizes are rounded up to it, and offsets that are sums of sizes are
 * aligned; otherwise the alignments stay, in units.
 */
export function unitsOf(
  size: ArrayLike<number>,
  align: ArrayLike<number>,
  fixed?: ArrayLike<number>,
): Units {
  const n = size.length;
  let common = align[0] ?? 1;
  for (let b = 1; b < n; b++) if (align[b] !== common) common = 1;
  let unit = 0;
  let alignments = 0;
  for (let b = 0; b < n; b++) {
    unit = gcd(unit, roundUp(size[b]!, common));
    alignments = gcd(alignments, align[b]!);
    if (fixed !== undefined && fixed[b]! >= 0) unit = gcd(unit, fixed[b]!);
  }
  if (unit === 0) unit = 1;
  let aligned = true;
  for (let b = 0; b < n; b++) if (unit % align[b]! !== 0) aligned = false;
  if (!aligned) unit = gcd(unit, alignments);
  const units = Float64Array.from({ length: n }, (_, b) => roundUp(size[b]!, common) / unit);
  if (aligned) return { unit, size: units };
  return { unit, size: units, align: Float64Array.from({ length: n }, (_, b) => align[b]! / unit) };
}
