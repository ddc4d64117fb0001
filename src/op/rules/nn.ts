import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const batchFlattenRule: Rule = () => objectInfo;
export const dropoutRule: Rule = () => objectInfo;
export const padRule: Rule = () => objectInfo;
export const pixelShuffleRule: Rule = () => objectInfo;
export const preluRule: Rule = () => objectInfo;
export const softmaxRule: Rule = () => objectInfo;
