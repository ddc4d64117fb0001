/** Symbols that a type introduces. */
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";

/** Symbols that occur as plain dimensions of a type, in order. */
export function plainSymbols(info: StructInfo, found: Set<Var>): void {
  switch (info.kind) {
    case "relax.TensorInfo":
      if (info.shape?.kind === "relax.ShapeExpr") addVars(info.shape.values, found);
      return;
    case "relax.ShapeInfo":
      return addVars(info.values ?? [], found);
    case "relax.PrimInfo":
      return addVars(info.value === undefined ? [] : [info.value], found);
    case "relax.DTensorInfo":
      return plainSymbols(info.tensor, found);
    case "relax.TupleInfo":
      for (const f of info.fields) plainSymbols(f, found);
      return;
    case "relax.FuncInfo":
      for (const p of info.params ?? []) plainSymbols(p, found);
      return plainSymbols(info.ret, found);
    case "relax.ObjectInfo":
      return;
  }
}

function addVars(dims: readonly PrimExpr[], found: Set<Var>): void {
  for (const d of dims) if (d.kind === "tir.Var") found.add(d);
}
