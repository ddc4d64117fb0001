/** Words that are taken as several numbers, for hosts whose registers do not hold so short vectors. */
import { rewrite } from "../../../ir/core/rewrite.js";
import type { Node } from "../../../ir/nodes.js";
import { binary, call, cast, intImm, load, shuffle, type Call, type PrimExpr } from "../../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../../ir/tir/function.js";
import { int32, laneOf, uint8 } from "../../../support/dtype.js";

/** The function with such words taken apart and put together by shifts; the same object when there are none. */
export const reinterpretLanes = (func: PrimFunc): PrimFunc =>
  rewrite(func, (n: Node): Node =>
    n.kind === "tir.Call" && n.op === "reinterpret" ? (byShifts(n) ?? n) : n,
  );

function byShifts(e: Call): PrimExpr | undefined {
  const x = e.args.at(-1) as PrimExpr;
  if (x.dtype.lanes === 4 && x.dtype.bits === 8 && e.dtype === int32) {
    const bytes = [0, 1, 2, 3].map((k) => cast(cast(laneAt(x, k), uint8), int32));
    return bytes
      .map((b, k) => (k === 0 ? b : call("shift_left", [b, intImm(8 * k)], int32)))
      .reduce<PrimExpr>((a, b) => (a === b ? a : binary("add", a, b)), intImm(0));
  }
  const type = laneOf(e.dtype);
  if (e.dtype.lanes === 4 && type.bits === 8 && x.dtype === int32) {
    const parts = [0, 1, 2, 3].map((k) => cast(call("shift_right", [x, intImm(8 * k)], int32), type)); // prettier-ignore
    return shuffle(parts, [0, 1, 2, 3].map((k) => intImm(k))); // prettier-ignore
  }
  return undefined;
}

/** One lane of a vector. */
function laneAt(e: PrimExpr, lane: number): PrimExpr {
  if (e.kind === "tir.Load" && e.predicate === undefined) {
    const at = e.indices.map((i) =>
      i.kind === "tir.Ramp"
        ? binary("add", i.base, binary("mul", i.stride, intImm(lane, i.stride.dtype)))
        : i,
    );
    return load(e.buffer, at, e.span);
  }
  return shuffle([e], [intImm(lane)]);
}
