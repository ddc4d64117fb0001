import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const concatRule: Rule = () => objectInfo;
export const meshgridRule: Rule = () => objectInfo;
export const repeatRule: Rule = () => objectInfo;
export const splitRule: Rule = () => objectInfo;
export const stackRule: Rule = () => objectInfo;
export const tileRule: Rule = () => objectInfo;
