/** Axes of a tensor of known rank. */
import { typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";

/** The axis counted from the front. */
export function axisIn(site: Site, rank: number, axis: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail(
    typeCodes.axisRange({
      op: site.op.name,
      axis,
      rank,
      low: -rank,
      high: rank - 1,
      at: site.call.span,
    }),
  );
}

/** As {@link axisIn} for several, which must differ. */
export function axesIn(site: Site, rank: number, axes: readonly number[]): readonly number[] {
  const found = new Set<number>();
  return axes.map((axis) => {
    const a = axisIn(site, rank, axis);
    if (found.has(a)) fail(typeCodes.axisRepeated({ op: site.op.name, axis, at: site.call.span }));
    found.add(a);
    return a;
  });
}
