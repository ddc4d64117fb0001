import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const dynamicSliceRule: Rule = () => objectInfo;
export const stridedSliceRule: Rule = () => objectInfo;
