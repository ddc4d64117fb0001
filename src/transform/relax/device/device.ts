/** Virtual devices of a module. */
import { structuralEqual } from "../../../ir/core/equal.js";
import type { IRModule } from "../../../ir/module.js";
import type { VDevice } from "../../../ir/relax/struct-info.js";

/** The devices that a module declares, in order. */
export const declaredDevices = (module: IRModule): readonly VDevice[] =>
  (module.globalInfos.get("vdevice") ?? []).filter((i) => i.kind === "ir.VDevice");

/** Whether two devices are one. */
export const sameDevice = (a: VDevice | undefined, b: VDevice | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && structuralEqual(a, b));

/** As it is written: `cuda:0:global`. */
export const deviceText = (d: VDevice): string => `${kindOf(d)}:${d.index}:${d.scope}`;

/** Targets whose code runs on the host. */
const HOST = new Set(["cpu", "llvm", "c"]);

/** The declared device on which a hint asks for a value: of its kind, number and scope. */
export const deviceFor = (module: IRModule, hint: VDevice, scope: string): VDevice | undefined => {
  const all = declaredDevices(module);
  const exact = all.find((d) => sameDevice(d, hint));
  return exact ?? all.find((d) => hardware(d) === hardware(hint) && d.index === hint.index && d.scope === scope); // prettier-ignore
};

const hardware = (d: VDevice): string => (HOST.has(kindOf(d)) ? "cpu" : kindOf(d));

/** Kind of the target: the first word of its name. */
function kindOf({ target }: VDevice): string {
  if (typeof target === "string") return target.split(" ", 1)[0]!;
  const kind = target.config.get("kind");
  return typeof kind === "string" ? kind : "";
}

/** A device as an option spells it: `cuda`, `cuda:1`, `cuda:1:global`. */
export function readDevice(text: string): VDevice | undefined {
  const match = /^([A-Za-z_][\w.-]*)(?::(\d{1,6}))?(?::([\w.-]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, target, index = "0", scope = "global"] = match;
  return { kind: "ir.VDevice", target: target!, index: Number(index), scope };
}
