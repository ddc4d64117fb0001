/**
 * The narrowest struct info that covers two. Lengths are kept when all are provably equal, else only the rank: a
 * single unknown length has no name, and struct info may use defined symbols only. A caller that goes on to define
 * symbols with `match_cast` passes `fresh`; then equal lengths are kept and each other one becomes a new symbol.
 */
import { structuralEqual } from "../../ir/core/equal.js";
import { shapeExpr } from "../../ir/relax/expr.js";
import {
  dimsOf,
  funcInfo,
  objectInfo,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  type FuncInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { isErrorInfo } from "../error-info.js";
import type { Prover } from "./prover.js";

export interface JoinOptions {
  /** Makes the symbol for lengths that differ. */
  readonly fresh?: (axis: number) => Var;
}

const MAX_DEPTH = 200;

export function join(
  a: StructInfo,
  b: StructInfo,
  prover: Prover,
  options: JoinOptions = {},
  depth = 0,
): StructInfo {
  if (a === b || isErrorInfo(a)) return a;
  if (isErrorInfo(b)) return b;
  if (a.kind !== b.kind || depth > MAX_DEPTH) return objectInfo;
  switch (a.kind) {
    case "relax.ObjectInfo":
      return objectInfo;
    case "relax.PrimInfo": {
      const other = b as typeof a;
      if (a.dtype !== other.dtype) return objectInfo;
      const same =
        a.value !== undefined &&
        other.value !== undefined &&
        prover.equal(a.value, other.value) === true;
      return same ? a : primInfo(a.dtype);
    }
    case "relax.ShapeInfo": {
      const other = b as typeof a;
      return shapeInfo(
        joinDims(a.values, other.values, prover, options),
        a.ndim === other.ndim ? a.ndim : -1,
      );
    }
    case "relax.TensorInfo":
      return joinTensor(a, b as typeof a, prover, options);
    case "relax.DTensorInfo":
      return structuralEqual(a, b, { mapFreeVars: false }) ? a : objectInfo;
    case "relax.TupleInfo": {
      const other = b as typeof a;
      if (a.fields.length !== other.fields.length) return objectInfo;
      return tupleInfo(
        a.fields.map((f, i) => join(f, other.fields[i]!, prover, options, depth + 1)),
      );
    }
    case "relax.FuncInfo":
      return joinFunc(a, b as typeof a, prover, options, depth + 1);
  }
}

function joinDims(
  a: readonly PrimExpr[] | undefined,
  b: readonly PrimExpr[] | undefined,
  prover: Prover,
  { fresh }: JoinOptions,
): readonly PrimExpr[] | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  const dims = a.map((d, axis) =>
    d === b[axis] || prover.equal(d, b[axis]!) === true ? d : fresh?.(axis),
  );
  return dims.includes(undefined) ? undefined : (dims as PrimExpr[]);
}

function joinTensor(
  a: TensorInfo,
  b: TensorInfo,
  prover: Prover,
  options: JoinOptions,
): TensorInfo {
  const ndim = a.ndim === b.ndim ? a.ndim : -1;
  const dtype = a.dtype === b.dtype ? a.dtype : undefined;
  const sameDevice =
    a.vdevice !== undefined && b.vdevice !== undefined && structuralEqual(a.vdevice, b.vdevice);
  const vdevice = sameDevice ? a.vdevice : undefined;
  if (a.shape !== undefined && a.shape === b.shape)
    return tensorInfo({ shape: a.shape, dtype, ndim, vdevice });
  const dims = joinDims(dimsOf(a), dimsOf(b), prover, options);
  return tensorInfo({ shape: dims && shapeExpr(dims), dtype, ndim, vdevice });
}

function joinFunc(
  a: FuncInfo,
  b: FuncInfo,
  prover: Prover,
  options: JoinOptions,
  depth: number,
): FuncInfo {
  const purity = a.purity && b.purity;
  const ret = join(a.ret, b.ret, prover, options, depth);
  const { params } = a;
  if (params === undefined || b.params === undefined || params.length !== b.params.length) {
    const rule =
      params === undefined && b.params === undefined && a.deriveFunc === b.deriveFunc
        ? a.deriveFunc
        : undefined;
    return funcInfo(undefined, ret, purity, rule);
  }
  return funcInfo(
    params.map((p, i) => join(p, b.params![i]!, prover, options, depth)),
    ret,
    purity,
  );
}
