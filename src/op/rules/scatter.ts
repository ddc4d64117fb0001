import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const indexPutRule: Rule = () => objectInfo;
export const scatterElementsRule: Rule = () => objectInfo;
export const scatterNdRule: Rule = () => objectInfo;
export const sliceScatterRule: Rule = () => objectInfo;
