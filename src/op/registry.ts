/** The operator registry. */
import { makeRegistry } from "../support/registry.js";
import type { OpDef } from "./op.js";
import { relaxOps } from "./relax/index.js";

export const opRegistry = makeRegistry(relaxOps);

/** The operator of that name below `relax.`. */
export const lookupOp = (name: string): OpDef | undefined => opRegistry.get(name);
/** All operators, in order of name. */
export const allOps = (): readonly OpDef[] => opRegistry.all;
