/** The intrinsics of T by name. */
import { makeRegistry } from "../../support/registry.js";
import { accelerator, openNamespaces } from "./gpu.js";
import { calls } from "./calls.js";
import type { Intrinsic } from "./intrinsic.js";
import { maths } from "./maths.js";

export { arityOf, type Intrinsic, type ResultRule } from "./intrinsic.js";

export const intrinsics = makeRegistry<Intrinsic>([...maths, ...calls, ...accelerator]);

/** An intrinsic by canonical name or alias. */
export const intrinsicOf = (name: string): Intrinsic | undefined => intrinsics.get(name);

/** Whether a dotted name lies in a namespace that is kept as written. */
export function isOpenName(name: string): boolean {
  const dot = name.indexOf(".");
  return dot > 0 && openNamespaces.has(name.slice(0, dot));
}

/** Whether a call may be moved, repeated or dropped. Unknown names are not. */
export const isPureIntrinsic = (name: string): boolean => intrinsics.get(name)?.pure ?? false;
