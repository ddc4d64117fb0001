/** Scans. */
import { defineOps } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import { boolAttr, dtypeAttr, intAttr, tensor } from "../../params.js";
import { scanRule } from "../../rules/scan.js";

export const scanOps = defineOps(
  {
    family: "statistical",
    params: [
      tensor("data"),
      intAttr("axis", null, { normal: axisOf() }),
      dtypeAttr("dtype", null),
      boolAttr("exclusive", false),
    ],
    rule: scanRule,
  },
  {
    cumsum: { summary: "Running sum.", must: "T" },
    cumprod: { summary: "Running product.", must: "T" },
  },
);
