import { boundsOf } from "../../analysis/index.js";
import { exprText } from "../../arith/index.js";
import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Node } from "../../ir/nodes.js";
import { call, intImm, stringImm, type Load, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Store } from "../../ir/tir/stmt.js";
import { subInt } from "../../support/int.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { subIndex } from "./strides.js";

/**
 * Precondition: block level. Result: every load and store whose bounds are neither proved nor left to an entry guard
 * has its indices wrapped in `T.check_index(index, extent, "access")`, which stops the program on a bad one. Sound
 * because the wrapped index has the value of the bare one wherever the access is legal. Accesses with a mask are left
 * to the mask.
 */
export const checkAccess = definePass({
  name: "check-access",
  dialect: "tir",
  summary: "Checks at run time the accesses whose bounds depend on data.",
  from: "block",
  options: {},
  run: (module: IRModule) => mapPrimFuncs(module, checkFunction),
});

/** Whether the body loads or stores; one that only calls others has nothing to check. */
function hasAccess(func: PrimFunc): boolean {
  let found = false;
  visit(func.body, {
    enter(n) {
      found ||= n.kind === "tir.Load" || n.kind === "tir.Store";
      return found ? false : undefined;
    },
  });
  return found;
}

function checkFunction(func: PrimFunc): PrimFunc {
  if (!hasAccess(func)) return func;
  const { unknown: open, refuted } = boundsOf(func);
  // An access that cannot be legal may still never be reached.
  const unknown = new Set<Node>([...open, ...refuted].flatMap((p) => p.node ?? []));
  if (unknown.size === 0) return func;
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const rebuilt = rebuild(node, walk);
    const isAccess = rebuilt.kind === "tir.Load" || rebuilt.kind === "tir.Store";
    const after =
      isAccess && unknown.has(node) ? checkIndices(rebuilt, node as Load | Store) : rebuilt;
    done.set(node, after);
    return after;
  };
  return walk(func) as PrimFunc;
}

/** `written` is the access as the program has it, for the message. */
function checkIndices(access: Load | Store, written: Load | Store): Load | Store {
  const { buffer, indices, predicate } = access;
  if (predicate !== undefined) return access;
  const text = `${buffer.name}[${written.indices.map(exprText).join(", ")}]`;
  return {
    ...access,
    indices: indices.map((index, axis) => checkIndex(index, buffer.shape[axis]!, text)),
  };
}

/** A scalar index, or the first lane of a vector of neighbours: the last lane is below the extent then, too. */
function checkIndex(index: PrimExpr, extent: PrimExpr, access: string): PrimExpr {
  if (
    index.kind === "tir.IntImm" &&
    extent.kind === "tir.IntImm" &&
    index.value >= 0 &&
    index.value < extent.value
  )
    return index;
  if (isChecked(index) || (index.kind === "tir.Ramp" && isChecked(index.base))) return index;
  const name = stringImm(access, index.span);
  if (index.kind !== "tir.Ramp")
    return call("check_index", [index, extent, name], index.dtype, index.span);
  const { base, stride, lanes } = index;
  if (stride.kind !== "tir.IntImm" || lanes.kind !== "tir.IntImm" || stride.value < 0) return index;
  const reach = Number(stride.value) * Number(subInt(lanes.value, 1));
  const limit = subIndex(extent, intImm(reach, extent.dtype));
  return { ...index, base: call("check_index", [base, limit, name], base.dtype, base.span) };
}

const isChecked = (e: PrimExpr): boolean => e.kind === "tir.Call" && e.op === "check_index";
