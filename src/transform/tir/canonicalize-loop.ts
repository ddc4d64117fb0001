import { substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import { binary, intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { bind, seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";
import { addIndex, mulIndex } from "./strides.js";

/**
 * Precondition: none. Result: every loop starts at 0 and steps by 1; its variable is replaced by
 * `new variable · step + min`. A bound that is read from memory, or takes a choice or a division to compute, is bound to
 * a variable before the loop. Sound because the values taken are the same, in the same order.
 */
export const canonicalizeLoop = definePass({
  name: "canonicalize-loop",
  dialect: "tir",
  summary: "Makes loops start at 0 and step by 1.",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      rewriteBody(func, (s) => (s.kind === "tir.For" ? canonical(s) : s)),
    ),
});

function canonical(loop: For): Stmt {
  const startsAtZero = loop.min.kind === "tir.IntImm" && loop.min.value === 0;
  if (startsAtZero && loop.step === undefined) return loop;
  const before: Stmt[] = [];
  // The body may change the memory a bound is read from, and uses it wherever it uses the variable.
  const settled = (bound: PrimExpr, suffix: string): PrimExpr => {
    if (isSymbolic(bound) && isLinear(bound)) return bound;
    const v = makeVar(`${loop.var.name}_${suffix}`, bound.dtype, bound.span);
    before.push(bind(v, bound, loop.span));
    return v;
  };
  const min = settled(loop.min, "min");
  const step = loop.step && settled(loop.step, "step");
  const type = loop.var.dtype;
  const v = makeVar(loop.var.name, type, loop.var.span);
  const one = step === undefined || (step.kind === "tir.IntImm" && step.value === 1);
  const extent = one ? loop.extent : countOf(loop.extent, step);
  const value = addIndex(one ? v : mulIndex(v, step), min);
  const after: For = {
    ...loop,
    var: v,
    min: intImm(0, type),
    extent,
    step: undefined,
    body: substitute(loop.body, new Map([[loop.var, value]])),
  };
  return before.length === 0 ? after : seq([...before, after], loop.span);
}

/** Whether sums and products give it. */
function isLinear(e: PrimExpr): boolean {
  let found = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Select" || n.kind === "tir.IfThenElse") found = false;
      if (n.kind === "tir.Binary") found &&= n.op === "add" || n.op === "sub" || n.op === "mul";
      return found ? undefined : false;
    },
  });
  return found;
}

/** `ceil(extent / step)` */
function countOf(extent: PrimExpr, step: PrimExpr): PrimExpr {
  if (extent.kind === "tir.IntImm" && step.kind === "tir.IntImm" && step.value > 0)
    return intImm(Math.max(0, Math.ceil(Number(extent.value) / Number(step.value))), extent.dtype);
  return binary("ceildiv", extent, step);
}
