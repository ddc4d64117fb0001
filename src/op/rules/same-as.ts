import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const floatLike: Rule = () => objectInfo;
export const identityRule: Rule = () => objectInfo;
export const likeOperand =
  (_: unknown): Rule =>
  () =>
    objectInfo;
export const sameAs: Rule = () => objectInfo;
