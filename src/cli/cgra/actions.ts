/** All that `relaxc cgra` can do, by name. */
import type { CgraAction } from "./action.js";
import { fabric } from "./fabric.js";
import { layout } from "./layout.js";
import { rtl } from "./rtl.js";

export const actions: readonly CgraAction[] = [fabric, layout, rtl];
