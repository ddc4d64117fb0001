import type { AttrValue } from "../../../ir/core/node.js";
import { shapeExpr, type Call, type Expr, type TupleGetItem } from "../../../ir/relax/expr.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { makeCall } from "../../../op/make-call.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { flagIn, numberIn, scalarConstant } from "../rewrite/index.js";
import { intIn, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: the normalisation behind a 2-D convolution by given means and variances is part of the
 * weights and a bias. Equal but for the order of multiplications.
 */
export const foldBatchnormToConv2d = definePass({
  name: "fold-batchnorm-to-conv2d",
  dialect: "relax",
  summary: "Scales weights instead of normalising the results of convolutions.",
  options: {
    known: option.bool({
      default: false,
      help: "Only where the weights are known: others would be scaled in every run.",
    }),
  },
  run: (module, { known }) =>
    rewriteCalls(
      module,
      () => undefined,
      (item, site) => folded(item, site, known),
    ),
});

function folded(item: TupleGetItem, site: RuleSite, known: boolean): Expr | undefined {
  if (item.index !== 0 || !site.isOnlyUse(item.tuple)) return undefined;
  const norm = site.callOf(item.tuple, "nn.batch_norm");
  if (norm === undefined || !isOff(norm.attrs.get("training"))) return undefined;
  const [data, gamma, beta, mean, variance] = norm.args;
  const conv = site.isOnlyUse(data) ? site.callOf(data, "nn.conv2d") : undefined;
  if (conv === undefined) return undefined;
  const [x, w] = conv.args;
  if (known && w!.kind !== "relax.Const") return undefined;
  const layouts = layoutsOf(conv);
  const info = site.at.infer.infoOf(w!);
  const axis = intIn(norm.attrs.get("axis"));
  if (layouts === undefined || axis === undefined || info.kind !== "relax.TensorInfo") return undefined; // prettier-ignore
  const channel = axis < 0 ? axis + 4 : axis;
  if (info.dtype === undefined || channel !== layouts.out.indexOf("C")) return undefined;
  // (y - mean) / sqrt(var + eps) * gamma + beta
  const epsilon = scalarConstant(numberIn(norm.attrs.get("epsilon")) ?? 1e-5, info.dtype);
  const deviation = site.emit("sqrt", [site.emit("add", [variance!, epsilon])]);
  const one = isOff(norm.attrs.get("scale")) ? scalarConstant(1, info.dtype) : gamma!;
  const scale = site.emit("divide", [one, deviation]);
  const moved = site.emit("multiply", [mean!, scale]);
  const bias = isOff(norm.attrs.get("center"))
    ? site.emit("negative", [moved])
    : site.emit("subtract", [beta!, moved]);
  const weights = site.emit("multiply", [w!, along(site, scale, layouts.kernel.indexOf("O"))]);
  const product = site.at.emit({ ...conv, args: [x!, weights] });
  return makeCall("add", [product, along(site, bias, channel)]);
}

/** A vector as a tensor of rank 4 along one axis. */
const along = (site: RuleSite, v: Expr, axis: number): Expr => {
  const length = site.dims(v)?.[0] ?? intImm(-1, int64);
  const sizes = [0, 1, 2, 3].map((i) => (i === axis ? length : intImm(1, int64)));
  return site.emit("reshape", [v, shapeExpr(sizes)]);
};

interface Layouts {
  readonly out: string;
  readonly kernel: string;
}

/** The layouts of a convolution when they are plain. */
function layoutsOf(conv: Call): Layouts | undefined {
  const text = (name: string): string => {
    const value = conv.attrs.get(name);
    return typeof value === "string" ? value : "";
  };
  const kernel = text("kernel_layout") || "OIHW";
  const out = text("out_layout") || text("data_layout") || "NCHW";
  const isPlain = (layout: string, of: string): boolean =>
    [...layout].sort().join("") === [...of].sort().join("");
  return isPlain(kernel, "OIHW") && isPlain(out, "NCHW") ? { kernel, out } : undefined;
}

const isOff = (value: AttrValue | undefined): boolean => value !== undefined && !flagIn(value);
