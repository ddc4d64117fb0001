import { rebuild, refresh } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { intImm, type Binary, type PrimExpr } from "../../ir/tir/expr.js";
import { ownBinders } from "../../ir/tir/own-binders.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { option } from "../../support/option.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";
import { addIndex, mulIndex, subIndex } from "./strides.js";

/**
 * Precondition: none. Result: loops marked `unrolled` whose constant extent is small are replaced by their iterations,
 * each with its own copies of the variables it defines, and with sums and products of constants computed; other such
 * loops become serial. Sound because the iterations run in the same order.
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
      rewriteBody(func, (s) => {
        if (s.kind === "tir.For" && s.loopKind === "unrolled") return unroll(s, options);
        const isNested = s.kind === "tir.Seq" && s.body.some((child) => child.kind === "tir.Seq");
        return isNested ? seq(s.body, s.span) : s;
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
    const body = iteration(loop, addIndex(loop.min, intImm(k, loop.var.dtype)));
    return k === 0 || binders.size === 0 ? body : refresh(body, binders);
  });
  return seq(iterations, loop.span);
}

/** The body where the variable of the loop has a value. */
function iteration({ var: v, body }: For, value: PrimExpr): Stmt {
  const buffers = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    switch (node.kind) {
      case "tir.Var":
        return node === v ? value : node;
      case "tir.IntImm":
        return node;
      case "tir.Buffer": {
        // Its definition and its uses stay the same object.
        const after = buffers.get(node) ?? rebuild(node, walk);
        buffers.set(node, after);
        return after;
      }
      default:
        return folded(rebuild(node, walk));
    }
  };
  return walk(body) as Stmt;
}

const FOLDS: Partial<Record<Binary["op"], (a: PrimExpr, b: PrimExpr) => PrimExpr>> = {
  add: addIndex,
  sub: subIndex,
  mul: mulIndex,
};
/** Larger numbers may not be of the type. */
const SMALL = 2 ** 30;
const isSmall = (e: PrimExpr): boolean =>
  e.kind === "tir.IntImm" && e.value > -SMALL && e.value < SMALL;

/** A sum or product of small integers as what it is. */
function folded(node: Node): Node {
  if (node.kind !== "tir.Binary" || node.dtype.code !== "int" || node.dtype.bits < 32) return node;
  const fold = isSmall(node.a) || isSmall(node.b) ? FOLDS[node.op] : undefined;
  const after = fold?.(node.a, node.b);
  const isPart = after === node.a || after === node.b;
  return after !== undefined && (isPart || isSmall(after)) ? after : node;
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
