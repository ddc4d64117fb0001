import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const flipRule: Rule = () => objectInfo;
export const layoutTransformRule: Rule = () => objectInfo;
export const permuteDimsRule: Rule = () => objectInfo;
export const reverseSequenceRule: Rule = () => objectInfo;
