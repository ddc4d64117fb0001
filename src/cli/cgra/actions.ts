/** All that `relaxc cgra` can do, by name. */
import type { CgraAction } from "./action.js";
import { area } from "./area.js";
import { asm } from "./asm.js";
import { capacity } from "./capacity.js";
import { dis } from "./dis.js";
import { fabric } from "./fabric.js";
import { layout } from "./layout.js";
import { llvm } from "./llvm.js";
import { rtl } from "./rtl.js";
import { sim } from "./sim.js";

export const actions: readonly CgraAction[] = [
  area,
  asm,
  capacity,
  dis,
  fabric,
  layout,
  llvm,
  rtl,
  sim,
];
