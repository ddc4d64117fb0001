/** Scans. */
import type { Rule } from "../site.js";
import { optionalDType, optionalInt } from "./attribute.js";
import { axisIn } from "./axes.js";
import { product } from "./dims.js";
import { tensorAt } from "./operand.js";
import { dimsOfTensor, rankOnly, tensorOf, withDType } from "./result.js";

/** Without an axis the tensor is flattened first. */
export const scanRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const dtype = optionalDType(site, "dtype") ?? x.dtype;
  const axis = optionalInt(site, "axis");
  if (axis !== undefined) {
    if (x.ndim >= 0) axisIn(site, x.ndim, axis);
    return withDType(x, dtype);
  }
  const from = { dtype, vdevice: x.vdevice };
  const dims = dimsOfTensor(x);
  return dims === undefined ? rankOnly(1, from) : tensorOf([product(site.ctx, dims)], from);
};
