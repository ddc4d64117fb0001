/** All that `relaxc cgra` can do, by name. */
import type { CgraAction } from "./action.js";
import { asm } from "./asm.js";
import { dis } from "./dis.js";
import { fabric } from "./fabric.js";
import { layout } from "./layout.js";
import { rtl } from "./rtl.js";
import { sim } from "./sim.js";

export const actions: readonly CgraAction[] = [asm, dis, fabric, layout, rtl, sim];
