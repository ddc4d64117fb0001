/** Selection and fused multiply-add. */
import { typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import { shapeCodes } from "../codes.js";
import type { Rule } from "../site.js";
import { broadcastTensors } from "./binary.js";
import { mustEqual } from "./dims.js";
import { tensorAt } from "./operand.js";
import { bare, commonDevice, commonElement, dimsOfTensor, needElements } from "./result.js";

export const whereRule: Rule = (site) => {
  const condition = tensorAt(site, 0);
  needElements(site, 0, condition, "bool");
  const x = tensorAt(site, 1);
  const y = tensorAt(site, 2);
  const dtype = commonElement(site, [x, y]);
  return broadcastTensors(site, condition, broadcastTensors(site, x, y, dtype), dtype);
};

/** No broadcasting. */
export const fmaRule: Rule = (site) => {
  const all = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  const dtype = commonElement(site, all);
  const vdevice = commonDevice(site, all);
  const first =
    all.find((t) => dimsOfTensor(t) !== undefined) ?? all.find((t) => t.ndim >= 0) ?? all[0]!;
  for (const t of all) {
    if (t.ndim >= 0 && first.ndim >= 0 && t.ndim !== first.ndim) {
      fail(
        typeCodes.rankMismatch({ op: site.op.name, a: first.ndim, b: t.ndim, at: site.call.span }),
      );
    }
    const dims = dimsOfTensor(t);
    dimsOfTensor(first)?.forEach((d, axis) => {
      const other = dims?.[axis];
      if (other === undefined || mustEqual(site.ctx, d, other, "operands of ewise_fma")) return;
      fail(
        shapeCodes.lengthMismatch({
          op: site.op.name,
          axis,
          a: dimText(d),
          b: dimText(other),
          at: site.call.span,
        }),
      );
    });
  }
  return bare({ ...first, dtype, vdevice });
};
