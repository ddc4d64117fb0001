/** Rewrites the symbols of struct info and forgets what uses others. */
import { substitute } from "../../ir/core/rewrite.js";
import { shapeExpr, type ShapeExpr, type Var as RelaxVar } from "../../ir/relax/expr.js";
import {
  dimsOf,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { symbolsOf } from "./symbols.js";

export interface Images {
  /** What stands for a symbol; the symbol itself where it stays known; undefined: forgotten. */
  symbol(v: Var): PrimExpr | undefined;
  /** Applied to lengths that change. */
  simplify?(e: PrimExpr): PrimExpr;
  /** The same for variables used as shapes. */
  shape(v: RelaxVar): ShapeExpr | RelaxVar | undefined;
}

const MAX_DEPTH = 200;

/**
 * `info` in terms of the images. A shape of which one symbol has none keeps its rank only; element types and devices
 * stay. Function info is not entered.
 */
export function erase(info: StructInfo, images: Images, depth = 0): StructInfo {
  if (depth > MAX_DEPTH) return info;
  switch (info.kind) {
    case "relax.ObjectInfo":
    case "relax.FuncInfo":
      return info;
    case "relax.PrimInfo": {
      if (info.value === undefined) return info;
      const [value] = mapped([info.value], images) ?? [];
      return value === info.value ? info : primInfo(info.dtype, value);
    }
    case "relax.ShapeInfo": {
      if (info.values === undefined) return info;
      const values = mapped(info.values, images);
      return values === info.values ? info : shapeInfo(values, info.ndim);
    }
    case "relax.TensorInfo":
      return eraseTensor(info, images);
    case "relax.DTensorInfo": {
      const tensor = eraseTensor(info.tensor, images);
      return tensor === info.tensor ? info : { ...info, tensor };
    }
    case "relax.TupleInfo": {
      const fields = info.fields.map((f) => erase(f, images, depth + 1));
      return fields.every((f, i) => f === info.fields[i]) ? info : tupleInfo(fields);
    }
  }
}

function eraseTensor(info: TensorInfo, images: Images): TensorInfo {
  const { shape } = info;
  if (shape === undefined) return info;
  const without = (): TensorInfo =>
    tensorInfo({ dtype: info.dtype, ndim: info.ndim, vdevice: info.vdevice });
  const withShape = (s: ShapeExpr | RelaxVar): TensorInfo =>
    tensorInfo({ shape: s, dtype: info.dtype, ndim: info.ndim, vdevice: info.vdevice });
  if (shape.kind === "relax.Var") {
    const image = images.shape(shape);
    if (image === shape) return info;
    if (image !== undefined) return withShape(image);
    const known = dimsOf(info);
    const dims = known && mapped(known, images);
    return dims === undefined ? without() : withShape(shapeExpr(dims));
  }
  const values = mapped(shape.values, images);
  if (values === shape.values) return info;
  return values === undefined ? without() : withShape(shapeExpr(values));
}

/** The same array when nothing changes; undefined when a symbol is forgotten. */
function mapped(dims: readonly PrimExpr[], images: Images): readonly PrimExpr[] | undefined {
  const map = new Map<Var, PrimExpr>();
  let changed = false;
  for (const v of symbolsOf(dims)) {
    const image = images.symbol(v);
    if (image === undefined) return undefined;
    if (image === v) continue;
    changed = true;
    map.set(v, image);
  }
  if (!changed) return dims;
  return dims.map((d) => {
    const after = substitute(d, map);
    return after === d ? d : (images.simplify?.(after) ?? after);
  });
}

/** Keeps what is visible: symbols and shape variables outside the sets stay as they are. */
export const hiding = (symbols: ReadonlySet<Var>, vars: ReadonlySet<RelaxVar>): Images => ({
  symbol: (v) => (symbols.has(v) ? undefined : v),
  shape: (v) => (vars.has(v) ? undefined : v),
});
