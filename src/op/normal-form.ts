/**
 * The normal form of a call's attributes and scalar operands: what lowerings see. Axes are counted from the front,
 * paddings list all befores and then all afters, layouts and element types that were left out are filled in.
 */
import type { AttrValue } from "../ir/core/node.js";
import type { Call, Expr } from "../ir/relax/expr.js";
import type { StructInfo, TensorInfo } from "../ir/relax/struct-info.js";
import { dtypeImm, type PrimExpr } from "../ir/tir/expr.js";
import { bool, tryDType } from "../support/dtype.js";
import { isInt, type Int } from "../support/int.js";
import type { OpDef, OpParam } from "./op.js";

/** What a normaliser may look at. */
export interface NormalSite {
  readonly op: OpDef;
  readonly call: Call;
  /** Types of the operands, in the order of the call. */
  readonly operands: readonly StructInfo[];
  readonly result: StructInfo;
  /** Normal form of another parameter. */
  other(name: string): AttrValue;
}

/** Turns a value into its normal form; `null` stands for one that is absent. */
export type Normaliser = (value: AttrValue, site: NormalSite) => AttrValue;

/** Attributes and scalar operands of a call in normal form, by name; absent ones are `null`. */
export interface NormalForm {
  readonly attrs: ReadonlyMap<string, AttrValue>;
  readonly scalars: ReadonlyMap<string, AttrValue>;
  /** Those with their default value. */
  readonly defaulted: ReadonlySet<string>;
}

/** Kinds of operands that are no tensors. */
const SCALARS: ReadonlySet<OpParam["type"]> = new Set(["prim", "prims", "shape", "str", "dtype"]);
export const isScalarParam = (param: OpParam): boolean =>
  param.role === "arg" && SCALARS.has(param.type);

/** The normal form of a call of `op`; undefined for values known at run time only. */
export function normalForm(
  op: OpDef,
  call: Call,
  operands: readonly StructInfo[],
  result: StructInfo,
): NormalForm {
  const attrs = new Map<string, AttrValue>();
  const scalars = new Map<string, AttrValue>();
  const defaulted = new Set<string>();
  const busy = new Set<string>();
  const site: NormalSite = { op, call, operands, result, other };
  const args = op.params.filter((p) => p.role === "arg");

  function normalise(param: OpParam): void {
    if (busy.has(param.name)) return;
    busy.add(param.name);
    const preset = param.default ?? null;
    let value: AttrValue | undefined;
    if (param.role === "attr") value = call.attrs.get(param.name) ?? preset;
    else {
      const index = args.indexOf(param);
      const arg = call.args[index];
      value = arg === undefined ? preset : literalOf(arg, operands[index]!, param);
      if (value === undefined) return;
    }
    const form = (v: AttrValue): AttrValue => param.normal?.(v, site) ?? v;
    const normal = form(value);
    (param.role === "attr" ? attrs : scalars).set(param.name, normal);
    if (sameValue(normal, form(preset))) defaulted.add(param.name);
  }
  function other(name: string): AttrValue {
    const param = op.params.find((p) => p.name === name);
    if (param === undefined) return null;
    normalise(param);
    return attrs.get(name) ?? scalars.get(name) ?? null;
  }

  for (const param of op.params)
    if (param.role === "attr" || isScalarParam(param)) normalise(param);
  return { attrs, scalars, defaulted };
}

/** An operand that is no tensor, as an attribute value. */
function literalOf(arg: Expr, info: StructInfo, param: OpParam): AttrValue | undefined {
  switch (arg.kind) {
    case "relax.PrimValue":
      return numberOf(arg.value);
    case "relax.ShapeExpr":
      return arg.values.map(numberOf);
    case "relax.Str":
      return arg.value;
    case "relax.DTypeValue":
      return dtypeImm(arg.value);
    case "relax.Tuple": {
      if (arg.fields.length === 0 && param.optional === true) return null;
      const fieldInfos = info.kind === "relax.TupleInfo" ? info.fields : [];
      const items = arg.fields.map((f, i) => literalOf(f, fieldInfos[i] ?? info, param));
      return items.some((i) => i === undefined) ? undefined : (items as AttrValue[]);
    }
    default:
      return valueOf(info);
  }
}

function valueOf(info: StructInfo): AttrValue | undefined {
  if (info.kind === "relax.PrimInfo") return info.value && numberOf(info.value);
  if (info.kind === "relax.ShapeInfo") return info.values?.map(numberOf);
  if (info.kind !== "relax.TupleInfo") return undefined;
  const items = info.fields.map(valueOf);
  return items.some((i) => i === undefined) ? undefined : (items as AttrValue[]);
}

/** Whole numbers and truth values plain, all else as it is. */
function numberOf(e: PrimExpr): AttrValue {
  if (e.kind !== "tir.IntImm") return e;
  return e.dtype === bool ? e.value !== 0 : e.value;
}

function sameValue(a: AttrValue, b: AttrValue): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((x: AttrValue, i) => sameValue(x, b[i] as AttrValue));
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!("kind" in a) || !("kind" in b) || !("value" in a) || !("value" in b)) return false;
  return a.kind === b.kind && Object.is(a.value, b.value);
}

// ---- the normalisers of declarations ---------------------------------------

const intOf = (v: AttrValue): number | undefined => {
  if (isInt(v)) return Number(v);
  if (typeof v === "object" && v !== null && "kind" in v && v.kind === "tir.IntImm")
    return Number(v.value);
  return undefined;
};
const intsOf = (v: AttrValue): readonly number[] | undefined => {
  const items = Array.isArray(v) ? (v as readonly AttrValue[]).map(intOf) : [intOf(v)];
  return items.some((i) => i === undefined) ? undefined : (items as number[]);
};

/** Rank of operand `i`, or of its first field. */
function rankOf(site: NormalSite, i: number): number {
  let info = site.operands[i];
  if (info?.kind === "relax.TupleInfo") info = info.fields[0];
  return info?.kind === "relax.TensorInfo" ? info.ndim : -1;
}

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** An axis of operand `i`, which gets `more` dimensions. */
export const axisOf =
  (i = 0, more = 0): Normaliser =>
  (value, site) => {
    const axis = intOf(value);
    return axis === undefined ? value : (fromFront(axis, rankOf(site, i) + more) as Int);
  };

export interface AxesOptions {
  /** What absent axes are. */
  readonly absent?: "all" | "reversed";
  /** Their order means something. */
  readonly ordered?: true;
}

/** Axes of operand `i`; in ascending order unless that order means something. */
export const axesOf =
  (i = 0, { absent, ordered }: AxesOptions = {}): Normaliser =>
  (value, site) => {
    const rank = rankOf(site, i);
    if (value === null) {
      if (absent === undefined) return null;
      const all = Array.from({ length: Math.max(rank, 0) }, (_, k) => k as Int);
      return absent === "all" ? all : all.reverse();
    }
    const axes = intsOf(value)?.map((axis) => fromFront(axis, rank));
    if (axes === undefined) return value;
    return (ordered ? axes : [...axes].sort((a, b) => a - b)) as Int[];
  };

/** One integer for each of `rank` dimensions. */
export const eachOf =
  (rank: number): Normaliser =>
  (value) => {
    const given = intsOf(value);
    return given?.length === 1 ? Array<Int>(rank).fill(given[0] as Int) : value;
  };

/** As many ones as another list has entries, when absent. */
export const onesLike =
  (name: string): Normaliser =>
  (value, site) => {
    if (value !== null) return value;
    const like = site.other(name);
    return Array.isArray(like) ? like.map(() => 1 as Int) : null;
  };

/** Befores of all dimensions, then afters. */
export const paddingOf =
  (rank: number): Normaliser =>
  (value) => {
    const given = intsOf(value);
    if (given?.length === 1) return Array<Int>(2 * rank).fill(given[0] as Int);
    return given?.length === rank ? ([...given, ...given] as Int[]) : value;
  };

/** A layout; that of another attribute when absent. */
export const layoutLike =
  (name: string): Normaliser =>
  (value, site) =>
    value === null || value === "" ? site.other(name) : value;

/** An element type; that of the result when absent. */
export const elementType: Normaliser = (value, site) => {
  if (typeof value === "string") {
    const dtype = tryDType(value);
    return dtype === undefined ? value : dtypeImm(dtype);
  }
  const dtype = value === null ? firstTensor(site.result)?.dtype : undefined;
  return dtype === undefined ? value : dtypeImm(dtype);
};

function firstTensor(info: StructInfo | undefined): TensorInfo | undefined {
  if (info?.kind === "relax.TupleInfo") return firstTensor(info.fields[0]);
  return info?.kind === "relax.TensorInfo" ? info : undefined;
}
