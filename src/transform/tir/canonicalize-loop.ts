import { rewrite, substitute } from "../../ir/core/rewrite.js";
import { binary, intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import type { For } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { addIndex, mulIndex } from "./strides.js";

/**
 * Precondition: none. Result: every loop starts at 0 and steps by 1; its variable is replaced by
 * `min + new variable · step`. Sound because the values taken are the same, in the same order.
 */
export const canonicalizeLoop = definePass({
  name: "canonicalize-loop",
  dialect: "tir",
  summary: "Makes loops start at 0 and step by 1.",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) => (node.kind === "tir.For" ? canonical(node) : node)),
    ),
});

function canonical(loop: For): For {
  const startsAtZero = loop.min.kind === "tir.IntImm" && loop.min.value === 0;
  if (startsAtZero && loop.step === undefined) return loop;
  const type = loop.var.dtype;
  const v = makeVar(loop.var.name, type, loop.var.span);
  const one = loop.step === undefined || (loop.step.kind === "tir.IntImm" && loop.step.value === 1);
  const extent = one ? loop.extent : countOf(loop.extent, loop.step!);
  const value = addIndex(loop.min, one ? v : mulIndex(v, loop.step!));
  return {
    ...loop,
    var: v,
    min: intImm(0, type),
    extent,
    step: undefined,
    body: substitute(loop.body, new Map([[loop.var, value]])),
  };
}

/** `ceil(extent / step)` */
function countOf(extent: PrimExpr, step: PrimExpr): PrimExpr {
  if (extent.kind === "tir.IntImm" && step.kind === "tir.IntImm" && step.value > 0)
    return intImm(Math.ceil(Number(extent.value) / Number(step.value)), extent.dtype);
  return binary("ceildiv", extent, step);
}
