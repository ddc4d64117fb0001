/** Elementwise operators of one tensor. */
import { bool, isBool } from "../../support/dtype.js";
import type { Rule } from "../site.js";
import { dtypeOf } from "./attribute.js";
import { infoAt, tensorAt, wrongKind } from "./operand.js";
import { bare, needElements, withDType } from "./result.js";

export const likeInteger: Rule = (site) => {
  const x = tensorAt(site, 0);
  needElements(site, 0, x, "integer or bool");
  return bare(x);
};

export const likeBool: Rule = (site) => withDType(tensorAt(site, 0), bool);

export const castRule: Rule = (site) => withDType(tensorAt(site, 0), dtypeOf(site, "dtype"));

/** Bounds are scalars of any numeric type. */
export const clipRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  for (const i of [1, 2]) {
    const bound = infoAt(site, i);
    if (bound.kind !== "relax.PrimInfo" || isBool(bound.dtype))
      wrongKind(site, i, "a scalar", bound);
  }
  return bare(x);
};
