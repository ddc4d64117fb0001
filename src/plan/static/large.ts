/** Placement of very many buffers, in near-linear time: the best of several methods. */
import { orderBy, type Order } from "../../support/placement/first-fit.js";
import { peakOf, type Columns } from "./columns.js";
import { placeThroughTree } from "./interval-tree.js";
import { placeBySweep } from "./sweep-fit.js";
import { placeInWindows } from "./windows.js";

/** Number of buffers above which quadratic methods are left out. */
export const LARGE = 2000;

/** Orders in turn, until one meets the bound. */
const TREE_ORDERS: readonly Order[] = ["size", "life", "area"];

/** Offsets in bytes, the best found. */
export function placeLarge(columns: Columns): {
  readonly offset: ArrayLike<number>;
  readonly peak: number;
  readonly method: string;
} {
  const { unit } = columns.units;
  let best = { offset: new Float64Array(0), peak: Infinity, method: "" };
  const consider = (method: string, units: Float64Array | undefined): void => {
    if (units === undefined) return;
    const offset = units.map((y) => y * unit);
    const peak = peakOf(columns, offset);
    if (peak < best.peak) best = { offset, peak, method };
  };
  const bySize = orderBy("size", columns.shelf, columns.span);
  consider("first fit by size", placeThroughTree(columns.shelf, bySize));
  if (columns.fixed === undefined) consider("sweep", placeBySweep(columns.shelf, columns.buffers));
  if (
    best.peak > columns.lowerBound &&
    columns.fixed === undefined &&
    columns.units.align === undefined
  ) {
    consider("windows", placeInWindows(columns));
  }
  for (const kind of TREE_ORDERS.slice(1)) {
    if (best.peak <= columns.lowerBound) break;
    const order = orderBy(kind, columns.shelf, columns.span);
    consider(`first fit by ${kind}`, placeThroughTree(columns.shelf, order));
  }
  return best;
}
