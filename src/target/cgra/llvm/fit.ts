/** Device code has registers of 32 bits: wider integers of a kernel are shown to fit them, as on fabrics of ours. */
import { exprText } from "../../../arith/index.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { Diagnostics } from "../../../support/diagnostic.js";
import { codes } from "../codes.js";
import { extractKernel } from "../extract/extract.js";
import { defaultPlaces } from "../extract/default-places.js";
import { refuse } from "../extract/refuse.js";
import type { Fabric } from "../fabric/fabric.js";

/**
 * Conditions on sizes under which a kernel may be launched. Refuses one whose integers may not fit. What else keeps a
 * kernel from fabrics of ours is no obstacle for compilers of other devices.
 */
export function launchConditions(func: PrimFunc, fabric: Fabric): readonly string[] {
  const sink = new Diagnostics();
  const kernel = extractKernel(func, fabric, defaultPlaces(func, fabric), sink);
  const wide = sink.all.find(({ code }) => code === codes.wideInteger.info.code);
  if (wide !== undefined) refuse(wide);
  return (kernel?.conditions ?? []).filter((c) => !isOfParameter(c)).map(exprText);
}

/** Whether a condition says no more than that a number passes as a parameter of 32 bits. */
const isOfParameter = (c: PrimExpr): boolean =>
  c.kind === "tir.Compare" &&
  c.a.kind === "tir.Var" &&
  c.b.kind === "tir.IntImm" &&
  [-0x80000000, 0x7fffffff].includes(Number(c.b.value));
