/** Detection. */
import { tupleInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { float32, int32, int64, type DType } from "../../support/dtype.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import {
  attrOf,
  boolOf,
  choiceOf,
  intOf,
  optionalStr,
  repeatedInts,
  wrongAttr,
} from "./attribute.js";
import { constOf, dim, mustEqual, one, product } from "./dims.js";
import { operandName, tensorAt, tensorOrScalarAt } from "./operand.js";
import {
  commonElement,
  dimsOfTensor,
  needElements,
  needRank,
  rankOnly,
  tensorOf,
} from "./result.js";

function needLength(
  site: Site,
  i: number,
  axis: number,
  found: PrimExpr,
  expected: PrimExpr,
): void {
  if (mustEqual(site.ctx, found, expected, site.op.name)) return;
  const { op, call } = site;
  fail(
    shapeCodes.parameterLength({
      op: op.name,
      operand: operandName(site, i),
      expected: `${dimText(expected)} along dimension ${axis}`,
      found: dimText(found),
      at: call.args[i]?.span ?? call.span,
    }),
  );
}

/** A field index within rows of a constant length. */
function needField(site: Site, name: string, low: number, length: PrimExpr, extra = 0): void {
  const known = constOf(length);
  const index = intOf(site, name);
  if (index >= low && (known === undefined || index + extra < known)) return;
  wrongAttr(site, name, `an index from ${low} within rows of ${dimText(length)}`, index);
}

/** Boxes (batch, n, 4), scores (batch, classes, n). */
export const allClassNmsRule: Rule = (site) => {
  const [boxes, scores] = [tensorAt(site, 0), tensorAt(site, 1)];
  for (const i of [2, 3, 4]) tensorOrScalarAt(site, i);
  needRank(site, 0, boxes, 3);
  needRank(site, 1, scores, 3);
  const onnx = choiceOf(site, "output_format", ["onnx", "tensorflow"]) === "onnx";
  const of = (dtype: DType): Pick<TensorInfo, "dtype" | "vdevice"> => ({
    dtype,
    vdevice: boxes.vdevice,
  });
  const [a, b] = [dimsOfTensor(boxes), dimsOfTensor(scores)];
  if (!a || !b) {
    if (onnx) return tupleInfo([rankOnly(2, of(int64)), tensorOf([one], of(int64))]);
    return tupleInfo([rankOnly(3, of(int64)), rankOnly(2, of(float32)), rankOnly(1, of(int64))]);
  }
  const [batch, count] = [a[0]!, a[1]!];
  if (onnx) {
    const total = product(site.ctx, [batch, b[1]!, count]);
    return tupleInfo([tensorOf([total, dim(3)], of(int64)), tensorOf([one], of(int64))]);
  }
  const each = product(site.ctx, [b[1]!, count]);
  return tupleInfo([
    tensorOf([batch, each, dim(2)], of(int64)),
    tensorOf([batch, each], of(float32)),
    tensorOf([batch], of(int64)),
  ]);
};

/** Data (batch, n, fields). */
export const validCountsRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRank(site, 0, x, 3);
  const counts = { dtype: int32, vdevice: x.vdevice };
  const dims = dimsOfTensor(x);
  if (dims === undefined)
    return tupleInfo([rankOnly(1, counts), rankOnly(3, x), rankOnly(2, counts)]);
  needField(site, "score_index", 0, dims[2]!);
  needField(site, "id_index", -1, dims[2]!);
  return tupleInfo([
    tensorOf([dims[0]!], counts),
    tensorOf(dims, x),
    tensorOf(dims.slice(0, 2), counts),
  ]);
};

export const nmsRule: Rule = (site) => {
  const [x, valid, indices] = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  [3, 1, 2].forEach((rank, i) => needRank(site, i, [x, valid, indices][i]!, rank));
  needElements(site, 1, valid, "integer");
  needElements(site, 2, indices, "integer");
  const [a, b, c] = [dimsOfTensor(x), dimsOfTensor(valid), dimsOfTensor(indices)];
  const counts = { dtype: int32, vdevice: x.vdevice };
  const boxes = a ? tensorOf(a, x) : rankOnly(3, x);
  if (a) {
    if (b) needLength(site, 1, 0, b[0]!, a[0]!);
    if (c) [0, 1].forEach((axis) => needLength(site, 2, axis, c[axis]!, a[axis]!));
    needField(site, "score_index", 0, a[2]!);
    needField(site, "coord_start", 0, a[2]!, 3);
    needField(site, "id_index", -1, a[2]!);
  }
  if (!boolOf(site, "return_indices")) return boxes;
  const found = a
    ? [tensorOf(a.slice(0, 2), counts), tensorOf([a[0]!, one], counts)]
    : [rankOnly(2, counts), rankOnly(2, counts)];
  const sigma = attrOf(site, "soft_nms_sigma");
  const soft =
    typeof sigma === "object" &&
    sigma !== null &&
    "kind" in sigma &&
    sigma.kind === "tir.FloatImm" &&
    sigma.value > 0;
  return tupleInfo(soft ? [boxes, ...found] : found);
};

/** Classes (b, c, n), offsets (b, 4 n), anchors (1, n, 4). */
export const multiboxRule: Rule = (site) => {
  const [cls, loc, anchor] = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  [3, 2, 3].forEach((rank, i) => needRank(site, i, [cls, loc, anchor][i]!, rank));
  commonElement(site, [cls, loc, anchor]);
  const [a, b, c] = [dimsOfTensor(cls), dimsOfTensor(loc), dimsOfTensor(anchor)];
  if (c) {
    needLength(site, 2, 0, c[0]!, one);
    needLength(site, 2, 2, c[2]!, dim(4));
  }
  if (!a) return tupleInfo([rankOnly(3, cls), rankOnly(3, cls)]);
  if (b) {
    needLength(site, 1, 0, b[0]!, a[0]!);
    needLength(site, 1, 1, b[1]!, product(site.ctx, [a[2]!, dim(4)]));
  }
  if (c) needLength(site, 2, 1, c[1]!, a[2]!);
  return tupleInfo([tensorOf([a[0]!, a[2]!, dim(4)], cls), tensorOf(a, cls)]);
};

/** Regions (r, 5). */
export const roiRule: Rule = (site) => {
  const [x, rois] = [tensorAt(site, 0), tensorAt(site, 1)];
  needRank(site, 0, x, 4);
  needRank(site, 1, rois, 2);
  const align = site.op.name.endsWith("align");
  const layout = choiceOf(site, "layout", align ? ["NCHW", "NHWC"] : ["NCHW"]);
  if (align && optionalStr(site, "mode") !== undefined) choiceOf(site, "mode", ["avg", "max"]);
  const [h, w] = repeatedInts(site, "pooled_size", 2).map(dim);
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(rois)];
  if (b) needLength(site, 1, 1, b[1]!, dim(5));
  if (!a || !b) return rankOnly(4, x);
  return tensorOf(layout === "NCHW" ? [b[0]!, a[1]!, h!, w!] : [b[0]!, h!, w!, a[3]!], x);
};
