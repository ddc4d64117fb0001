import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const allocTensorRule: Rule = () => objectInfo;
export const objectRule: Rule = () => objectInfo;
export const viewRule: Rule = () => objectInfo;
export const voidRule: Rule = () => objectInfo;
