import { rewrite } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { intImm } from "../../ir/tir/expr.js";
import { forLoop, type AttrStmt } from "../../ir/tir/stmt.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/** Intrinsics that need threads to run at the same time. */
const COOPERATIVE = /^tvm_(storage_sync|thread_allreduce|warp_|thread_invariant)|^(cuda|ptx)\./;

/**
 * Precondition: threads do not wait for each other (reported otherwise). Result: loops bound to threads, and
 * `thread_extent` and `virtual_thread` attributes, are serial loops. Sound because independent threads may run in any
 * order.
 */
export const lowerThreadBinding = definePass({
  name: "lower-thread-binding",
  dialect: "tir",
  summary: "Runs loops that are bound to threads in order.",
  options: {},
  run: (module, _, ctx) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) => {
        if (node.kind === "tir.For" && node.loopKind === "thread_binding") {
          reportCooperation(node.body, ctx);
          return { ...node, loopKind: "serial", threadTag: undefined };
        }
        if (node.kind === "tir.AttrStmt") return serialThreads(node, ctx);
        return node;
      }),
    ),
});

function serialThreads(node: AttrStmt, ctx: PassContext): Node {
  if (node.key !== "thread_extent" && node.key !== "virtual_thread") return node;
  const axis = node.node;
  const isAxis =
    typeof axis === "object" && axis !== null && "kind" in axis && axis.kind === "tir.IterVar";
  if (!isAxis || !("dtype" in node.value) || node.value.kind === "tir.Buffer") return node;
  reportCooperation(node.body, ctx);
  return forLoop({
    min: intImm(0, axis.var.dtype),
    extent: node.value,
    var: axis.var,
    body: node.body,
    span: node.span,
  });
}

function reportCooperation(body: Node, ctx: PassContext): void {
  visit(body, {
    enter(node) {
      if (node.kind === "tir.Call" && COOPERATIVE.test(node.op))
        ctx.report(codes.threadSync({ name: node.op, at: node.span }));
    },
  });
}
