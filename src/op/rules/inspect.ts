/** Fields of tensor descriptors. */
import { primInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { DType } from "../../support/dtype.js";
import type { Rule, Site } from "../site.js";
import { intImm, type PrimExpr } from "../../ir/tir/expr.js";
import { axisIn } from "./axes.js";
import { constOf, product } from "./dims.js";
import { primAt, tensorAt } from "./operand.js";
import { dimsOfTensor } from "./result.js";

/** A field with its value where the type of the tensor says it. */
export const fieldRule =
  (dtype: DType, of: (tensor: TensorInfo) => number | undefined): Rule =>
  (site) => {
    const value = of(tensorAt(site, 0));
    return primInfo(dtype, value === undefined ? undefined : intImm(value, dtype));
  };

/** Dimensions of the tensor and the axis asked for, where both are known. */
function axisOf(
  site: Site,
): { readonly dims: readonly PrimExpr[]; readonly axis: number } | undefined {
  const x = tensorAt(site, 0);
  const given = primAt(site, 1);
  const axis = given === undefined ? undefined : constOf(given);
  if (axis === undefined || x.ndim < 0) return undefined;
  const at = axisIn(site, x.ndim, axis < 0 ? x.ndim : Number(axis));
  const dims = dimsOfTensor(x);
  return dims && { dims, axis: at };
}

/** The length itself where it is known. */
export const shapeFieldRule =
  (dtype: DType): Rule =>
  (site) => {
    const found = axisOf(site);
    return primInfo(dtype, found?.dims[found.axis]);
  };

/** Strides of compact tensors. */
export const strideFieldRule =
  (dtype: DType): Rule =>
  (site) => {
    const found = axisOf(site);
    return primInfo(dtype, found && product(site.ctx, found.dims.slice(found.axis + 1)));
  };
