import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const adaptivePoolRule: Rule = () => objectInfo;
export const poolRule: Rule = () => objectInfo;
