import { refresh, rewrite, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import { intImm } from "../../ir/tir/expr.js";
import { ownBinders } from "../../ir/tir/own-binders.js";
import { seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { option } from "../../support/option.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";
import { addIndex } from "./strides.js";

/**
 * Precondition: none. Result: loops marked `unrolled` whose constant extent is small are replaced by their iterations,
 * each with its own copies of the variables it defines; other such loops become serial. Sound because the iterations
 * run in the same order.
 */
export const unrollLoop = definePass({
  name: "unroll-loop",
  dialect: "tir",
  summary: "Replaces small unrolled loops by their iterations.",
  options: {
    maxExtent: option.int({ default: 16, help: "Loops with more iterations stay loops." }),
    maxNodes: option.int({ default: 4096, help: "Limit on the size of what one loop becomes." }),
  },
  run: (module, options) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) => {
        if (node.kind === "tir.For" && node.loopKind === "unrolled") return unroll(node, options);
        const isNested = node.kind === "tir.Seq" && node.body.some((s) => s.kind === "tir.Seq");
        return isNested ? seq(node.body, node.span) : node;
      }),
    ),
});

function unroll(
  loop: For,
  limits: { readonly maxExtent: number; readonly maxNodes: number },
): Stmt {
  const serial: For = { ...loop, loopKind: "serial" };
  if (loop.extent.kind !== "tir.IntImm" || loop.step !== undefined) return serial;
  // The body may change the memory that the start is read from.
  if (!isSymbolic(loop.min)) return serial;
  const count = Number(loop.extent.value);
  const { nodes, jumps } = inspect(loop.body);
  if (count < 1 || count > limits.maxExtent || count * nodes > limits.maxNodes || jumps)
    return serial;
  const binders = ownBinders(loop.body);
  const iterations = Array.from({ length: count }, (_, k) => {
    const value = addIndex(loop.min, intImm(k, loop.var.dtype));
    const body = substitute(loop.body, new Map([[loop.var, value]]));
    return k === 0 ? body : refresh(body, binders);
  });
  return seq(iterations, loop.span);
}

/** Size, and whether it jumps. */
function inspect(body: Stmt): { readonly nodes: number; readonly jumps: boolean } {
  let nodes = 0;
  let jumps = false;
  visit(body, {
    enter(node) {
      nodes++;
      jumps ||= node.kind === "tir.Jump";
    },
  });
  return { nodes, jumps };
}
