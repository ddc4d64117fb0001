/** Slices. */
import { tensorInfo } from "../../ir/relax/struct-info.js";
import { compare, ifThenElse, type PrimExpr } from "../../ir/tir/expr.js";
import { int64 } from "../../support/dtype.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { boolOf } from "./attribute.js";
import { axesIn } from "./axes.js";
import { constOf, dim, one, raw, wide, zero } from "./dims.js";
import { hasOperand, operandName, primsAt, tensorAt } from "./operand.js";
import { dimsOfTensor, needElements, needRank, rankOnly, tensorOf } from "./result.js";

const minusOne = dim(-1);

/**
 * A bound as a position: negative ones count from the end, and the result is kept within the tensor
 * (`0 … length` forwards, `-1 … length - 1` backwards).
 */
function position(bound: PrimExpr, length: PrimExpr, forwards: boolean): PrimExpr {
  const at = constOf(bound);
  const counted =
    at === undefined
      ? ifThenElse(compare("lt", bound, zero), raw("add", bound, length), bound)
      : at < 0
        ? raw("add", bound, length)
        : wide(bound);
  const [low, high] = forwards ? [zero, length] : [minusOne, raw("sub", length, one)];
  return raw("min", raw("max", counted, low), high);
}

function sliceLength(
  site: Site,
  begin: PrimExpr,
  end: PrimExpr,
  stride: PrimExpr,
  length: PrimExpr,
): PrimExpr {
  const { ctx } = site;
  const step = constOf(stride);
  if (step === 0)
    fail(shapeCodes.windowSize({ op: site.op.name, reason: "a stride is 0", at: site.call.span }));
  const inbound = boolOf(site, "assume_inbound");
  if (step === undefined) {
    return ctx.simplify(raw("ceildiv", raw("sub", end, begin), stride));
  }
  const forwards = step > 0;
  const first = inbound ? wide(begin) : position(wide(begin), length, forwards);
  const last = inbound ? wide(end) : position(wide(end), length, forwards);
  const span = forwards ? raw("sub", last, first) : raw("sub", first, last);
  const count = raw("ceildiv", span, dim(step < 0 ? -BigInt(step) : step));
  return ctx.simplify(inbound ? count : raw("max", count, zero));
}

export const stridedSliceRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const lists = [1, 2, 3, 4].map((i) => (hasOperand(site, i) ? primsAt(site, i) : undefined));
  const [axesGiven, begin, end] = lists;
  const strides = hasOperand(site, 4) ? lists[3] : axesGiven?.map(() => one);
  lists.forEach((list, i) => {
    if (list === undefined || axesGiven === undefined || list.length === axesGiven.length) return;
    const operand = operandName(site, i + 1);
    fail(
      shapeCodes.parameterLength({
        op: site.op.name,
        operand,
        expected: String(axesGiven.length),
        found: String(list.length),
        at: site.call.span,
      }),
    );
  });
  const axes = axesGiven?.map((a) => {
    const value = a === undefined ? undefined : constOf(a);
    if (a !== undefined && value === undefined) {
      fail(
        typeCodes.attribute({
          op: site.op.name,
          attribute: "axes",
          expected: "constant integers",
          found: dimText(a),
          at: site.call.span,
        }),
      );
    }
    return value === undefined ? undefined : Number(value);
  });
  const dims = dimsOfTensor(x);
  if (axes === undefined || axes.includes(undefined)) return rankOnly(x.ndim, x);
  if (axes.length === 0) return tensorInfo({ ...x, span: undefined });
  if (x.ndim < 0) return rankOnly(-1, x);
  const at = axesIn(site, x.ndim, axes as readonly number[]);
  if (dims === undefined || begin === undefined || end === undefined || strides === undefined)
    return rankOnly(x.ndim, x);
  const out = [...dims];
  for (const [i, axis] of at.entries()) {
    const [b, e, s] = [begin[i], end[i], strides[i]];
    if (b === undefined || e === undefined || s === undefined) return rankOnly(x.ndim, x);
    out[axis] = sliceLength(site, b, e, s, dims[axis]!);
  }
  return tensorOf(out, x);
};

export const dynamicSliceRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  for (const i of [1, 2, 3]) {
    const bound = tensorAt(site, i);
    needRank(site, i, bound, 1);
    const { call, op } = site;
    if (bound.dtype !== undefined && bound.dtype !== int64) {
      fail(
        typeCodes.operandDtype({
          op: op.name,
          operand: operandName(site, i),
          expected: "int64",
          found: bound.dtype.name,
          at: call.args[i]?.span ?? call.span,
        }),
      );
    }
    needElements(site, i, bound, "integer");
    const length = dimsOfTensor(bound)?.[0];
    const known = length === undefined ? undefined : constOf(length);
    if (known !== undefined && x.ndim >= 0 && known !== x.ndim) {
      fail(
        shapeCodes.parameterLength({
          op: op.name,
          operand: operandName(site, i),
          expected: String(x.ndim),
          found: String(known),
          at: call.span,
        }),
      );
    }
  }
  return rankOnly(x.ndim, x);
};
