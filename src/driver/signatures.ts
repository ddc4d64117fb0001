/** Signatures of functions as plain data for an artefact's manifest, and back, checked. */
import { fromJson, toJson, type Json } from "../ir/core/json.js";
import { relaxVar, type Var } from "../ir/relax/expr.js";
import { objectInfo, tensorInfo, type StructInfo } from "../ir/relax/struct-info.js";
import type { BinaryOp, PrimExpr } from "../ir/tir/expr.js";
import { tryDType, type DType } from "../support/dtype.js";
import { isInt } from "../support/int.js";
import type { Signature } from "./run.js";

/** By name; a type that the file cannot say is left out, so that the parameter's shape must be given. */
export const encodeSignatures = (signatures: ReadonlyMap<string, Signature>): Json =>
  Object.fromEntries(
    [...signatures].map(([name, s]) => [
      name,
      toJson({ ...s, params: s.params.map(storable), retSinfo: objectInfo }),
    ]),
  );

function storable(p: Var): Var {
  const { sinfo } = p;
  if (isInfo(sinfo)) return p;
  const isTensor = sinfo?.kind === "relax.TensorInfo";
  return relaxVar(p.name, isTensor ? tensorInfo({ dtype: sinfo.dtype, ndim: sinfo.ndim }) : objectInfo); // prettier-ignore
}

/** Reads them; one that is not as written is left out: the machine checks its arguments itself. */
export function decodeSignatures(data: unknown): Map<string, Signature> {
  const all = new Map<string, Signature>();
  if (typeof data !== "object" || data === null) return all;
  for (const [name, json] of Object.entries(data)) {
    try {
      const node = fromJson(json as Json);
      if (node.kind === "relax.Function" && isSignature(node)) all.set(name, { ...node, name });
    } catch {
      // `fromJson` throws at what it cannot read.
    }
  }
  return all;
}

/** What the types promise, and the file may not hold. */
type Unsure<T> = { readonly [K in keyof T]?: unknown };

const MOST_LEVELS = 64;
const OPERATIONS: readonly BinaryOp[] = [
  "add", "sub", "mul", "div", "mod", "floordiv", "floormod", "ceildiv", "min", "max",
  "bitand", "bitor", "bitxor", "shl", "shr",
]; // prettier-ignore

function isSignature({ params, isPrivate, attrs }: Unsure<Signature>): boolean {
  return (
    typeof isPrivate === "boolean" &&
    attrs instanceof Map &&
    Array.isArray(params) &&
    params.every((p: Unsure<Var> | null) => {
      return p?.kind === "relax.Var" && typeof p.name === "string" && isInfo(p.sinfo);
    })
  );
}

const isType = (v: unknown): v is DType =>
  typeof v === "object" && v !== null && "name" in v && tryDType(String(v.name)) === v;

function isInfo(v: unknown, levels = MOST_LEVELS): boolean {
  const info = v as StructInfo | undefined;
  if (levels === 0 || typeof info !== "object" || info === null) return false;
  switch (info.kind) {
    case "relax.ObjectInfo":
      return true;
    case "relax.PrimInfo":
      return isType(info.dtype) && (info.value === undefined || isDimension(info.value));
    case "relax.ShapeInfo":
      return (
        Number.isInteger(info.ndim) && (info.values === undefined || areDimensions(info.values))
      );
    case "relax.TensorInfo": {
      const { shape, dtype, ndim } = info;
      const isShape = (): boolean =>
        shape?.kind === "relax.ShapeExpr" && areDimensions(shape.values);
      return (
        Number.isInteger(ndim) &&
        (dtype === undefined || isType(dtype)) &&
        (shape === undefined || isShape())
      );
    }
    case "relax.TupleInfo":
      return Array.isArray(info.fields) && info.fields.every((f) => isInfo(f, levels - 1));
    default:
      return false;
  }
}

const areDimensions = (v: unknown): boolean =>
  Array.isArray(v) && v.every((dim) => isDimension(dim));

function isDimension(v: unknown, levels = MOST_LEVELS): boolean {
  const dim = v as PrimExpr | undefined;
  if (levels === 0 || typeof dim !== "object" || dim === null) return false;
  switch (dim.kind) {
    case "tir.Var":
      return typeof dim.name === "string" && isType(dim.dtype);
    case "tir.IntImm":
      return isInt(dim.value) && isType(dim.dtype);
    case "tir.Cast":
      return isType(dim.dtype) && isDimension(dim.value, levels - 1);
    case "tir.Binary":
      return (
        isType(dim.dtype) &&
        OPERATIONS.includes(dim.op) &&
        isDimension(dim.a, levels - 1) &&
        isDimension(dim.b, levels - 1)
      );
    default:
      return false;
  }
}
