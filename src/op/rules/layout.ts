/** Operators that move elements. */
import { typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Rule } from "../site.js";
import { attrOf, intOf, optionalInts } from "./attribute.js";
import { axesIn, axisIn } from "./axes.js";
import { indexMapOf, mapShape } from "./index-map.js";
import { tensorAt } from "./operand.js";
import { bare, dimsOfTensor, needElements, needRank, rankOnly, tensorOf } from "./result.js";

export const permuteDimsRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const given = optionalInts(site, "axes");
  if (x.ndim < 0) return rankOnly(given === undefined ? -1 : given.length, x);
  if (given !== undefined && given.length !== x.ndim) {
    fail(
      typeCodes.attribute({
        op: site.op.name,
        attribute: "axes",
        expected: `${x.ndim} axes`,
        found: `[${given.join(", ")}]`,
        at: site.call.span,
      }),
    );
  }
  const axes =
    given === undefined
      ? Array.from({ length: x.ndim }, (_, i) => x.ndim - 1 - i)
      : axesIn(site, x.ndim, given);
  if (axes.every((axis, i) => axis === i)) return bare(x);
  const dims = dimsOfTensor(x);
  return dims === undefined
    ? rankOnly(x.ndim, x)
    : tensorOf(
        axes.map((axis) => dims[axis]!),
        x,
      );
};

export const flipRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  return bare(x);
};

export const reverseSequenceRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const lengths = tensorAt(site, 1);
  needRank(site, 1, lengths, 1);
  needElements(site, 1, lengths, "integer");
  if (x.ndim >= 0)
    for (const name of ["seq_axis", "batch_axis"]) axisIn(site, x.ndim, intOf(site, name));
  return bare(x);
};

export const layoutTransformRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const map = indexMapOf(site, "index_map");
  const pad = attrOf(site, "pad_value");
  if (typeof pad === "object" && pad !== null && "kind" in pad) {
    const value = pad.kind === "relax.PrimValue" ? pad.value : pad;
    const typed = value.kind === "tir.IntImm" || value.kind === "tir.FloatImm";
    if (typed && x.dtype !== undefined && value.dtype.code !== x.dtype.code) {
      fail(
        typeCodes.attribute({
          op: site.op.name,
          attribute: "pad_value",
          expected: x.dtype.name,
          found: value.dtype.name,
          at: site.call.span,
        }),
      );
    }
  }
  const dims = dimsOfTensor(x);
  if (dims !== undefined) return tensorOf(mapShape(site, map, dims), x);
  needRank(site, 0, x, map.params.length);
  return rankOnly(map.results.length, x);
};
