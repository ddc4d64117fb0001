import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const batchNormRule: Rule = () => objectInfo;
export const groupNormRule: Rule = () => objectInfo;
export const instanceNormRule: Rule = () => objectInfo;
export const layerNormRule: Rule = () => objectInfo;
export const rmsNormRule: Rule = () => objectInfo;
