/** Moves between devices. */
import type { VDevice } from "../../ir/relax/struct-info.js";
import { tensorInfo } from "../../ir/relax/struct-info.js";
import type { Rule, Site } from "../site.js";
import { attrOf, wrongAttr } from "./attribute.js";
import { tensorAt } from "./operand.js";

/** `"cuda:0:global"`; index and scope may be left out. */
function deviceOf(site: Site): VDevice {
  const value = attrOf(site, "dst_vdevice");
  if (typeof value === "object" && value !== null && "kind" in value && value.kind === "ir.VDevice")
    return value;
  if (typeof value !== "string") return wrongAttr(site, "dst_vdevice", "a device", value);
  const [target = "", index = "0", scope = "global"] = value.split(":");
  return { kind: "ir.VDevice", target, index: Number(index) || 0, scope };
}

export const toVdeviceRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  return tensorInfo({ shape: x.shape, dtype: x.dtype, ndim: x.ndim, vdevice: deviceOf(site) });
};
