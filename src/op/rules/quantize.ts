import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const dequantizeRule: Rule = () => objectInfo;
export const quantizeRule: Rule = () => objectInfo;
