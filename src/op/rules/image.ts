import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const affineGridRule: Rule = () => objectInfo;
export const gridSampleRule: Rule = () => objectInfo;
export const resizeRule: Rule = () => objectInfo;
