/** Resampling. */
import { typeCodes, shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { optionalDType, optionalStr } from "./attribute.js";
import { fromStandard, layoutIn, needLayoutRank, toStandard } from "./data-layout.js";
import { dim, mustEqual } from "./dims.js";
import { operandName, shapeAt, tensorAt } from "./operand.js";
import { dimsOfTensor, needRank, rankOnly, tensorOf } from "./result.js";

function needSizeRank(site: Site, found: number, expected: string): never {
  fail(
    typeCodes.operandRank({
      op: site.op.name,
      operand: operandName(site, 1),
      expected,
      found: String(found),
      at: site.call.args[1]?.span ?? site.call.span,
    }),
  );
}

function needLength(site: Site, i: number, found: PrimExpr, expected: number, what: string): void {
  if (mustEqual(site.ctx, found, dim(expected), `${what} of ${site.op.name}`)) return;
  const operand = operandName(site, i);
  fail(
    shapeCodes.parameterLength({
      op: site.op.name,
      operand,
      expected: `${expected} along ${what}`,
      found: dimText(found),
      at: site.call.span,
    }),
  );
}

export const resizeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const { info: size } = shapeAt(site, 1);
  const standard = site.op.name.endsWith("3d") ? "NCDHW" : "NCHW";
  const layout = layoutIn(site, "layout", optionalStr(site, "layout") ?? standard, standard);
  needLayoutRank(site, 0, x, layout);
  const spatial = standard.length - 2;
  if (size.ndim >= 0 && size.ndim !== spatial) needSizeRank(site, size.ndim, `${spatial} elements`);
  const from = { dtype: optionalDType(site, "out_dtype") ?? x.dtype, vdevice: x.vdevice };
  const dims = dimsOfTensor(x);
  if (dims === undefined || size.values === undefined) return rankOnly(layout.axes.length, from);
  const data = toStandard(site, layout, dims);
  return tensorOf(fromStandard(site, layout, [data[0]!, data[1]!, ...size.values]), from);
};

/** Grids are (n, 2, h, w) or (n, 3, d, h, w). */
export const gridSampleRule: Rule = (site) => {
  const [x, grid] = [tensorAt(site, 0), tensorAt(site, 1)];
  const text = optionalStr(site, "layout") ?? "NCHW";
  const standard = /D/.test(text) ? "NCDHW" : "NCHW";
  const layout = layoutIn(site, "layout", text, standard);
  needLayoutRank(site, 0, x, layout);
  needRank(site, 1, grid, standard.length);
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(grid)];
  if (!a || !b) return rankOnly(layout.axes.length, x);
  const data = toStandard(site, layout, a);
  return tensorOf(fromStandard(site, layout, [data[0]!, data[1]!, ...b.slice(2)]), x);
};

/** Matrices are (n, 2, 3) for two spatial dimensions, (n, 3, 4) for three. */
export const affineGridRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const { info: size } = shapeAt(site, 1);
  needRank(site, 0, x, 3);
  if (size.ndim < 0) return rankOnly(-1, x);
  if (size.ndim !== 2 && size.ndim !== 3) needSizeRank(site, size.ndim, "2 or 3 elements");
  const dims = dimsOfTensor(x);
  if (dims === undefined || size.values === undefined) return rankOnly(size.ndim + 2, x);
  needLength(site, 0, dims[1]!, size.ndim, "dimension 1");
  needLength(site, 0, dims[2]!, size.ndim + 1, "dimension 2");
  return tensorOf([dims[0]!, dim(size.ndim), ...size.values], x);
};
