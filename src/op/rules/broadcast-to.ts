import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const broadcastToRule: Rule = () => objectInfo;
export const collapseSumLikeRule: Rule = () => objectInfo;
export const collapseSumToRule: Rule = () => objectInfo;
