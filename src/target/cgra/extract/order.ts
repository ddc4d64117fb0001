/** Which accesses of memory must keep their order, and from which iteration to which. */
import {
  addConst,
  addScaled,
  constValue,
  isConst,
  mul,
  neg,
  samePoly,
  sub,
  zero,
  type Poly,
} from "../../../arith/poly.js";
import type { Access, Context } from "./context.js";

export interface Order {
  readonly from: number;
  readonly to: number;
  readonly distance: number;
}

/** Pairs of accesses of which one stores, and that may meet. */
export function memoryOrder(cx: Context): readonly Order[] {
  const orders: Order[] = [];
  const { accesses } = cx;
  accesses.forEach((a, i) => {
    accesses.slice(i).forEach((b) => {
      if (a.buffer.data !== b.buffer.data) return;
      if (a.kind === "load" && b.kind === "load") return;
      // A node keeps its own order.
      if (a === b) return;
      if (maySame(cx, a, b)) orders.push({ from: a.node, to: b.node, distance: 0 });
      for (const [x, y] of [[a, b] as const, [b, a] as const]) {
        if (isOutermost(x, "last") || isOutermost(y, "first")) continue;
        const distance = nextMeeting(cx, x, y);
        if (distance !== undefined) orders.push({ from: x.node, to: y.node, distance });
      }
    });
  });
  return orders;
}

/** Whether the access matters in the first, or last, of all iterations alone: none precedes it, or follows. */
const isOutermost = ({ edge }: Access, which: "first" | "last"): boolean =>
  edge?.edge === which && edge.level === 0;

/** By how much the second lies behind the first in one iteration; undefined when that varies. */
function gapOf(a: Access, b: Access): Poly | undefined {
  if (a.form.parts.length > 0 || b.form.parts.length > 0) return undefined;
  if (!a.form.steps.every((s, k) => samePoly(s, b.form.steps[k]!))) return undefined;
  return sub(b.form.base, a.form.base);
}

/** Whether the two may touch the same bytes in one iteration. */
function maySame(cx: Context, a: Access, b: Access): boolean {
  const gap = gapOf(a, b);
  if (gap === undefined) return true;
  return !isApart(cx, gap, a, b);
}

/** Whether accesses so far apart never meet. */
const isApart = (cx: Context, gap: Poly, a: Access, b: Access): boolean =>
  cx.analyzer.isNonNegative(addConst(gap, -a.bytes)) ||
  cx.analyzer.isNonNegative(addConst(neg(gap), -b.bytes));

/** After how many iterations the second may first touch what the first did; undefined: never. */
function nextMeeting(cx: Context, a: Access, b: Access): number | undefined {
  const { steps } = a.form;
  const gap = gapOf(a, b);
  if (gap === undefined) return 1;
  const depth = steps.length;
  let distance: number | undefined;
  // Inner loops differ freely, the loop at `level` by at least one: what they can add is bounded.
  for (let level = depth - 1; level >= 0; level--) {
    const step = steps[level]!;
    let reach: Poly | undefined = zero;
    for (let k = level + 1; k < depth && reach !== undefined; k++) {
      const size = absolute(cx, steps[k]!);
      const part = size && mul(size, addConst(cx.extent(k), -1));
      reach = part && addScaled(reach, part, 1);
    }
    const size = absolute(cx, step);
    if (reach === undefined || size === undefined) return 1;
    if (cx.extent(level).key === addConst(zero, 1).key) continue;
    // Where inner loops touch nothing twice, the same bytes come again in the same iteration of each.
    const isSame = [step, gap].every((p) => isConst(p) && p.constant === 0);
    if (isSame && distance === undefined && a.bytes === b.bytes)
      return leastIterations(cx, level + 1);
    if (isConst(reach) && reach.constant === 0 && isConst(gap) && isConst(step)) {
      // Only this loop counts: the step must bridge the gap.
      const bridged = exactMeeting(Number(step.constant), Number(gap.constant), a.bytes, b.bytes);
      if (bridged === undefined) continue;
      const extent = constValue(cx.extent(level));
      if (extent !== undefined && bridged >= Number(extent)) continue;
      if (level === depth - 1) distance = bridged;
      else return 1;
      continue;
    }
    // |step| > reach + |gap| + bytes: one step further nothing meets.
    const wide = absolute(cx, gap);
    if (wide === undefined) return 1;
    const room = sub(sub(size, addConst(reach, Math.max(a.bytes, b.bytes))), wide);
    if (!cx.analyzer.isNonNegative(room)) return distance === undefined ? 1 : Math.min(1, distance);
  }
  return distance;
}

/** How many iterations the loops from a level on have at least, where they have any. */
function leastIterations(cx: Context, from: number): number {
  let count = 1;
  for (let level = from; level < cx.nest.loops.length; level++)
    count *= Number(constValue(cx.extent(level)) ?? 1);
  return Math.max(1, count);
}

/** The least d ≥ 1 with `step · d + gap` so small that the accesses overlap. */
function exactMeeting(
  step: number,
  gap: number,
  first: number,
  second: number,
): number | undefined {
  const meets = (d: number): boolean => {
    const at = step * d + gap;
    return at < first && -at < second;
  };
  if (step === 0) return meets(1) ? 1 : undefined;
  const near = Math.max(1, Math.floor(-gap / step) - 4);
  for (let d = near; d <= near + 8; d++) if (meets(d)) return d;
  return undefined;
}

function absolute(cx: Context, p: Poly): Poly | undefined {
  if (cx.analyzer.isNonNegative(p)) return p;
  return cx.analyzer.isNonNegative(neg(p)) ? neg(p) : undefined;
}
