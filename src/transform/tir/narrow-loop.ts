import { varsOf } from "../../ir/core/free-vars.js";
import { binary, intImm, logic, type PrimExpr } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import type { For, Stmt } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { conjuncts } from "./hoist-if-then-else.js";
import { isSymbolic } from "./bounded-walk.js";

/**
 * Precondition: level `loop`. Result: a serial loop whose body runs only while its variable, with a fixed number added,
 * is below a limit ends at the limit. Sound because the condition, once false, stays false until the loop ends.
 */
export const narrowLoop = definePass({
  name: "narrow-loop",
  dialect: "tir",
  summary: "Ends loops where the condition around their body stops to hold.",
  from: "loop",
  requires: ["convert-blocks"],
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      rewriteBody(func, (s) => (s.kind === "tir.For" ? ending(s) : s)),
    ),
});

function ending(loop: For): For {
  const { body, loopKind, min, step } = loop;
  if (loopKind !== "serial" && loopKind !== "parallel") return loop;
  if (body.kind !== "tir.If" || body.otherwise !== undefined || step !== undefined) return loop;
  if (min.kind !== "tir.IntImm" || min.value !== 0) return loop;
  let extent = loop.extent;
  const kept: PrimExpr[] = [];
  for (const part of conjuncts(body.cond)) {
    const limit = limitOf(part, loop);
    if (limit === undefined) kept.push(part);
    else extent = binary("min", extent, limit);
  }
  if (extent === loop.extent) return loop;
  const zero = intImm(0, extent.dtype);
  const inner: Stmt =
    kept.length === 0 ? body.then : { ...body, cond: kept.reduce((a, b) => logic("and", a, b)) };
  return { ...loop, extent: binary("max", extent, zero), body: inner };
}

/** `limit` where the condition is `loop.var < limit`, with what the loop does not change moved to the right. */
function limitOf(e: PrimExpr, { var: v }: For): PrimExpr | undefined {
  if (e.kind !== "tir.Compare" || e.op !== "lt" || e.dtype.lanes !== 1) return undefined;
  if (e.a.dtype !== v.dtype || !isSymbolic(e) || varsOf(e.b).includes(v)) return undefined;
  const rest = without(e.a);
  return rest === undefined ? undefined : rest === 0 ? e.b : binary("sub", e.b, rest);

  /** The other terms of a sum that holds the variable once; 0 when there are none. */
  function without(sum: PrimExpr): PrimExpr | 0 | undefined {
    if (sum === v) return 0;
    if (sum.kind !== "tir.Binary" || sum.op !== "add") return undefined;
    const [inA, inB] = [sum.a, sum.b].map((x) => varsOf(x).includes(v));
    if (inA === inB) return undefined;
    const [own, other] = inA ? [sum.a, sum.b] : [sum.b, sum.a];
    const rest = without(own);
    return rest === undefined ? undefined : rest === 0 ? other : binary("add", rest, other);
  }
}
