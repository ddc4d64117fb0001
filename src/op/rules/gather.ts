import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const gatherElementsRule: Rule = () => objectInfo;
export const gatherNdRule: Rule = () => objectInfo;
export const indexTensorRule: Rule = () => objectInfo;
export const oneHotRule: Rule = () => objectInfo;
export const takeRule: Rule = () => objectInfo;
