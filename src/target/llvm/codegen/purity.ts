/** Facts about expressions that code generation decides by. */
import { visit } from "../../../ir/core/visit.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { isFloat } from "../../../support/dtype.js";
import { elementaryNames } from "../../../support/numeric/transcendental.js";

/** Whether all bits of the value are known to be 0. */
export function isZero(e: PrimExpr): boolean {
  if (e.kind === "tir.Broadcast") return isZero(e.value);
  return e.kind === "tir.IntImm"
    ? Number(e.value) === 0
    : e.kind === "tir.FloatImm" && Object.is(e.value, 0);
}

/** Evaluation reads no memory, cannot stop, and costs little. */
export function isTotal(e: PrimExpr): boolean {
  let cost = 0;
  let total = true;
  visit(e, {
    enter(node) {
      if (!total) return false;
      cost++;
      switch (node.kind) {
        case "tir.Load":
        case "tir.Call":
        case "tir.CallGlobal":
        case "tir.Let":
          total = false;
          return false;
        case "tir.Binary":
          if (/div|mod/.test(node.op) && !isConstant(node.b)) total = false;
          return;
        default:
          return;
      }
    },
  });
  return total && cost <= 24;
}

/** Evaluation cannot stop, and reads memory only where that is allowed. */
export function isSafe(e: PrimExpr, mayLoad: boolean): boolean {
  let safe = true;
  visit(e, {
    enter(node) {
      if (!safe) return false;
      if (node.kind === "tir.CallGlobal") safe = false;
      if (node.kind === "tir.Load") safe &&= mayLoad && node.predicate === undefined;
      if (node.kind === "tir.Call") safe &&= elementaryNames.includes(node.op) || PURE.has(node.op);
      if (node.kind === "tir.Binary" && /div|mod/.test(node.op))
        safe &&= isFloat(node.dtype) || isConstant(node.b);
      return;
    },
  });
  return safe;
}

/** Whether evaluation under a mask of so many lanes does nothing wrong when no lane takes part. */
export function isHarmless(e: PrimExpr, lanes: number): boolean {
  let harmless = true;
  visit(e, {
    enter(node) {
      if (!harmless) return false;
      if (node.kind === "tir.CallGlobal") harmless = false;
      if (node.kind === "tir.Load") harmless &&= node.dtype.lanes === lanes;
      if (node.kind === "tir.Call")
        harmless &&= elementaryNames.includes(node.op) || PURE.has(node.op);
      if (node.kind === "tir.Binary" && /div|mod/.test(node.op) && node.dtype.lanes !== lanes)
        harmless &&= isFloat(node.dtype) || isConstant(node.b);
      return;
    },
  });
  return harmless;
}

/** Intrinsics that are a few instructions. */
const PURE = new Set([
  "sqrt", "floor", "ceil", "trunc", "round", "nearbyint", "rint", "fabs", "abs", "copysign", "fma", "isnan", "isinf",
  "isfinite", "popcount", "clz", "likely", "reinterpret", "q_multiply_shift",
]); // prettier-ignore

function isConstant(e: PrimExpr): boolean {
  if (e.kind === "tir.Broadcast") return isConstant(e.value);
  return e.kind === "tir.FloatImm" || (e.kind === "tir.IntImm" && e.value !== 0);
}
