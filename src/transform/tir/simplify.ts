import type { Analyzer } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { substitute } from "../../ir/core/rewrite.js";
import { boolImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { mapStatements } from "../../ir/tir/statements.js";
import { seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isExpr, isSymbolic, walkWithBounds } from "./bounded-walk.js";
import { mayJump, onlyIteration } from "./only-iteration.js";

/**
 * Precondition: none. Result: indices are in normal form, conditions over symbols and loops that are proved are
 * decided, loops that run once are replaced by their bodies. Sound because indices do not overflow and proofs are exact.
 */
export const simplify = definePass({
  name: "simplify",
  dialect: "tir",
  summary: "Simplifies indices, decides conditions, drops loops that run once.",
  options: {},
  run: (module) => mapPrimFuncs(module, simplifyFunc),
});

/** Each round may open the next: a loop that is gone makes indices constant. */
const MOST_ROUNDS = 8;

/** The pass on one function. */
export function simplifyFunc(func: PrimFunc): PrimFunc {
  let current = func;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const walked = walkWithBounds(unitLoops(current), reduced, simplified);
    const after = unitLoops(walked);
    if (after === current || structuralEqual(after, current)) return current;
    // Statements that stay where they are leave nothing to do.
    if (after === walked) return after;
    current = after;
  }
  return current;
}

function reduced(e: PrimExpr, analyzer: Analyzer): PrimExpr {
  if (e.kind === "tir.Load") {
    const indices = e.indices.map((i) => simplified(i, analyzer));
    return indices.every((i, k) => i === e.indices[k]) ? e : { ...e, indices };
  }
  if (
    (e.kind === "tir.Compare" || e.kind === "tir.Logic") &&
    e.dtype.lanes === 1 &&
    isSymbolic(e)
  ) {
    const truth = analyzer.prove(e);
    if (truth !== undefined) return boolImm(truth, e.span);
    // Of two conditions one may be decided.
    const [a, b] = e.kind === "tir.Logic" ? [e.a, e.b] : [e, e];
    return a.kind === "tir.IntImm" ? b : b.kind === "tir.IntImm" ? a : e;
  }
  if (e.kind === "tir.Select" || e.kind === "tir.IfThenElse") {
    if (e.cond.kind !== "tir.IntImm" || e.cond.dtype.lanes !== 1) return e;
    return e.cond.value !== 0 ? e.then : e.otherwise;
  }
  return e;
}

function simplified(e: PrimExpr, analyzer: Analyzer): PrimExpr {
  if (e.dtype.lanes !== 1 || !isExpr(e) || !isSymbolic(e)) return e;
  const after = analyzer.simplify(e);
  return after.dtype === e.dtype ? after : e;
}

/** Loops of extent 1 leave their body, decided conditions their branch. */
function unitLoops(func: PrimFunc): PrimFunc {
  const walk = (s: Stmt): Stmt => {
    if (s.kind === "tir.For" && isUnit(s)) return walk(onlyIterations(s));
    if (s.kind === "tir.If" && s.cond.kind === "tir.IntImm")
      return s.cond.value !== 0
        ? walk(s.then)
        : s.otherwise === undefined
          ? seq([])
          : walk(s.otherwise);
    const after = mapStatements(s, walk);
    return after.kind === "tir.Seq" && after !== s ? seq(after.body, after.span) : after;
  };
  const body = walk(func.body);
  return body === func.body ? func : { ...func, body };
}

/** The first body of a nest that does not run once; the others are left out together. */
function onlyIterations(loop: For): Stmt {
  const values = new Map<Var, PrimExpr>();
  let body: Stmt = loop;
  for (
    ;
    body.kind === "tir.For" && isUnit(body) && body.min.kind === "tir.IntImm";
    body = body.body
  )
    values.set(body.var, body.min);
  return values.size === 0 ? onlyIteration(loop) : substitute(body, values);
}

/** Only loops whose body cannot leave them early. */
const isUnit = (s: Extract<Stmt, { kind: "tir.For" }>): boolean =>
  s.extent.kind === "tir.IntImm" && s.extent.value === 1 && !mayJump(s.body);
