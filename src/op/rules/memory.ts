/** Explicit memory. */
import { objectInfo, tensorInfo, voidInfo } from "../../ir/relax/struct-info.js";
import { bytesOf, type DType } from "../../support/dtype.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { calc, constOf, dim, product, raw, zero } from "./dims.js";
import { dtypeAt, hasOperand, infoAt, primAt, shapeAt, tensorAt, wrongKind } from "./operand.js";
import { dimsOfTensor } from "./result.js";

export const objectRule: Rule = () => objectInfo;
export const voidRule: Rule = () => voidInfo;

const indexOf = (site: Site, name: string): number =>
  site.op.params.filter((p) => p.role === "arg").findIndex((p) => p.name === name);

export const allocTensorRule: Rule = (site) => {
  const { info, expr } = shapeAt(site, indexOf(site, "shape"));
  const dtype = dtypeAt(site, indexOf(site, "dtype"));
  return tensorInfo({ shape: expr, ndim: info.ndim, dtype });
};

/** An operand that is there and not the void value, which stands for an absent one. */
const given = (site: Site, i: number): boolean => {
  const arg = site.call.args[i];
  return hasOperand(site, i) && !(arg?.kind === "relax.Tuple" && arg.fields.length === 0);
};

const needBytes = (site: Site, need: string, have: string): never =>
  fail(shapeCodes.viewSize({ op: site.op.name, need, have, at: site.call.span }));

/** Shape and element type are replaced where given; the part must lie within the tensor. */
export const viewRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const target = given(site, 1) ? shapeAt(site, 1) : undefined;
  if (given(site, 2)) {
    const arg = site.call.args[2]!;
    const isConstant = arg.kind === "relax.DTypeValue" || arg.kind === "relax.Str";
    const info = infoAt(site, 2);
    if (!isConstant && info.kind !== "relax.ObjectInfo") wrongKind(site, 2, "a dtype", info);
  }
  const dtype: DType | undefined = given(site, 2) ? dtypeAt(site, 2) : x.dtype;
  const offset = given(site, 3) ? primAt(site, 3) : zero;
  const old = dimsOfTensor(x);
  const dims = target === undefined ? old : target.info.values;
  if (old && dims && x.dtype && dtype) {
    const have = product(site.ctx, [...old, dim(bytesOf(x.dtype))]);
    const need = product(site.ctx, [...dims, dim(bytesOf(dtype))]);
    if (offset !== undefined) {
      const end = raw("add", need, offset);
      const rest = constOf(calc(site.ctx, "sub", have, end));
      if (rest !== undefined && rest < 0) needBytes(site, dimText(end), dimText(have));
    }
  }
  if (target === undefined)
    return tensorInfo({ shape: x.shape, ndim: x.ndim, dtype, vdevice: x.vdevice });
  return tensorInfo({ shape: target.expr, ndim: target.info.ndim, dtype, vdevice: x.vdevice });
};
