/** Quantisation. */
import type { TensorInfo } from "../../ir/relax/struct-info.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { dtypeOf, intOf, wrongAttr } from "./attribute.js";
import { axisIn } from "./axes.js";
import { isOne, mustEqual } from "./dims.js";
import { operandName, tensorOrScalarAt } from "./operand.js";
import { dimsOfTensor, withDType } from "./result.js";

const small = ["float8_e4m3fn", "float8_e5m2"];
const scales = ["float16", "float32", "bfloat16"];
const zeroPoints = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float16"];

function needType(site: Site, i: number, t: TensorInfo, allowed: readonly string[]): void {
  if (t.dtype === undefined || allowed.includes(t.dtype.name)) return;
  fail(
    typeCodes.operandDtype({
      op: site.op.name,
      operand: operandName(site, i),
      expected: allowed.join(", "),
      found: t.dtype.name,
      at: site.call.args[i]!.span ?? site.call.span,
    }),
  );
}

/** A parameter is a scalar, one element, or as long as the data's axis. */
function checkParameter(site: Site, i: number, x: TensorInfo, axis: number): void {
  const p = tensorOrScalarAt(site, i);
  const dims = dimsOfTensor(p);
  if (dims === undefined || dims.every(isOne)) return;
  const wanted = dimsOfTensor(x)?.[axis];
  const { op, call } = site;
  const at = call.args[i]!.span ?? call.span;
  if (dims.length !== 1) {
    fail(
      typeCodes.operandRank({
        op: op.name,
        operand: operandName(site, i),
        expected: "at most 1 dimension",
        found: String(dims.length),
        at,
      }),
    );
  }
  if (
    wanted === undefined ||
    mustEqual(site.ctx, dims[0]!, wanted, `${operandName(site, i)} of ${op.name}`)
  )
    return;
  fail(
    shapeCodes.parameterLength({
      op: op.name,
      operand: operandName(site, i),
      expected: `${dimText(wanted)}, the length of axis ${axis} of the data`,
      found: dimText(dims[0]!),
      at,
    }),
  );
}

const rule =
  (data: readonly string[], out: readonly string[]): Rule =>
  (site) => {
    const x = tensorOrScalarAt(site, 0);
    const dtype = dtypeOf(site, "out_dtype");
    if (!out.includes(dtype.name))
      wrongAttr(site, "out_dtype", `one of ${out.join(", ")}`, dtype.name);
    needType(site, 0, x, data);
    needType(site, 1, tensorOrScalarAt(site, 1), scales);
    needType(site, 2, tensorOrScalarAt(site, 2), zeroPoints);
    const axis = intOf(site, "axis");
    const at = x.ndim <= 0 ? 0 : axisIn(site, x.ndim, axis);
    checkParameter(site, 1, x, at);
    checkParameter(site, 2, x, at);
    return withDType(x, dtype);
  };

export const quantizeRule = rule(
  ["float16", "float32", "bfloat16"],
  ["int8", "uint8", "int16", "uint16", "int32", "int4", "uint4", ...small],
);
export const dequantizeRule = rule(
  ["int8", "uint8", "int16", "uint16", "int32", "float16", "float32", "int4", "uint4", ...small],
  ["float16", "float32", "bfloat16"],
);
