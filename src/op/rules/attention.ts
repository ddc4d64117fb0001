import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const attentionRule: Rule = () => objectInfo;
export const attentionVarLenRule: Rule = () => objectInfo;
