import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { binary, cast, intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { For, IterVar } from "../../ir/tir/stmt.js";
import { int64, isInteger, laneOf, withLanes } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/**
 * Precondition: none. Result: in a function that indexes with int64 anywhere, all loop and block variables, extents and
 * indices are int64; where such a variable is used as a value it is cast back. Sound because indices do not overflow,
 * so the wider arithmetic gives the same numbers.
 */
export const unifyIndexType = definePass({
  name: "unify-index-type",
  dialect: "tir",
  summary: "Gives loops and indices of a function one integer type.",
  options: {},
  run: (module) => mapPrimFuncs(module, unify),
});

function unify(func: PrimFunc): PrimFunc {
  const narrow = mixedVariables(func);
  if (narrow === undefined) return func;
  const wide = new Map<Var, Var>(
    [...narrow].map((v) => [v, makeVar(v.name, int64, v.span, { isSize: v.isSize })]),
  );
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const after = one(node);
    done.set(node, after);
    return after;
  };
  /** An index: its own arithmetic becomes int64. */
  const index = (e: PrimExpr): PrimExpr => widen(e, wide, (x) => walk(x) as PrimExpr);
  const one = (node: Node): Node => {
    switch (node.kind) {
      case "tir.Var": {
        const v = wide.get(node);
        return v === undefined ? node : cast(v, node.dtype, node.span);
      }
      case "tir.Buffer":
        return node;
      case "tir.For":
        return wideLoop(node, wide, index, walk);
      case "tir.Block": {
        const iters = node.iters.map((iter) => wideIter(iter, wide, index));
        const values = node.values?.map(index);
        const rest = rebuild({ ...node, iters: [], values: undefined }, walk);
        return { ...rest, iters, values };
      }
      case "tir.Load": {
        const predicate = node.predicate && (walk(node.predicate) as PrimExpr);
        return { ...node, indices: node.indices.map(index), predicate };
      }
      case "tir.Store": {
        const predicate = node.predicate && (walk(node.predicate) as PrimExpr);
        return {
          ...node,
          indices: node.indices.map(index),
          value: walk(node.value) as PrimExpr,
          predicate,
        };
      }
      case "ir.Range":
        return { ...node, min: index(node.min), extent: index(node.extent) };
      default:
        return rebuild(node, walk);
    }
  };
  return { ...func, body: walk(func.body) as PrimFunc["body"] };
}

/** The int32 loop and block variables of a function that also indexes with int64; undefined when nothing is mixed. */
function mixedVariables(func: PrimFunc): Set<Var> | undefined {
  const narrow = new Set<Var>();
  let hasWide = false;
  const note = (v: Var): void => {
    if (v.dtype.bits === 64) hasWide = true;
    else if (v.dtype.code === "int" && v.dtype.bits === 32) narrow.add(v);
  };
  visit(func, {
    enter(node) {
      if (node.kind === "tir.For" || node.kind === "tir.IterVar") note(node.var);
      if (
        (node.kind === "tir.Load" || node.kind === "tir.Store") &&
        node.indices.some((i) => i.dtype.bits === 64 && i.kind !== "tir.IntImm")
      )
        hasWide = true;
    },
  });
  return hasWide && narrow.size > 0 ? narrow : undefined;
}

function wideLoop(
  loop: For,
  wide: ReadonlyMap<Var, Var>,
  index: (e: PrimExpr) => PrimExpr,
  walk: (n: Node) => Node,
): For {
  const body = walk(loop.body) as For["body"];
  const v = wide.get(loop.var);
  if (v === undefined) return body === loop.body ? loop : { ...loop, body };
  return {
    ...loop,
    var: v,
    min: index(loop.min),
    extent: index(loop.extent),
    step: loop.step && index(loop.step),
    body,
  };
}

function wideIter(
  iter: IterVar,
  wide: ReadonlyMap<Var, Var>,
  index: (e: PrimExpr) => PrimExpr,
): IterVar {
  const v = wide.get(iter.var);
  const dom = iter.dom && { ...iter.dom, min: index(iter.dom.min), extent: index(iter.dom.extent) };
  return { ...iter, dom, var: v ?? iter.var };
}

/** The expression in int64; sums, products and divisions of int32 are carried out there too. */
function widen(
  e: PrimExpr,
  wide: ReadonlyMap<Var, Var>,
  walk: (e: PrimExpr) => PrimExpr,
): PrimExpr {
  const again = (x: PrimExpr): PrimExpr => widen(x, wide, walk);
  const lane = laneOf(e.dtype);
  if (lane === int64 && e.kind !== "tir.Binary") {
    // `int64(i)` of a variable that is int64 by now.
    if (e.kind === "tir.Cast" && e.value.kind === "tir.Var" && wide.has(e.value))
      return wide.get(e.value)!;
    return walk(e);
  }
  if (!isInteger(lane) || lane.code === "uint") return walk(e);
  switch (e.kind) {
    case "tir.Var":
      return wide.get(e) ?? cast(e, int64, e.span);
    case "tir.IntImm":
      return intImm(e.value, int64, e.span);
    case "tir.Ramp":
      return {
        ...e,
        base: again(e.base),
        stride: again(e.stride),
        dtype: withLanes(int64, e.dtype.lanes, e.dtype.scalable),
      };
    case "tir.Broadcast":
      return {
        ...e,
        value: again(e.value),
        dtype: withLanes(int64, e.dtype.lanes, e.dtype.scalable),
      };
    case "tir.Binary":
      if (e.op === "shl" || e.op === "shr" || e.op.startsWith("bit")) break;
      return binary(e.op, again(e.a), again(e.b), e.span);
    default:
  }
  return cast(walk(e), withLanes(int64, e.dtype.lanes, e.dtype.scalable), e.span);
}
