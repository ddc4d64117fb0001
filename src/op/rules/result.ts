/** Struct info of results, made from that of operands. */
import type { Label } from "../../support/diagnostic.js";
import { shapeExpr } from "../../ir/relax/expr.js";
import { dimsOf, tensorInfo, type TensorInfo, type VDevice } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { isBool, isFloat, isInteger, type DType } from "../../support/dtype.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { typeCodes } from "../codes.js";
import { describe } from "../describe.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";
import { wide } from "./dims.js";
import { operandName } from "./operand.js";

interface Part {
  readonly dtype?: DType | undefined;
  readonly vdevice?: VDevice | undefined;
}

/** A tensor of known lengths, on the device and with the element type of `from`. */
export const tensorOf = (dims: readonly PrimExpr[], from: Part): TensorInfo =>
  tensorInfo({ shape: shapeExpr(dims.map(wide)), dtype: from.dtype, vdevice: from.vdevice });

/** A tensor of which only the rank is known (-1: not even that). */
export const rankOnly = (ndim: number, from: Part): TensorInfo =>
  tensorInfo(
    ndim === 0
      ? { shape: shapeExpr([]), dtype: from.dtype, vdevice: from.vdevice }
      : { ndim, dtype: from.dtype, vdevice: from.vdevice },
  );

/** Shape and device of `t`, another element type. */
export const withDType = (t: TensorInfo, dtype: DType | undefined): TensorInfo =>
  bare({ ...t, dtype });

/** Without the span of the annotation that it came from. */
export const bare = (t: TensorInfo): TensorInfo =>
  tensorInfo({ shape: t.shape, dtype: t.dtype, ndim: t.ndim, vdevice: t.vdevice });

/** Lengths when the rank and all lengths are known. */
export const dimsOfTensor = (t: TensorInfo): readonly PrimExpr[] | undefined =>
  t.ndim === 0 ? [] : dimsOf(t);

/** The element type of several operands, which must agree; unknown when one is unknown. A bool goes with any other. */
export function commonElement(site: Site, tensors: readonly TensorInfo[]): DType | undefined {
  let common: DType | undefined;
  let unknown = false;
  for (const { dtype } of tensors) {
    if (dtype === undefined) unknown = true;
    else if (common === undefined) common = dtype;
    else if (common !== dtype && !isBool(common) && !isBool(dtype)) {
      fail(
        typeCodes.dtypeMismatch({
          op: site.op.name,
          a: common.name,
          b: dtype.name,
          at: site.call.span,
          labels: elementLabels(site, tensors),
        }),
      );
    }
  }
  return unknown ? undefined : common;
}

/** Element types beside the operands, where these are known to be the arguments of the call in order. */
function elementLabels({ call }: Site, tensors: readonly TensorInfo[]): Label[] {
  if (call.args.length !== tensors.length) return [];
  return tensors.flatMap(({ dtype }, i) => {
    const span = call.args[i]!.span;
    return span && dtype ? [{ span, message: `holds ${dtype.name}` }] : [];
  });
}

const sameDevice = (a: VDevice, b: VDevice): boolean =>
  a === b ||
  (a.index === b.index &&
    a.scope === b.scope &&
    (a.target === b.target ||
      (typeof a.target !== "string" &&
        typeof b.target !== "string" &&
        structuralEqual(a.target, b.target))));

const deviceText = (d: VDevice): string =>
  `${typeof d.target === "string" ? d.target : "device"}:${d.index}:${d.scope}`;

/** The device of several operands, which must agree where known. */
export function commonDevice(site: Site, tensors: readonly Part[]): VDevice | undefined {
  let common: VDevice | undefined;
  for (const { vdevice } of tensors) {
    if (vdevice === undefined) continue;
    if (common === undefined) common = vdevice;
    else if (!sameDevice(common, vdevice)) {
      fail(
        typeCodes.vdeviceMismatch({
          op: site.op.name,
          a: deviceText(common),
          b: deviceText(vdevice),
          at: site.call.span,
        }),
      );
    }
  }
  return common;
}

const classes = {
  bool: isBool,
  integer: isInteger,
  "integer or bool": (d: DType) => isInteger(d) || isBool(d),
  float: isFloat,
} as const;

/** Operand `i` must have elements of a class, where known. */
export function needElements(
  site: Site,
  i: number,
  t: TensorInfo,
  expected: keyof typeof classes,
): void {
  if (t.dtype === undefined || classes[expected](t.dtype)) return;
  const { call, op } = site;
  fail(
    typeCodes.operandDtype({
      op: op.name,
      operand: operandName(site, i),
      expected,
      found: t.dtype.name,
      at: call.args[i]?.span ?? call.span,
    }),
  );
}

/** Operand `i` must have that rank, where known. */
export function needRank(site: Site, i: number, t: TensorInfo, rank: number): void {
  if (t.ndim < 0 || t.ndim === rank) return;
  wrongRank(site, i, t, rankText(rank));
}

export function needRankAtLeast(site: Site, i: number, t: TensorInfo, rank: number): void {
  if (t.ndim < 0 || t.ndim >= rank) return;
  wrongRank(site, i, t, `at least ${rankText(rank)}`);
}

const rankText = (n: number): string => `${n} dimension${n === 1 ? "" : "s"}`;

function wrongRank(site: Site, i: number, t: TensorInfo, expected: string): never {
  const { call, op } = site;
  fail(
    typeCodes.operandRank({
      op: op.name,
      operand: operandName(site, i),
      expected,
      found: `${rankText(t.ndim)}, being ${describe(t)}`,
      at: call.args[i]?.span ?? call.span,
    }),
  );
}
