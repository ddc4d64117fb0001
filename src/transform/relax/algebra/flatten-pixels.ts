import type { Call, Expr } from "../../../ir/relax/expr.js";
import { shapeExpr } from "../../../ir/relax/expr.js";
import { binary, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { int64 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import { ELEMENTWISE } from "../elementwise.js";
import { intsIn, opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: in dataflow blocks, convolutions with one tap over images whose channels are in blocks work
 * on images of one line, and so do elementwise operators on what they give, as long as their other operands are such
 * images or the same for all pixels: what tiles of pixels leave over is left once for an image, not for each line. Sound
 * because a pixel of the result needs that pixel only, and the order of elements is the same.
 */
export const flattenPixels = definePass({
  name: "flatten-pixels",
  dialect: "relax",
  summary: "Computes convolutions with one tap on all pixels as one line.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      const name = opName(call);
      if (name === "nn.conv2d") return convolution(call, site);
      return name !== undefined && ELEMENTWISE.has(name) ? onLine(name, call, site) : undefined;
    }),
});

/** Axes of an image in blocks: batch, blocks of channels, lines, columns, channels of a block. */
const BLOCKED = /^NCHW\d+c$/;

function convolution(call: Call, site: RuleSite): Expr | undefined {
  const isBlocked = ["data_layout", "out_layout"].every((attr) => {
    const layout = call.attrs.get(attr);
    return typeof layout === "string" && BLOCKED.test(layout);
  });
  const [x, w] = call.args;
  const [image, kernel, result] = [site.dims(x), site.dims(w), site.dims(call)];
  const all = (attr: string, n: number): boolean =>
    (intsIn(call.attrs.get(attr)) ?? []).every((v) => v === n);
  if (!isBlocked || !all("strides", 1) || !all("padding", 0)) return undefined;
  if (image === undefined || result === undefined || isOne(image[2])) return undefined;
  if (!isOne(kernel?.[2]) || !isOne(kernel?.[3])) return undefined;
  const made = site.emit("nn.conv2d", [line(x!, site), w!], Object.fromEntries(call.attrs));
  return makeCall("reshape", [made, shapeExpr(result)]);
}

/** An elementwise operator on images, of which one has been a line. */
function onLine(name: string, call: Call, site: RuleSite): Expr | undefined {
  const whole = site.dims(call);
  if (whole?.length !== 5 || !call.args.some((x) => lineOf(x, site) !== undefined))
    return undefined;
  const same = (a: PrimExpr, b: PrimExpr): boolean => site.at.infer.equal(a, b) === true;
  const args = call.args.map((x) => {
    const dims = site.dims(x);
    if (dims === undefined || dims.length === 0) return x;
    if (dims.length !== 5) return undefined;
    if (isOne(dims[2]) && isOne(dims[3])) return x;
    return dims.every((d, i) => same(d, whole[i]!)) ? line(x, site) : undefined;
  });
  if (!args.every((x) => x !== undefined)) return undefined;
  const made = site.emit(name, args, Object.fromEntries(call.attrs));
  return makeCall("reshape", [made, shapeExpr(whole)]);
}

/** An image as one line. */
function line(x: Expr, site: RuleSite): Expr {
  const found = lineOf(x, site);
  if (found !== undefined) return found;
  const [n, c, h, w, lanes] = site.dims(x) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr, PrimExpr];
  const pixels = site.at.infer.simplify(binary("mul", h, w));
  return site.emit("reshape", [x, shapeExpr([n, c, intImm(1, int64), pixels, lanes])]);
}

/** The line that an image has been. */
function lineOf(x: Expr, site: RuleSite): Expr | undefined {
  const [inner] = site.callOf(x, "reshape")?.args ?? [];
  const [before, after] = [site.dims(inner), site.dims(x)];
  if (before?.length !== 5 || after?.length !== 5 || !isOne(before[2])) return undefined;
  const isSame = [0, 1, 4].every((i) => site.at.infer.equal(before[i]!, after[i]!) === true);
  return isSame ? inner : undefined;
}

const isOne = (d: PrimExpr | undefined): boolean =>
  d?.kind === "tir.IntImm" && Number(d.value) === 1;
