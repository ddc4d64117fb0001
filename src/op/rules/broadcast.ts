/** Broadcasting of shapes. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes } from "../codes.js";
import { dimText, dimsText } from "../describe.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";
import { constOf, isOne, sameDim } from "./dims.js";

/**
 * Lengths of the result, aligned at the right. Equal lengths are kept and 1 stretches; two unequal constants are an
 * error; undefined when a pair cannot be decided.
 */
export function broadcastDims(
  site: Site,
  a: readonly PrimExpr[],
  b: readonly PrimExpr[],
): readonly PrimExpr[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: PrimExpr[] = [];
  let decided = true;
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i];
    const y = b[b.length - i];
    if (x === undefined || y === undefined) dims.push((x ?? y)!);
    else if (isOne(x)) dims.push(y);
    else if (isOne(y)) dims.push(x);
    else if (sameDim(site.ctx, x, y) === true) dims.push(x);
    else if (constOf(x) !== undefined && constOf(y) !== undefined) conflict(site, a, b, x, y);
    else decided = false;
  }
  return decided ? dims.reverse() : undefined;
}

function conflict(
  site: Site,
  a: readonly PrimExpr[],
  b: readonly PrimExpr[],
  x: PrimExpr,
  y: PrimExpr,
): never {
  const [first, second] = site.call.args;
  fail(
    shapeCodes.broadcast({
      op: site.op.name,
      a: dimsText(a),
      b: dimsText(b),
      x: dimText(x),
      y: dimText(y),
      at: site.call.span,
      labels: [
        ...(first?.span ? [{ span: first.span, message: dimsText(a) }] : []),
        ...(second?.span ? [{ span: second.span, message: dimsText(b) }] : []),
      ],
    }),
  );
}
