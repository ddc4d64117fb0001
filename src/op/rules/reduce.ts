import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const argReduceRule: Rule = () => objectInfo;
export const medianRule: Rule = () => objectInfo;
export const reduceRule: Rule = () => objectInfo;
