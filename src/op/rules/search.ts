import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const argsortRule: Rule = () => objectInfo;
export const bucketizeRule: Rule = () => objectInfo;
export const nonzeroRule: Rule = () => objectInfo;
export const sampleRule: Rule = () => objectInfo;
export const sortRule: Rule = () => objectInfo;
export const topkRule: Rule = () => objectInfo;
export const uniqueRule: Rule = () => objectInfo;
