import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const expandDimsRule: Rule = () => objectInfo;
export const flattenRule: Rule = () => objectInfo;
export const reshapeRule: Rule = () => objectInfo;
export const squeezeRule: Rule = () => objectInfo;
