/** The scalar expression of one lane of a vector expression. */
import {
  binary,
  call,
  ifThenElse,
  intImm,
  letIn,
  load,
  makeVar,
  type Call,
  type CallArg,
  type PrimExpr,
  type Shuffle,
  type Var,
} from "../../../ir/tir/expr.js";
import { lanewise } from "../../../ir/tir/lanewise.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { laneOf } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import type { FunctionContext } from "./context.js";
import { zeroOf } from "./element.js";

/** Name of the internal call that reads a lane of a vector held in registers. */
export const LANE_OF_REGISTER = "wasm.lane";

export function laneAt(cx: FunctionContext, e: PrimExpr, lane: number): PrimExpr {
  if (e.dtype.scalable)
    throw new DiagnosticError(codes.scalableVector({ type: e.dtype.name, at: e.span }));
  if (e.dtype.lanes === 1) return e;
  const pick = (child: PrimExpr): PrimExpr => laneAt(cx, child, lane);
  const type = laneOf(e.dtype);
  switch (e.kind) {
    case "tir.Ramp":
      return binary("add", e.base, binary("mul", e.stride, intImm(lane, e.stride.dtype)), e.span);
    case "tir.Broadcast":
      return e.value;
    case "tir.Var":
      return laneOfVariable(cx, e, lane);
    case "tir.Load": {
      if (cx.vectors.has(e.buffer.data))
        return call(LANE_OF_REGISTER, [e.buffer.data, intImm(lane)], type);
      const at = e.indices.map(pick);
      const element = load(e.buffer, at, e.span);
      return e.predicate === undefined
        ? element
        : ifThenElse(pick(e.predicate), element, zeroOf(type));
    }
    case "tir.Shuffle":
      return shuffled(cx, e, lane);
    case "tir.Let":
      if (e.var.dtype.lanes === 1) return { ...e, body: pick(e.body), dtype: type };
      return letOfLanes(cx, e.var, e.value, () => pick(e.body));
    case "tir.Call":
      return laneOfCall(cx, e, lane);
    default: {
      const picked = lanewise(e, pick);
      if (picked !== undefined) return picked;
      throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
    }
  }
}

function laneOfVariable(cx: FunctionContext, v: Var, lane: number): PrimExpr {
  const home = cx.vectors.get(v);
  if (home === undefined)
    throw new DiagnosticError(codegenCodes.unboundVariable({ name: v.name, at: v.span }));
  if (home.kind === "lanes") return home.vars[lane]!;
  return call(LANE_OF_REGISTER, [v, intImm(lane)], laneOf(v.dtype));
}

function letOfLanes(cx: FunctionContext, v: Var, value: PrimExpr, body: () => PrimExpr): PrimExpr {
  const vars = Array.from({ length: v.dtype.lanes }, (_, k) =>
    makeVar(`${v.name}.${k}`, laneOf(v.dtype)),
  );
  cx.vectors.set(v, { kind: "lanes", vars });
  const values = vars.map((_, k) => laneAt(cx, value, k));
  return vars.reduceRight((inner, one, k) => letIn(one, values[k]!, inner), body());
}

function shuffled(cx: FunctionContext, e: Shuffle, lane: number): PrimExpr {
  const index = e.indices[lane];
  if (index?.kind !== "tir.IntImm")
    throw new DiagnosticError(
      codegenCodes.operand({
        index: lane + 1,
        name: "Shuffle",
        expected: "a constant lane number",
        at: e.span,
      }),
    );
  let rest = Number(index.value);
  for (const vector of e.vectors) {
    if (rest < vector.dtype.lanes) return laneAt(cx, vector, rest);
    rest -= vector.dtype.lanes;
  }
  throw new DiagnosticError(
    codegenCodes.operand({
      index: lane + 1,
      name: "Shuffle",
      expected: "a lane number of the vectors",
      at: e.span,
    }),
  );
}

function laneOfCall(cx: FunctionContext, e: Call, lane: number): PrimExpr {
  const vectors = e.args.filter((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer");
  switch (e.op) {
    case "vectorlow":
      return laneAt(cx, vectors[0]!, lane);
    case "vectorhigh":
      return laneAt(cx, vectors[0]!, lane + e.dtype.lanes);
    case "vectorcombine": {
      const low = vectors[0]!;
      return lane < low.dtype.lanes
        ? laneAt(cx, low, lane)
        : laneAt(cx, vectors[1]!, lane - low.dtype.lanes);
    }
    case "get_active_lane_mask":
      return {
        kind: "tir.Compare",
        op: "lt",
        a: binary("add", vectors[0]!, intImm(lane, vectors[0]!.dtype)),
        b: vectors[1]!,
        dtype: laneOf(e.dtype),
        span: e.span,
      };
    default: {
      const args = e.args.map((a): CallArg => {
        const isExpr = "dtype" in a && a.kind !== "tir.Buffer";
        return isExpr && a.dtype.lanes === e.dtype.lanes ? laneAt(cx, a, lane) : a;
      });
      return call(e.op, args, laneOf(e.dtype), e.span, e.attrs);
    }
  }
}
