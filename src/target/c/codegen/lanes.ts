/** The scalar expression of one lane of a vector expression; the lane is an expression too. */
import {
  binary,
  call,
  compare,
  ifThenElse,
  intImm,
  load,
  type Call,
  type CallArg,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { lanewise } from "../../../ir/tir/lanewise.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { isFloat, laneOf } from "../../../support/dtype.js";
import { floatImm } from "../../../ir/tir/expr.js";
import { codes } from "../codes.js";

/** Name of the internal call that reads a lane of a variable. */
export const LANE = "c.lane";

/** `value` names what cannot be taken apart: it gives a variable that holds the vector. */
export function laneAt(e: PrimExpr, lane: PrimExpr, value: (e: PrimExpr) => PrimExpr): PrimExpr {
  if (e.dtype.scalable)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  if (e.dtype.lanes === 1) return e;
  const pick = (child: PrimExpr): PrimExpr => laneAt(child, lane, value);
  const type = laneOf(e.dtype);
  switch (e.kind) {
    case "tir.Ramp": {
      const k: PrimExpr =
        lane.kind === "tir.IntImm"
          ? intImm(lane.value, e.stride.dtype)
          : { kind: "tir.Cast", value: lane, dtype: e.stride.dtype };
      return { ...binary("add", e.base, binary("mul", e.stride, k)), dtype: type };
    }
    case "tir.Broadcast":
      return e.value.dtype.lanes === 1 ? e.value : call(LANE, [value(e), lane], type);
    case "tir.Var":
    case "tir.Shuffle":
    case "tir.Let":
      return call(LANE, [value(e), lane], type);
    case "tir.Load": {
      if (e.buffer.dtype.lanes > 1) return call(LANE, [value(e), lane], type);
      const element = load(e.buffer, e.indices.map(pick), e.span);
      if (e.predicate === undefined) return element;
      const zero = isFloat(type) ? floatImm(0, type) : intImm(0, type);
      return ifThenElse(pick(e.predicate), element, zero);
    }
    case "tir.Call":
      return laneOfCall(e, lane, pick, value);
    default: {
      const picked = lanewise(e, pick);
      if (picked !== undefined) return picked;
      throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
    }
  }
}

const isVector = (a: CallArg): a is PrimExpr =>
  a.kind !== "tir.Buffer" && a.kind !== "tir.BufferRegion" && a.kind !== "tir.AttrArg" && a.kind !== "tir.DTypeImm" && a.dtype.lanes > 1; // prettier-ignore

/** Calls whose lanes are not those of their operands. */
const CROSSING = new Set(["vectorlow", "vectorhigh", "vectorcombine", "reinterpret"]);

function laneOfCall(
  e: Call,
  lane: PrimExpr,
  pick: (e: PrimExpr) => PrimExpr,
  value: (e: PrimExpr) => PrimExpr,
): PrimExpr {
  const type = laneOf(e.dtype);
  const [first, second] = e.args.filter((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer"); // prettier-ignore
  if (e.op === "get_active_lane_mask") {
    const k: PrimExpr = { kind: "tir.Cast", value: lane, dtype: first!.dtype };
    return compare("lt", binary("add", first!, k), second!);
  }
  const same = e.args.every((a) => !isVector(a) || a.dtype.lanes === e.dtype.lanes);
  if (CROSSING.has(e.op) && !(e.op === "reinterpret" && same))
    return call(LANE, [value(e), lane], type);
  return call(e.op, e.args.map((a) => (isVector(a) ? pick(a) : a)), type, e.span, e.attrs); // prettier-ignore
}
