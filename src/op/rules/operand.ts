/** Operands of a call, checked for their kind. */
import type { Expr } from "../../ir/relax/expr.js";
import {
  shapeInfo,
  tensorInfo,
  type ShapeInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { tryDType, type DType } from "../../support/dtype.js";
import { shapeExpr } from "../../ir/relax/expr.js";
import { typeCodes } from "../codes.js";
import { describe } from "../describe.js";
import { isErrorInfo } from "../error-info.js";
import { fail } from "../fail.js";
import { Poisoned } from "../poisoned.js";
import type { Site } from "../site.js";

/** Name of operand `i` in the signature. */
export function operandName(site: Site, i: number): string {
  const names = site.op.params.filter((p) => p.role === "arg");
  const param = names[i] ?? names[names.length - 1];
  return param === undefined
    ? String(i)
    : param.variadic
      ? `${param.name}[${i - names.indexOf(param)}]`
      : param.name;
}

export const hasOperand = (site: Site, i: number): boolean => i < site.call.args.length;

/** Struct info of operand `i`. An operand that has an error ends the rule without a message. */
export function infoAt(site: Site, i: number): StructInfo {
  return known(site.ctx.infoOf(site.call.args[i]!));
}

function known(info: StructInfo): StructInfo {
  if (isErrorInfo(info) || info.kind === "relax.DTensorInfo") throw new Poisoned();
  return info;
}

/** Reports that operand `i` is of the wrong kind. */
export function wrongKind(site: Site, i: number, expected: string, info: StructInfo): never {
  const { call, op } = site;
  const hints =
    info.kind === "relax.ObjectInfo"
      ? ["say what it is: y = R.match_cast(x, R.Tensor(shape, dtype))"]
      : [];
  fail(
    typeCodes.operandKind({
      op: op.name,
      operand: operandName(site, i),
      expected,
      found: describe(info),
      at: call.args[i]?.span ?? call.span,
      hints,
    }),
  );
}

export function tensorAt(site: Site, i: number): TensorInfo {
  const info = infoAt(site, i);
  return info.kind === "relax.TensorInfo" ? info : wrongKind(site, i, "a tensor", info);
}

/** As {@link tensorAt}; a scalar counts as a tensor without dimensions. */
export function tensorOrScalarAt(site: Site, i: number): TensorInfo {
  const info = infoAt(site, i);
  if (info.kind === "relax.PrimInfo")
    return tensorInfo({ shape: shapeExpr([]), dtype: info.dtype });
  return info.kind === "relax.TensorInfo" ? info : wrongKind(site, i, "a tensor or a scalar", info);
}

/** Fields of a tuple of tensors; one tensor counts as a tuple of itself when `single` is given. */
export function tensorsAt(site: Site, i: number, single = false): readonly TensorInfo[] {
  const info = infoAt(site, i);
  if (single && info.kind === "relax.TensorInfo") return [info];
  if (info.kind !== "relax.TupleInfo") wrongKind(site, i, "a tuple of tensors", info);
  return info.fields.map((field) => {
    const f = known(field);
    return f.kind === "relax.TensorInfo" ? f : wrongKind(site, i, "a tuple of tensors", info);
  });
}

export interface ShapeOperand {
  readonly info: ShapeInfo;
  /** Usable as the shape of a tensor. */
  readonly expr: TensorInfo["shape"];
}

export function shapeAt(site: Site, i: number): ShapeOperand {
  const arg = site.call.args[i]!;
  if (arg.kind === "relax.ShapeExpr") return { info: shapeInfo(arg.values), expr: arg };
  const info = infoAt(site, i);
  if (info.kind !== "relax.ShapeInfo") wrongKind(site, i, "a shape", info);
  if (info.values) return { info, expr: shapeExpr(info.values) };
  return { info, expr: arg.kind === "relax.Var" ? arg : undefined };
}

/** Value of a scalar operand; undefined when only its type is known. */
export function primAt(site: Site, i: number): PrimExpr | undefined {
  const arg = site.call.args[i]!;
  if (arg.kind === "relax.PrimValue") return arg.value;
  const info = infoAt(site, i);
  if (info.kind === "relax.PrimInfo") return info.value;
  if (info.kind === "relax.TensorInfo" && info.ndim <= 0) return undefined;
  return wrongKind(site, i, "a scalar", info);
}

/** Values of a tuple of scalars; undefined where only the type is known. */
export function primsAt(site: Site, i: number): readonly (PrimExpr | undefined)[] | undefined {
  const arg = site.call.args[i]!;
  if (arg.kind === "relax.ShapeExpr") return arg.values;
  if (arg.kind === "relax.Tuple") return arg.fields.map((field) => primOf(site, i, field));
  const info = infoAt(site, i);
  if (info.kind === "relax.ObjectInfo") return undefined;
  if (info.kind === "relax.ShapeInfo") return info.values;
  if (info.kind !== "relax.TupleInfo") wrongKind(site, i, "a tuple of integers", info);
  return info.fields.map((f) => (f.kind === "relax.PrimInfo" ? f.value : undefined));
}

function primOf(site: Site, i: number, field: Expr): PrimExpr | undefined {
  if (field.kind === "relax.PrimValue") return field.value;
  const info = known(site.ctx.infoOf(field));
  if (info.kind === "relax.PrimInfo") return info.value;
  if (info.kind === "relax.ObjectInfo") return undefined;
  return wrongKind(site, i, "a tuple of integers", info);
}

/** A dtype operand; undefined when it is not a constant. */
export function dtypeAt(site: Site, i: number): DType | undefined {
  const arg = site.call.args[i]!;
  if (arg.kind === "relax.DTypeValue") return arg.value;
  if (arg.kind !== "relax.Str") return undefined;
  return tryDType(arg.value) ?? wrongKind(site, i, "a dtype", infoAt(site, i));
}
