/** Loops as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { For, Stmt } from "../../../ir/tir/stmt.js";
import { visit } from "../../../ir/core/visit.js";
import { sumOf } from "../../../arith/index.js";
import { raiseAttrs } from "../attributes.js";
import { callExpr, forStmt, nameExpr, path, strExpr, tupleExpr } from "../build.js";
import type { RaiseContext } from "../context.js";
import { raisePrimExpr } from "./expression.js";
import { raiseBody } from "./suite.js";

const KINDS: Readonly<Record<For["loopKind"], string>> = {
  serial: "serial",
  parallel: "parallel",
  vectorized: "vectorized",
  unrolled: "unroll",
  thread_binding: "thread_binding",
};

/** A maximal perfect nest of plain loops from zero prints as one grid. */
export function raiseLoops(ctx: RaiseContext, first: For): A.Stmt {
  const nest = ctx.options.sugar === false ? [first] : gridOf(first);
  const last = nest[nest.length - 1]!;
  if (nest.length < 2) return raiseLoop(ctx, first);
  const extents = nest.map((loop) => raisePrimExpr(ctx, loop.extent));
  ctx.names.push();
  const names = nest.map((loop) => nameLoop(ctx, loop));
  const body = raiseBody(ctx, last.body);
  ctx.names.pop();
  return forStmt(tupleExpr(names, false), callExpr(path(ctx.T, "grid"), extents), body);
}

function nameLoop(ctx: RaiseContext, loop: For): A.Name {
  ctx.loops.set(loop.var, loop);
  return nameExpr(ctx.names.give(loop.var, loop.var.name));
}

const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;

const isPlain = (s: Stmt): s is For =>
  s.kind === "tir.For" &&
  s.loopKind === "serial" &&
  s.step === undefined &&
  s.annotations.size === 0 &&
  isZero(s.min) &&
  s.min.dtype === s.extent.dtype &&
  s.var.dtype === s.extent.dtype;

function gridOf(first: For): For[] {
  const nest: For[] = [];
  const vars = new Set<Var>();
  let at: Stmt = first;
  while (isPlain(at) && !mentions(at.extent, vars)) {
    nest.push(at);
    vars.add(at.var);
    at = at.body;
  }
  return nest.length === 0 ? [first] : nest;
}

function mentions(e: PrimExpr, vars: ReadonlySet<Var>): boolean {
  if (vars.size === 0 || e.kind === "tir.IntImm") return false;
  let found = false;
  visit(e, {
    enter: (node) => {
      if (node.kind === "tir.Var" && vars.has(node)) found = true;
    },
  });
  return found;
}

function raiseLoop(ctx: RaiseContext, loop: For): A.Stmt {
  const iter = iterOf(ctx, loop);
  ctx.names.push();
  const name = nameLoop(ctx, loop);
  const body = raiseBody(ctx, loop.body);
  ctx.names.pop();
  return forStmt(name, iter, body);
}

function iterOf(ctx: RaiseContext, loop: For): A.Expr {
  const { min, extent, step } = loop;
  const isFromZero = isZero(min) && min.dtype === extent.dtype;
  const args = isFromZero
    ? [raisePrimExpr(ctx, extent)]
    : [raisePrimExpr(ctx, min), raisePrimExpr(ctx, sumOf(min, extent))];
  const keywords: (readonly [string, A.Expr])[] = [];
  const isThread = loop.loopKind === "thread_binding";
  if (isThread) keywords.push(["thread", strExpr(loop.threadTag ?? "")]);
  if (loop.annotations.size > 0) keywords.push(["annotations", raiseAttrs(ctx, loop.annotations)]);
  if (loop.loopKind === "serial" && keywords.length === 0) {
    if (step !== undefined && isFromZero) args.unshift(raisePrimExpr(ctx, min));
    if (step !== undefined) args.push(raisePrimExpr(ctx, step));
    return callExpr(nameExpr("range"), args);
  }
  if (step !== undefined) keywords.push(["step", raisePrimExpr(ctx, step)]);
  return callExpr(path(ctx.T, KINDS[loop.loopKind]), args, keywords);
}
