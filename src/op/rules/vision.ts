import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const allClassNmsRule: Rule = () => objectInfo;
export const multiboxRule: Rule = () => objectInfo;
export const nmsRule: Rule = () => objectInfo;
export const roiRule: Rule = () => objectInfo;
export const validCountsRule: Rule = () => objectInfo;
