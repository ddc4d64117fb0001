import { rewrite } from "../../../ir/core/rewrite.js";
import { irModule } from "../../../ir/module.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { updated } from "../rewrite/index.js";
import { declaredDevices, readDevice, sameDevice } from "./device.js";

const NAME = "update-vdevice";

/**
 * Precondition: the module declares the device. Result: another one stands in its place, in the declarations and in all
 * types and moves.
 */
export const updateVDevice = definePass({
  name: NAME,
  dialect: "module",
  summary: "Puts another device in the place of a declared one.",
  options: {
    new: option.string({ default: "", help: "The new device, e.g. `cuda:1:global`." }),
    index: option.int({ default: 0, help: "Number of the declared device to replace." }),
  },
  run(module, { new: text, index }, ctx) {
    const by = readDevice(text);
    if (by === undefined) return refuse(ctx, "new", `\`${text}\``, "a device like `cuda:1:global`") ?? module; // prettier-ignore
    const all = declaredDevices(module);
    const old = all[index];
    if (old === undefined) {
      const expected = all.length === 0 ? "used with a module that declares devices" : `less than ${all.length} and not negative`; // prettier-ignore
      return refuse(ctx, "index", String(index), expected) ?? module;
    }
    if (sameDevice(old, by)) return module;
    const globalInfos = new Map(module.globalInfos);
    const infos = globalInfos.get("vdevice")!;
    globalInfos.set("vdevice", infos.map((i) => (i === old ? by : i))); // prettier-ignore
    const after = updated(module, (func) =>
      rewrite(func, (node) => (node.kind === "ir.VDevice" && sameDevice(node, old) ? by : node)),
    );
    return irModule(after.functions, { ...after, globalInfos });
  },
});

function refuse(ctx: PassContext, name: string, found: string, expected: string): undefined {
  ctx.report(codes.badOption({ pass: NAME, option: name, found, expected }));
  return undefined;
}
