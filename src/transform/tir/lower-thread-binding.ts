import { substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { mapStatements } from "../../ir/tir/statements.js";
import { forLoop, type AttrStmt, type IterVar, type Stmt } from "../../ir/tir/stmt.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/** Intrinsics that need threads to run at the same time. */
const COOPERATIVE = /^tvm_(storage_sync|thread_allreduce|warp_|thread_invariant)|^(cuda|ptx)\./;

/**
 * Precondition: threads do not wait for each other (reported otherwise). Result: loops bound to threads, and
 * `thread_extent` and `virtual_thread` attributes, are serial loops; an axis that is launched again inside itself is the
 * same thread there, one that is launched again after itself gets a variable of its own. Sound because independent
 * threads may run in any order.
 */
export const lowerThreadBinding = definePass({
  name: "lower-thread-binding",
  dialect: "tir",
  summary: "Runs loops that are bound to threads in order.",
  options: {},
  run: (module, _, ctx) => mapPrimFuncs(module, (func) => inOrder(func, ctx)),
});

function inOrder(func: PrimFunc, ctx: PassContext): PrimFunc {
  const launched = new Set<Var>();
  const walk = (s: Stmt, running: ReadonlySet<Var>): Stmt => {
    const inside = (child: Stmt): Stmt => walk(child, running);
    if (s.kind === "tir.For" && s.loopKind === "thread_binding") {
      reportCooperation(s.body, ctx);
      return { ...s, loopKind: "serial", threadTag: undefined, body: inside(s.body) };
    }
    const launch = s.kind === "tir.AttrStmt" ? launchOf(s) : undefined;
    if (launch === undefined) return mapStatements(s, inside);
    const { axis, extent, body } = launch;
    if (running.has(axis)) return inside(body);
    reportCooperation(body, ctx);
    const again = launched.has(axis);
    launched.add(axis);
    const inner = walk(body, new Set([...running, axis]));
    const v = again ? makeVar(axis.name, axis.dtype, axis.span) : axis;
    return forLoop({
      min: intImm(0, v.dtype),
      extent,
      var: v,
      body: again ? substitute(inner, new Map([[axis, v]])) : inner,
      span: s.span,
    });
  };
  const body = walk(func.body, new Set());
  return body === func.body ? func : { ...func, body };
}

interface Launch {
  readonly axis: Var;
  readonly extent: PrimExpr;
  readonly body: Stmt;
}

/** The threads that an attribute starts; undefined for other attributes. */
function launchOf({ key, node: axis, value, body }: AttrStmt): Launch | undefined {
  if (key !== "thread_extent" && key !== "virtual_thread") return undefined;
  if (!isAxis(axis) || !("dtype" in value) || value.kind === "tir.Buffer") return undefined;
  return { axis: axis.var, extent: value, body };
}

const isAxis = (value: AttrStmt["node"]): value is IterVar =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.IterVar";

function reportCooperation(body: Node, ctx: PassContext): void {
  visit(body, {
    enter(node) {
      if (node.kind === "tir.Call" && COOPERATIVE.test(node.op))
        ctx.report(codes.threadSync({ name: node.op, at: node.span }));
    },
  });
}
