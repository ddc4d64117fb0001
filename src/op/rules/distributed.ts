import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const gatherWorkersRule: Rule = () => objectInfo;
export const scatterWorkersRule: Rule = () => objectInfo;
export const shardingRule: Rule = () => objectInfo;
