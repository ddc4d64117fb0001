/** Declared types that leave something open, completed where a function is compiled for all that they admit. */
import { shapeExpr, type Expr } from "../../ir/relax/expr.js";
import { tupleInfo, type StructInfo } from "../../ir/relax/struct-info.js";
import { makeVar } from "../../ir/tir/expr.js";
import { int64 } from "../../support/dtype.js";

/** A tensor of known rank takes any sizes. */
export function withSizes(info: StructInfo): StructInfo {
  if (info.kind === "relax.TupleInfo") return tupleInfo(info.fields.map(withSizes));
  if (info.kind !== "relax.TensorInfo" || info.shape?.kind === "relax.ShapeExpr" || info.ndim < 0)
    return info;
  const sizes = Array.from({ length: info.ndim }, (_, i) => makeVar(`size${i}`, int64));
  return { ...info, shape: shapeExpr(sizes) };
}

/** The declared type of a result, with what is known of the value where it says less. */
export function refined(info: StructInfo, value: Expr): StructInfo {
  if (info.kind === "relax.TupleInfo" && value.kind === "relax.Tuple")
    return tupleInfo(info.fields.map((field, i) => refined(field, value.fields[i]!)));
  const known = value.kind === "relax.Var" ? value.sinfo : undefined;
  const isOpen =
    info.kind === "relax.ObjectInfo" ||
    (info.kind === "relax.TensorInfo" && (info.shape === undefined || info.dtype === undefined));
  return isOpen && known !== undefined ? known : info;
}
