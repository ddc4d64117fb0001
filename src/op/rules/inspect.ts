import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const fieldRule =
  (_: unknown): Rule =>
  () =>
    objectInfo;
export const shapeFieldRule =
  (_: unknown): Rule =>
  () =>
    objectInfo;
export const strideFieldRule =
  (_: unknown): Rule =>
  () =>
    objectInfo;
