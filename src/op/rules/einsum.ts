/** Einstein summation. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { optionalStr, wrongAttr } from "./attribute.js";
import { broadcastDims } from "./broadcast.js";
import { isOne, sameDim } from "./dims.js";
import { tensorsAt } from "./operand.js";
import { commonDevice, commonElement, dimsOfTensor, rankOnly, tensorOf } from "./result.js";

interface Labels {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Letters of each operand and of the result, `…` standing for an ellipsis. */
function parse(site: Site, subscripts: string, count: number): Labels {
  const bad = (reason: string): never =>
    fail(typeCodes.einsum({ subscripts, reason, at: site.call.span }));
  const [left = "", right, more] = subscripts
    .replaceAll(" ", "")
    .replaceAll("...", "…")
    .split("->");
  if (more !== undefined) bad("it has more than one ->");
  const inputs = left.split(",");
  if (inputs.length !== count) bad(`it names ${inputs.length} operands, but ${count} are given`);
  for (const part of [...inputs, right ?? ""]) {
    if (!/^[A-Za-z]*…?[A-Za-z]*$/.test(part)) bad(`\`${part}\` is not made of letters and one ...`);
  }
  const letters = inputs.join("").replaceAll("…", "");
  const once = [...new Set(letters)].filter((c) => letters.indexOf(c) === letters.lastIndexOf(c));
  const output = right ?? `${left.includes("…") ? "…" : ""}${once.sort().join("")}`;
  for (const c of output) {
    if (c !== "…" && !letters.includes(c)) bad(`\`${c}\` of the result is in no operand`);
    if (output.indexOf(c) !== output.lastIndexOf(c)) bad(`\`${c}\` is twice in the result`);
  }
  return { inputs, output };
}

export const einsumRule: Rule = (site) => {
  const tensors = tensorsAt(site, 0, true);
  if (tensors.length === 0)
    fail(typeCodes.empty({ op: site.op.name, operand: "operands", at: site.call.span }));
  const subscripts =
    optionalStr(site, "subscripts") ?? wrongAttr(site, "subscripts", "a string", null);
  const from = { dtype: commonElement(site, tensors), vdevice: commonDevice(site, tensors) };
  const { inputs, output } = parse(site, subscripts, tensors.length);
  const lengths = new Map<string, PrimExpr>();
  let rest: readonly PrimExpr[] | undefined = [];
  let known = true;
  tensors.forEach((t, i) => {
    const labels = inputs[i]!;
    const named = labels.replace("…", "").length;
    if (t.ndim >= 0 && (labels.includes("…") ? t.ndim < named : t.ndim !== named)) {
      fail(
        typeCodes.einsum({
          subscripts,
          reason: `operand ${i} has ${t.ndim} dimensions, not ${named}`,
          at: site.call.span,
        }),
      );
    }
    const dims = dimsOfTensor(t);
    if (dims === undefined) {
      known = false;
      return;
    }
    const at = labels.indexOf("…");
    const between = dims.length - named;
    if (at >= 0) rest = rest && broadcastDims(site, rest, dims.slice(at, at + between));
    [...labels.replace("…", "")].forEach((c, j) => {
      const d = dims[at >= 0 && j >= at ? j + between : j]!;
      const before = lengths.get(c);
      if (before === undefined || isOne(before)) lengths.set(c, d);
      else if (!isOne(d)) {
        const same = sameDim(site.ctx, before, d);
        if (same === undefined) site.ctx.guard(before, d, `dimension \`${c}\` of einsum`);
        if (same === false) {
          fail(
            shapeCodes.lengthMismatch({
              op: site.op.name,
              axis: c,
              a: dimText(before),
              b: dimText(d),
              at: site.call.span,
            }),
          );
        }
      }
    });
  });
  if (!known || rest === undefined)
    return rankOnly(output.includes("…") && !known ? -1 : output.length, from);
  const ellipsis: readonly PrimExpr[] = rest;
  return tensorOf(
    [...output].flatMap((c) => (c === "…" ? ellipsis : [lengths.get(c)!])),
    from,
  );
};
