import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const binaryArithmetic: Rule = () => objectInfo;
export const binaryBits: Rule = () => objectInfo;
export const binaryCompare: Rule = () => objectInfo;
export const binaryLogic: Rule = () => objectInfo;
