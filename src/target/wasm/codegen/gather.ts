/** Vectors of elements that do not lie side by side. */
import type { Load, PrimExpr } from "../../../ir/tir/expr.js";
import { placeOf } from "./address.js";
import type { FunctionContext } from "./context.js";
import { laneAt } from "./lanes.js";
import type { Group } from "./vector-plan.js";

/** Loads lanes that lie apart; every other element by two loads and a shuffle. */
export function emitGather(cx: FunctionContext, e: Load, chunk: number, group: Group): void {
  const { f } = cx;
  const first = chunk * group;
  const at = (lane: number): readonly PrimExpr[] =>
    e.indices.map((i) => laneAt(cx, i, first + lane));
  const place = placeOf(cx, e.buffer, at(0));
  const last = e.indices[e.indices.length - 1]!;
  const isEverySecond =
    group === 4 &&
    last.kind === "tir.Ramp" &&
    last.stride.kind === "tir.IntImm" &&
    last.stride.value === 2 &&
    e.buffer.strides.length === 0 &&
    e.indices.slice(0, -1).every((i) => i.dtype.lanes === 1);
  if (isEverySecond) {
    f.get(place.local);
    f.memory("v128.load", place.offset, 2);
    f.get(place.local);
    // Ends with the last lane, so that nothing behind it is read.
    f.memory("v128.load", place.offset + 12, 2);
    return f.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31]);
  }
  const bits = group === 4 ? 32 : 64;
  f.get(place.local);
  f.memory(`v128.load${bits}_zero`, place.offset);
  const v = f.local("v128");
  f.set(v);
  for (let lane = 1; lane < group; lane++) {
    const next = placeOf(cx, e.buffer, at(lane));
    f.get(next.local);
    f.get(v);
    f.laneMemory(`v128.load${bits}_lane`, lane, next.offset);
    f.set(v);
  }
  f.get(v);
}
