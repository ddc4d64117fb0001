import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const castRule: Rule = () => objectInfo;
export const clipRule: Rule = () => objectInfo;
export const likeBool: Rule = () => objectInfo;
export const likeInteger: Rule = () => objectInfo;
