/** How large the random values of a parameter are, so that values keep their size through many layers. */
import type { Func } from "../ir/relax/expr.js";
import type { AttrValue } from "../ir/core/node.js";

/** Standard normal times `scale`, or uniform. */
export type Spread =
  | { readonly kind: "normal"; readonly scale: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number };

/** Attribute: how many parameters are inputs; the others are weights. */
export const NUM_INPUT = "num_input";
/** Attribute: ranges of random weights. */
export const RANDOM = "relaxc.random";
const STANDARD: Spread = { kind: "normal", scale: 1 };

/**
 * Weights are the parameters after the first `num_input` ones: of two axes and more they are scaled by √(2 / n) for n
 * values that enter an output (He et al. 2015, arXiv 1502.01852; outputs are the first axis), vectors by 0.1. The
 * attribute `relaxc.random` gives uniform ranges by the end of a name: `{"_var": [0.5, 1.5]}`.
 */
export function spreadOf(entry: Func, name: string, shape: readonly number[]): Spread {
  const inputs = numberOf(entry.attrs.get(NUM_INPUT));
  const index = entry.params.findIndex((p) => p.name === name.split(".")[0]);
  const range = rangeFor(entry.attrs.get(RANDOM), name);
  if (range !== undefined) return range;
  if (inputs === undefined || index < inputs) return STANDARD;
  if (shape.length < 2) return { kind: "normal", scale: 0.1 };
  const entering = shape.slice(1).reduce((a, b) => a * b, 1);
  return { kind: "normal", scale: Math.sqrt(2 / Math.max(1, entering)) };
}

function rangeFor(table: AttrValue | undefined, name: string): Spread | undefined {
  if (!(table instanceof Map)) return undefined;
  for (const [end, range] of table as ReadonlyMap<string, AttrValue>) {
    if (!name.endsWith(end) || !Array.isArray(range)) continue;
    const [low, high] = range.map((v: AttrValue) => numberOf(v));
    if (low !== undefined && high !== undefined) return { kind: "uniform", low, high };
  }
  return undefined;
}

/** A number of an attribute, written as integer or float. */
function numberOf(value: AttrValue | undefined): number | undefined {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  const node = value as { readonly kind?: string; readonly value?: unknown } | undefined | null;
  return node?.kind === "tir.IntImm" || node?.kind === "tir.FloatImm"
    ? Number(node.value)
    : undefined;
}
