import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const shapeOfRule: Rule = () => objectInfo;
export const shapeToTensorRule: Rule = () => objectInfo;
export const sizeRule: Rule = () => objectInfo;
export const tensorToShapeRule: Rule = () => objectInfo;
