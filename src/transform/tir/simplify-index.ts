import type { Analyzer } from "../../arith/index.js";
import { visit } from "../../ir/core/visit.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic, walkWithBounds } from "./bounded-walk.js";

/**
 * Precondition: none. Result: indices with quotients and remainders are in their shortest form; nothing else changed.
 * Sound because indices do not overflow. Changed layouts leave such indices, `(i * 16 + j) // 16`, which hide from
 * later passes that neighbours in a loop are neighbours in memory.
 */
export const simplifyIndex = definePass({
  name: "simplify-index",
  dialect: "tir",
  summary: "Simplifies indices that have quotients and remainders.",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      divides(func) ? walkWithBounds(func, loadIndices, shortest) : func,
    ),
});

function divides(node: PrimFunc | PrimExpr): boolean {
  let found = false;
  visit(node, {
    enter(n) {
      if (n.kind === "tir.Binary" && (n.op === "floordiv" || n.op === "floormod")) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}

function loadIndices(e: PrimExpr, analyzer: Analyzer): PrimExpr {
  if (e.kind !== "tir.Load") return e;
  const indices = e.indices.map((i) => shortest(i, analyzer));
  return indices.every((i, k) => i === e.indices[k]) ? e : { ...e, indices };
}

function shortest(e: PrimExpr, analyzer: Analyzer): PrimExpr {
  if (e.dtype.lanes !== 1 || !divides(e) || !isSymbolic(e)) return e;
  const after = analyzer.simplify(e);
  return after.dtype === e.dtype ? after : e;
}
