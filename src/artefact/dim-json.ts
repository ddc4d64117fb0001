/** Sizes as JSON, and back, every operator, index and number checked. */
import { dimOps, type Dim } from "./executable.js";
import type { Int } from "../support/int.js";

/** For `JSON.stringify`: integers beyond 2^53 are written as `{"big":"…"}`. */
export const bigAsJson = (_: string, x: unknown): unknown =>
  typeof x === "bigint" ? { big: String(x) } : x;

const MOST_LEVELS = 256;

/** `symbols` is how many symbols are known where the size stands; `wrong` is called for what is not as written. */
export function dimOfJson(
  x: unknown,
  symbols: number,
  wrong: () => never,
  levels = MOST_LEVELS,
): Dim {
  if (levels === 0 || typeof x !== "object" || x === null) return wrong();
  const dim: Readonly<Record<string, unknown>> = { ...x };
  if ("value" in dim) return { value: intOf(dim["value"], wrong) };
  const { symbol, id } = dim;
  if (symbol !== undefined) {
    const isKnown = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < symbols;
    return typeof symbol === "string" && isKnown ? { symbol, id } : wrong();
  }
  const op = dimOps.find((o) => o === dim["op"]) ?? wrong();
  if (!Array.isArray(dim["args"])) return wrong();
  const args = dim["args"].map((a) => dimOfJson(a, symbols, wrong, levels - 1));
  const arity = op === "select" ? 3 : op === "not" ? 1 : 2;
  return args.length === arity ? { op, args } : wrong();
}

function intOf(x: unknown, wrong: () => never): Int {
  if (typeof x === "number") return Number.isSafeInteger(x) ? x : wrong();
  const digits: unknown = typeof x === "object" && x !== null && "big" in x ? x.big : undefined;
  return typeof digits === "string" && /^-?\d{1,20}$/.test(digits) ? BigInt(digits) : wrong();
}
