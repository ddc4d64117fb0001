/** Values against types: which sizes must be equal. */
import type { Dim, GraphView } from "../../artefact/index.js";
import { dimsOf, type StructInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../../ir/tir/expr.js";
import { isFloat, type DType } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { notStatic } from "./not-static.js";

/** What a value is. */
export type Held =
  | { readonly kind: "view"; readonly view: number }
  | { readonly kind: "storage"; readonly index: number }
  | { readonly kind: "shape"; readonly dims: readonly Dim[] }
  | { readonly kind: "integer"; readonly value: Dim; readonly dtype: DType }
  | { readonly kind: "float"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "tuple"; readonly fields: readonly Held[] };

/** What a type says of a size, and the size that a value has there. */
export type SizePair = readonly [PrimExpr, Dim];

/** What the walk has written down. */
interface Known {
  readonly views: readonly GraphView[];
  /** Floats by their symbols. */
  readonly floats: Map<Symbol, Held>;
}

/** Sizes that are equal when a value is of a type; a float is noted. Throws for a value that cannot be of the type. */
export function pairsOf(
  info: StructInfo,
  held: Held,
  known: Known,
  at: Span | undefined,
): readonly SizePair[] {
  const paired = (exprs: readonly PrimExpr[] | undefined, dims: readonly Dim[]): SizePair[] => {
    if (exprs === undefined) return [];
    if (exprs.length !== dims.length) return notStatic("a value has another rank", at);
    return exprs.map((e, i) => [e, dims[i]!]);
  };
  if (info.kind === "relax.TensorInfo" && held.kind === "view") {
    const view = known.views[held.view]!;
    if (info.dtype !== undefined && info.dtype.name !== view.dtype)
      return notStatic("a value has another element type", at);
    if (info.ndim >= 0 && info.ndim !== view.shape.length)
      return notStatic("a value has another rank", at);
    return paired(dimsOf(info), view.shape);
  }
  if (info.kind === "relax.ShapeInfo" && held.kind === "shape")
    return paired(info.values, held.dims);
  if (info.kind === "relax.PrimInfo" && held.kind === "integer")
    return paired(info.value && [info.value], [held.value]);
  if (info.kind === "relax.PrimInfo" && (held.kind === "float" || held.kind === "input")) {
    const { value } = info;
    if (value === undefined) return [];
    if (value.kind !== "tir.Var" || !isFloat(info.dtype))
      return notStatic("a number is known only at run time", at);
    known.floats.set(value, held);
    return [];
  }
  if (info.kind === "relax.TupleInfo" && held.kind === "tuple") {
    if (info.fields.length !== held.fields.length) return notStatic("a tuple has another size", at);
    return info.fields.flatMap((f, i) => pairsOf(f, held.fields[i]!, known, at));
  }
  if (info.kind === "relax.ObjectInfo") return [];
  return notStatic("a value is matched that is of another kind", at);
}
