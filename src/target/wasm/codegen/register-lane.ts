/** One lane of a vector that is held in registers. */
import type { Call, Var } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codegenCodes } from "../../codes.js";
import type { FunctionContext } from "./context.js";
import { registerOf } from "./register.js";

/** Pushes the lane named by the internal call made in lanes.ts. */
export function emitRegisterLane(cx: FunctionContext, e: Call): void {
  const v = e.args[0] as Var;
  const lane = e.args[1]!.kind === "tir.IntImm" ? Number(e.args[1].value) : 0;
  const home = cx.vectors.get(v);
  if (home?.kind !== "chunks")
    throw new DiagnosticError(codegenCodes.unboundVariable({ name: v.name, at: v.span }));
  cx.f.get(home.locals[Math.floor(lane / home.group)]!);
  extractLane(cx, registerOf(e.dtype), lane % home.group);
}

/** Replaces the vector on the stack by one of its lanes. */
export function extractLane(
  cx: FunctionContext,
  reg: "i32" | "i64" | "f32" | "f64",
  lane: number,
): void {
  const shape = reg.endsWith("32") ? `${reg}x4` : `${reg}x2`;
  cx.f.lane(`${shape as "i32x4" | "i64x2" | "f32x4" | "f64x2"}.extract_lane`, lane);
}
