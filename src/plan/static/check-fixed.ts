/** Whether given offsets agree with each other. */
import type { Diagnostic } from "../../support/diagnostic.js";
import { codes } from "../codes.js";
import { checkPlacement } from "../validate.js";
import type { StaticBuffer } from "./problem.js";

/** What is wrong with the offsets that are given; nothing when they can stay. */
export function fixedConflict(buffers: readonly StaticBuffer[]): Diagnostic | undefined {
  const ranges = buffers.flatMap(({ fixed, ...b }) =>
    fixed === undefined ? [] : [{ ...b, offset: fixed }],
  );
  const [clash] = checkPlacement(ranges, Number.MAX_SAFE_INTEGER, 1);
  if (clash === undefined) return undefined;
  const [first, second] = clash.buffers;
  return codes.fixedOverlap({ first: first!, second: second ?? first! });
}
