/** Results like an operand. */
import { infoAt, tensorAt } from "./operand.js";
import { bare, needElements } from "./result.js";
import type { Rule } from "../site.js";

/** The first operand's tensor info. */
export const sameAs: Rule = (site) => bare(tensorAt(site, 0));

/** As {@link sameAs}, for floats only. */
export const floatLike: Rule = (site) => {
  const x = tensorAt(site, 0);
  needElements(site, 0, x, "float");
  return bare(x);
};

/** Operand `i`'s tensor info. */
export const likeOperand =
  (i: number): Rule =>
  (site) =>
    bare(tensorAt(site, i));

/** The first operand's info, of any kind. */
export const identityRule: Rule = (site) => infoAt(site, 0);
