/** Searching, sorting, sets and sampling. */
import { tupleInfo, type StructInfo } from "../../ir/relax/struct-info.js";
import { int32, int64 } from "../../support/dtype.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule } from "../site.js";
import { boolOf, choiceOf, dtypeOf, intOf } from "./attribute.js";
import { axisIn } from "./axes.js";
import { constOf, dim, isOne, one, sameDim } from "./dims.js";
import { hasOperand, primAt, tensorAt } from "./operand.js";
import {
  bare,
  dimsOfTensor,
  needElements,
  needRank,
  rankOnly,
  tensorOf,
  withDType,
} from "./result.js";

export const bucketizeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRank(site, 1, tensorAt(site, 1), 1);
  return withDType(x, boolOf(site, "out_int32") ? int32 : int64);
};

export const sortRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  return bare(x);
};

export const argsortRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  return withDType(x, dtypeOf(site, "dtype"));
};

export const topkRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const k = intOf(site, "k");
  const type = choiceOf(site, "ret_type", ["both", "values", "indices"]);
  const axis = x.ndim < 0 ? -1 : axisIn(site, x.ndim, intOf(site, "axis"));
  const dims = dimsOfTensor(x);
  const length = dims?.[axis];
  const limit = length === undefined ? undefined : constOf(length);
  if (limit !== undefined && k > limit) {
    fail(
      shapeCodes.parameterLength({
        op: site.op.name,
        operand: "k",
        expected: `at most ${dimText(length!)}`,
        found: String(k),
        at: site.call.span,
      }),
    );
  }
  const values =
    dims === undefined ? rankOnly(x.ndim, x) : tensorOf(k < 1 ? dims : dims.with(axis, dim(k)), x);
  const indices = withDType(values, dtypeOf(site, "dtype"));
  return type === "values" ? values : type === "indices" ? indices : tupleInfo([values, indices]);
};

/** How many elements are distinct is known at run time only. */
export const uniqueRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const axis = hasOperand(site, 5) ? primAt(site, 5) : undefined;
  const at = axis === undefined ? undefined : constOf(axis);
  if (at !== undefined && x.ndim >= 0) axisIn(site, x.ndim, Number(at));
  const vector = (dtype = x.dtype): StructInfo =>
    x.ndim === 0
      ? tensorOf([one], { dtype, vdevice: x.vdevice })
      : rankOnly(1, { dtype, vdevice: x.vdevice });
  const flags = [2, 3, 4].filter((i) => {
    const flag = hasOperand(site, i) ? primAt(site, i) : undefined;
    return flag !== undefined && (constOf(flag) ?? 0) !== 0;
  });
  const values = x.ndim !== 0 && axis !== undefined ? rankOnly(x.ndim, x) : vector();
  return flags.length === 0 ? values : tupleInfo([values, ...flags.map(() => vector(int64))]);
};

export const nonzeroRule: Rule = (site) =>
  rankOnly(2, { dtype: int64, vdevice: tensorAt(site, 0).vdevice });

export const sampleRule: Rule = (site) => {
  const [prob, uniform, indices] = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  needElements(site, 0, prob, "float");
  needElements(site, 1, uniform, "float");
  needElements(site, 2, indices, "integer");
  const from = { dtype: dtypeOf(site, "dtype"), vdevice: prob.vdevice };
  if (prob.ndim < 0 || uniform.ndim < 0 || indices.ndim < 0) return rankOnly(-1, from);
  [prob, uniform, indices].forEach((t, i) => needRank(site, i, t, 2));
  const [a, b, c] = [dimsOfTensor(prob), dimsOfTensor(uniform), dimsOfTensor(indices)];
  if (!a || !b || !c) return rankOnly(2, from);
  const same = sameDim(site.ctx, b[0]!, c[0]!);
  if (same === undefined) site.ctx.guard(b[0]!, c[0]!, "samples of multinomial_from_uniform");
  if (same === false) {
    fail(
      shapeCodes.lengthMismatch({
        op: site.op.name,
        axis: 0,
        a: dimText(b[0]!),
        b: dimText(c[0]!),
        at: site.call.span,
      }),
    );
  }
  for (const t of [b, c]) {
    if (isOne(t[1]!)) continue;
    fail(
      shapeCodes.parameterLength({
        op: site.op.name,
        operand: t === b ? "uniform_sample" : "sample_indices",
        expected: "1 along dimension 1",
        found: dimText(t[1]!),
        at: site.call.span,
      }),
    );
  }
  return tensorOf([b[0]!, one], from);
};
