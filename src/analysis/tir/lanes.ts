/** Vector indices as base and stride. */
import { binary, intImm, type PrimExpr } from "../../ir/tir/expr.js";

export interface Lanes {
  readonly base: PrimExpr;
  readonly stride: PrimExpr;
  readonly count: number;
}

/** Lane `l` of the index is `base + l * stride`; undefined when it has no such form, or its length is not known. */
export function lanesOf(e: PrimExpr): Lanes | undefined {
  const { lanes, scalable } = e.dtype;
  if (scalable) return undefined;
  if (lanes === 1) return { base: e, stride: intImm(0, e.dtype), count: 1 };
  switch (e.kind) {
    case "tir.Ramp":
      return { base: e.base, stride: e.stride, count: lanes };
    case "tir.Broadcast":
      return { base: e.value, stride: intImm(0, e.value.dtype), count: lanes };
    case "tir.Binary": {
      const a = lanesOf(e.a);
      const b = lanesOf(e.b);
      if (!a || !b) return undefined;
      if (e.op === "add" || e.op === "sub") {
        return {
          base: binary(e.op, a.base, b.base),
          stride: binary(e.op, a.stride, b.stride),
          count: lanes,
        };
      }
      const isSplat = (x: Lanes): boolean => x.stride.kind === "tir.IntImm" && x.stride.value === 0;
      if (e.op !== "mul" || (!isSplat(a) && !isSplat(b))) return undefined;
      const [vector, factor] = isSplat(b) ? [a, b] : [b, a];
      return {
        base: binary("mul", vector.base, factor.base),
        stride: binary("mul", vector.stride, factor.base),
        count: lanes,
      };
    }
    default:
      return undefined;
  }
}
