/** One lane of a vector expression, as a scalar expression. */
import { ifThenElse, intImm, load, type PrimExpr } from "../../ir/tir/expr.js";
import { isFloat, laneOf, type DType } from "../../support/dtype.js";
import { floatImm } from "../../ir/tir/expr.js";
import { lanewise } from "../../ir/tir/lanewise.js";
import { addIndex, mulIndex } from "./strides.js";

const zeroOf = (type: DType): PrimExpr => (isFloat(type) ? floatImm(0, type) : intImm(0, type));

/** The lane; undefined for vectors that are held in variables or made by calls. */
export function laneOfExpr(e: PrimExpr, lane: number): PrimExpr | undefined {
  if (e.dtype.scalable) return undefined;
  if (e.dtype.lanes === 1) return e;
  const type = laneOf(e.dtype);
  const pick = (x: PrimExpr): PrimExpr | undefined => laneOfExpr(x, lane);
  switch (e.kind) {
    case "tir.Ramp":
      return addIndex(e.base, mulIndex(e.stride, intImm(lane, e.stride.dtype)));
    case "tir.Broadcast":
      return e.value;
    case "tir.Load": {
      const at = e.indices.map(pick);
      if (at.some((i) => i === undefined) || e.buffer.dtype.lanes !== 1) return undefined;
      const element = load(e.buffer, at as PrimExpr[], e.span);
      if (e.predicate === undefined) return element;
      const on = pick(e.predicate);
      return on && ifThenElse(on, element, zeroOf(type), e.span);
    }
    default:
      return lanewise(e, pick);
  }
}
