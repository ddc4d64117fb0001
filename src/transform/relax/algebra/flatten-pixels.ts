import type { Call, Expr } from "../../../ir/relax/expr.js";
import { shapeExpr } from "../../../ir/relax/expr.js";
import { binary, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { int64 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import { ELEMENTWISE } from "../elementwise.js";
import { intsIn, opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: in dataflow blocks, convolutions with one tap over images with channels before lines work
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
      return name !== undefined && isElementwise(name, call, site)
        ? onLine(name, call, site)
        : undefined;
    }),
});

/** Batch, channels or blocks of them, lines, columns, and channels of a block. */
const LAYOUT = /^NCHW(\d+c)?$/;
/** Axis of lines; that of columns is behind it. */
const LINES = 2;

function convolution(call: Call, site: RuleSite): Expr | undefined {
  const { attrs } = call;
  const data = attrs.get("data_layout");
  const isIn =
    [data, attrs.get("out_layout") ?? data].every((l) => LAYOUT.test(String(l))) &&
    String(attrs.get("kernel_layout")).startsWith("OIHW");
  const [x, w] = call.args;
  const [image, kernel, result] = [site.dims(x), site.dims(w), site.dims(call)];
  const all = (attr: string, n: number): boolean =>
    (intsIn(attrs.get(attr)) ?? []).every((v) => v === n);
  if (!isIn || !all("strides", 1) || !all("padding", 0)) return undefined;
  if (image === undefined || result === undefined || isOne(image[LINES])) return undefined;
  if (!isOne(kernel?.[2]) || !isOne(kernel?.[3])) return undefined;
  const made = site.emit("nn.conv2d", [line(x!, site), w!], Object.fromEntries(attrs));
  return makeCall("reshape", [made, shapeExpr(result)]);
}

/** Rescaling is elementwise where all elements have one scale. */
const isElementwise = (name: string, call: Call, site: RuleSite): boolean =>
  ELEMENTWISE.has(name) ||
  (/^(de)?quantize$/.test(name) && call.args.slice(1).every((x) => site.dims(x)?.length === 0));

/** An elementwise operator on images, of which one has been a line. */
function onLine(name: string, call: Call, site: RuleSite): Expr | undefined {
  const whole = site.dims(call);
  if (whole === undefined || !call.args.some((x) => lineOf(x, site) !== undefined))
    return undefined;
  const args = call.args.map((x) => {
    const dims = site.dims(x) ?? [];
    // Axes are counted from the last.
    const own = (axis: number): PrimExpr | undefined => dims[axis - whole.length + dims.length];
    if ([LINES, LINES + 1].every((axis) => own(axis) === undefined || isOne(own(axis)))) return x;
    const isWhole = dims.length === whole.length && dims.every((d, i) => same(d, whole[i], site));
    return isWhole ? line(x, site) : undefined;
  });
  if (!args.every((x) => x !== undefined)) return undefined;
  const made = site.emit(name, args, Object.fromEntries(call.attrs));
  return makeCall("reshape", [made, shapeExpr(whole)]);
}

/** An image as one line. */
function line(x: Expr, site: RuleSite): Expr {
  const found = lineOf(x, site);
  if (found !== undefined) return found;
  const [n, c, h, w, ...lanes] = site.dims(x) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr];
  const pixels = site.at.infer.simplify(binary("mul", h, w));
  return site.emit("reshape", [x, shapeExpr([n, c, intImm(1, int64), pixels, ...lanes])]);
}

/** The line that an image has been. */
function lineOf(x: Expr, site: RuleSite): Expr | undefined {
  const [inner] = site.callOf(x, "reshape")?.args ?? [];
  const [before, after] = [site.dims(inner), site.dims(x)];
  if (before === undefined || before.length !== after?.length || !isOne(before[LINES]))
    return undefined;
  const isSame = before.every((d, i) => i === LINES || i === LINES + 1 || same(d, after[i], site));
  return before.length > LINES + 1 && isSame ? inner : undefined;
}

const isOne = (d: PrimExpr | undefined): boolean =>
  d?.kind === "tir.IntImm" && Number(d.value) === 1;

const same = (a: PrimExpr, b: PrimExpr | undefined, site: RuleSite): boolean =>
  b !== undefined && site.at.infer.equal(a, b) === true;
