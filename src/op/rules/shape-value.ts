/** Shapes as values. */
import { shapeInfo } from "../../ir/relax/struct-info.js";
import { int64 } from "../../support/dtype.js";
import type { Rule } from "../site.js";
import { constOf, dim } from "./dims.js";
import { infoAt, tensorAt, wrongKind } from "./operand.js";
import { dimsOfTensor, needElements, needRank, rankOnly, tensorOf } from "./result.js";

export const shapeOfRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  return shapeInfo(dimsOfTensor(x), x.ndim);
};

export const shapeToTensorRule: Rule = (site) => {
  const info = infoAt(site, 0);
  if (info.kind !== "relax.ShapeInfo") wrongKind(site, 0, "a shape", info);
  return info.ndim < 0
    ? rankOnly(1, { dtype: int64 })
    : tensorOf([dim(info.ndim)], { dtype: int64 });
};

export const tensorToShapeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRank(site, 0, x, 1);
  needElements(site, 0, x, "integer");
  const length = dimsOfTensor(x)?.[0];
  const rank = length === undefined ? undefined : constOf(length);
  return shapeInfo(undefined, rank === undefined ? -1 : Number(rank));
};

export const sizeRule: Rule = (site) =>
  tensorOf([], { dtype: int64, vdevice: tensorAt(site, 0).vdevice });
