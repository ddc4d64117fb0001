/** Values of symbols at which symbolic plans are made and tested. */
import { randomFrom } from "../../support/placement/restarts.js";
import type { SizeSymbol } from "../model.js";

/** Values of all symbols, in their order. */
export type Shape = readonly number[];

/** The largest value tried of a symbol without an upper end, above its lower end. */
const REACH = 1024;
/** Corners are taken of so many symbols at most. */
const CORNERS = 4;
const SAMPLES = 60;

/** Distinct shapes: large ones first, then powers of two, corners of the box, and samples even by logarithm. */
export function referenceShapes(symbols: readonly SizeSymbol[]): Shape[] {
  const low = symbols.map(({ lower = 0 }) => Math.max(lower, 1));
  const high = symbols.map(({ upper }, i) => Math.max(low[i]!, upper ?? low[i]! + REACH));
  const shapes: Shape[] = [];
  for (let k = 10; k >= 0; k--) {
    shapes.push(low.map((l, i) => Math.min(high[i]!, Math.max(l, 2 ** k))));
  }
  if (symbols.length <= CORNERS) {
    for (let c = 2 ** symbols.length - 1; c >= 0; c--) {
      shapes.push(low.map((l, i) => ((c >> i) & 1 ? high[i]! : l)));
    }
  }
  const random = randomFrom(0x2545f491);
  for (let k = 0; k < SAMPLES; k++) {
    shapes.push(low.map((l, i) => Math.floor(l * ((high[i]! + 1) / l) ** random())));
  }
  const seen = new Set<string>();
  return shapes.filter((shape) => {
    const key = shape.join();
    return !seen.has(key) && seen.add(key);
  });
}
