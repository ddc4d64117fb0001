/** Symbols in struct info. */
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";

/** All symbols in dimensions, each once, in order. */
export function symbolsOf(dims: readonly PrimExpr[]): ReadonlySet<Var> {
  const found = new Set<Var>();
  for (const d of dims) {
    if (d.kind === "tir.Var") found.add(d);
    else if (d.kind !== "tir.IntImm") collect(d, found);
  }
  return found;
}

function collect(node: Node, found: Set<Var>): void {
  visit(node, {
    enter(n) {
      if (n.kind === "tir.Var") found.add(n);
    },
  });
}

export interface DimsVisitor {
  /** A length or scalar value. */
  dim(e: PrimExpr): void;
  /** A variable used as the shape of a tensor. */
  shapeVar?(
    v: Extract<
      NonNullable<Extract<StructInfo, { kind: "relax.TensorInfo" }>["shape"]>,
      { kind: "relax.Var" }
    >,
  ): void;
}

/** All lengths in struct info, left to right; function info is not entered unless `functions` is set. */
export function eachDim(
  info: StructInfo,
  visitor: DimsVisitor,
  functions = false,
  depth = 0,
): void {
  if (depth > 200) return;
  switch (info.kind) {
    case "relax.ObjectInfo":
      return;
    case "relax.PrimInfo":
      if (info.value) visitor.dim(info.value);
      return;
    case "relax.ShapeInfo":
      info.values?.forEach((v) => visitor.dim(v));
      return;
    case "relax.TensorInfo":
      if (info.shape?.kind === "relax.ShapeExpr") info.shape.values.forEach((v) => visitor.dim(v));
      else if (info.shape !== undefined) visitor.shapeVar?.(info.shape);
      return;
    case "relax.DTensorInfo":
      return eachDim(info.tensor, visitor, functions, depth + 1);
    case "relax.TupleInfo":
      return info.fields.forEach((f) => eachDim(f, visitor, functions, depth + 1));
    case "relax.FuncInfo":
      if (!functions) return;
      info.params?.forEach((p) => eachDim(p, visitor, functions, depth + 1));
      return eachDim(info.ret, visitor, functions, depth + 1);
  }
}
