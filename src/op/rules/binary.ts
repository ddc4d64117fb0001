/** Elementwise operators of two operands. */
import { primInfo, type StructInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import { bool, type DType } from "../../support/dtype.js";
import type { Rule, Site } from "../site.js";
import { one as unit } from "./dims.js";
import { broadcastDims } from "./broadcast.js";
import { infoAt, tensorOrScalarAt, wrongKind } from "./operand.js";
import {
  bare,
  commonDevice,
  commonElement,
  dimsOfTensor,
  needElements,
  rankOnly,
  tensorOf,
} from "./result.js";

/** Result of broadcasting two tensors, with that element type. */
export function broadcastTensors(
  site: Site,
  x: TensorInfo,
  y: TensorInfo,
  dtype: DType | undefined,
): TensorInfo {
  const from = { dtype, vdevice: commonDevice(site, [x, y]) };
  const a = dimsOfTensor(x);
  const b = dimsOfTensor(y);
  if (a && b) {
    const dims = broadcastDims(site, a, b);
    if (dims) return tensorOf(dims, from);
  }
  if (x.shape !== undefined && x.shape === y.shape) return bare({ ...x, ...from });
  return rankOnly(x.ndim < 0 || y.ndim < 0 ? -1 : Math.max(x.ndim, y.ndim), from);
}

function broadcastRule(
  site: Site,
  elements: (x: TensorInfo, y: TensorInfo) => DType | undefined,
): StructInfo {
  const infos = [infoAt(site, 0), infoAt(site, 1)];
  infos.forEach((info, i) => {
    if (info.kind !== "relax.TensorInfo" && info.kind !== "relax.PrimInfo")
      wrongKind(site, i, "a tensor or a scalar", info);
  });
  const x = tensorOrScalarAt(site, 0);
  const y = tensorOrScalarAt(site, 1);
  const dtype = elements(x, y);
  if (infos.every((info) => info.kind === "relax.PrimInfo") && dtype !== undefined)
    return primInfo(dtype);
  // A scalar operand has one element, so that the result has at least one dimension.
  const stretch = (t: TensorInfo, info: StructInfo): TensorInfo =>
    info.kind === "relax.PrimInfo" ? tensorOf([unit], t) : t;
  return broadcastTensors(site, stretch(x, infos[0]!), stretch(y, infos[1]!), dtype);
}

export const binaryArithmetic: Rule = (site) =>
  broadcastRule(site, (x, y) => commonElement(site, [x, y]));

export const binaryCompare: Rule = (site) =>
  broadcastRule(site, (x, y) => {
    commonElement(site, [x, y]);
    return bool;
  });

export const binaryLogic: Rule = (site) =>
  broadcastRule(site, (x, y) => commonElement(site, [x, y]));

export const binaryBits: Rule = (site) =>
  broadcastRule(site, (x, y) => {
    needElements(site, 0, x, "integer or bool");
    needElements(site, 1, y, "integer or bool");
    return commonElement(site, [x, y]);
  });
