/** Arithmetic over sizes, as far as it is known before. */
import type { Dim } from "../../artefact/index.js";

export const number = (value: number): Dim => ({ value });

/** Whether two sizes are written alike. */
export const isSameDim = (a: Dim, b: Dim): boolean =>
  a === b || JSON.stringify(a, big) === JSON.stringify(b, big);
const big = (_: string, x: unknown): unknown => (typeof x === "bigint" ? `${x}n` : x);

export function times(a: Dim, b: Dim): Dim {
  if ("value" in a && a.value === 1) return b;
  if ("value" in a && "value" in b) return fold(BigInt(a.value) * BigInt(b.value));
  return { op: "mul", args: [a, b] };
}

export function plus(a: Dim, b: Dim): Dim {
  if ("value" in a && a.value === 0) return b;
  if ("value" in a && "value" in b) return fold(BigInt(a.value) + BigInt(b.value));
  return { op: "add", args: [a, b] };
}

const fold = (x: bigint): Dim => ({ value: Number.isSafeInteger(Number(x)) ? Number(x) : x });
