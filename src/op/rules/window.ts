/** Windows sliding over spatial dimensions. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { compare, ifThenElse } from "../../ir/tir/expr.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";
import { intsOf, wrongAttr } from "./attribute.js";
import { constOf, dim, raw } from "./dims.js";

export interface Padding {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** One value for all sides, one per dimension, or those before and then those after. */
export function paddingOf(site: Site, rank: number): Padding {
  const given = intsOf(site, "padding");
  if (given.length === 1)
    return { before: Array(rank).fill(given[0]!), after: Array(rank).fill(given[0]!) };
  if (given.length === rank) return { before: given, after: given };
  if (given.length === 2 * rank) return { before: given.slice(0, rank), after: given.slice(rank) };
  return wrongAttr(site, "padding", `1, ${rank} or ${2 * rank} integers`, [...given]);
}

export interface Window {
  readonly length: PrimExpr;
  readonly kernel: PrimExpr;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Rounds the count up; a last window that would start in the padding behind is dropped. */
  readonly ceil?: boolean;
}

/** Number of windows. */
export function windowCount(site: Site, w: Window): PrimExpr {
  const { ctx } = site;
  if (w.stride < 1) wrongAttr(site, "strides", "positive integers", w.stride);
  if (w.dilation < 1) wrongAttr(site, "dilation", "positive integers", w.dilation);
  const padded = raw("add", w.length, dim(w.before + w.after));
  const reach = raw("mul", dim(w.dilation), raw("sub", w.kernel, dim(1)));
  const room = raw("sub", raw("sub", padded, reach), dim(1));
  const known = constOf(room);
  if (known !== undefined && known < 0) {
    const reason = `a window of ${dimText(raw("add", reach, dim(1)))} does not fit into ${dimText(padded)}`;
    fail(shapeCodes.windowSize({ op: site.op.name, reason, at: site.call.span }));
  }
  const numerator = w.ceil ? raw("add", room, dim(w.stride - 1)) : room;
  const count = raw("add", raw("floordiv", numerator, dim(w.stride)), dim(1));
  if (!w.ceil) return ctx.simplify(count);
  const start = raw("mul", raw("sub", count, dim(1)), dim(w.stride));
  const end = raw("add", w.length, dim(w.before));
  const [s, e, c] = [constOf(start), constOf(end), constOf(count)];
  if (s !== undefined && e !== undefined && c !== undefined)
    return s >= e ? raw("sub", count, dim(1)) : count;
  return ctx.simplify(ifThenElse(compare("ge", start, end), raw("sub", count, dim(1)), count));
}
