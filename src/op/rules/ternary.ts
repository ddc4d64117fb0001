import { objectInfo } from "../../ir/relax/struct-info.js";
import type { Rule } from "../site.js";
export const fmaRule: Rule = () => objectInfo;
export const whereRule: Rule = () => objectInfo;
