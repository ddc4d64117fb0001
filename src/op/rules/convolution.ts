import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const convRule: Rule = () => objectInfo;
export const convTransposeRule: Rule = () => objectInfo;
