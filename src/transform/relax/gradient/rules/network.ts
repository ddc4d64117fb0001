/** Gradients of products, convolutions, windows and losses. */
import { primValue, shapeExpr, tuple, type Expr } from "../../../../ir/relax/expr.js";
import { binary, intImm, type PrimExpr } from "../../../../ir/tir/expr.js";
import { int64 } from "../../../../support/dtype.js";
import { numberIn, numbersIn, range } from "../../rewrite/index.js";
import { tensorGrad, type Backward, type Forward, type GradientRule } from "./rule.js";

const transposed = (b: Backward, x: Expr): Expr => {
  const rank = b.rank(x)!;
  const axes = [...range(rank - 2), rank - 1, rank - 2];
  return b.call("permute_dims", [x], { axes });
};
const expanded = (b: Backward, x: Expr, axis: readonly number[]): Expr =>
  axis.length === 0 ? x : b.call("expand_dims", [x], { axis: [...axis] });

/** Vectors are matrices of one row or one column. */
const matmul: GradientRule = (b, { args, grad }) => {
  const [x, y] = args as readonly [Expr, Expr];
  const [p, q] = [b.rank(x), b.rank(y)];
  if (p === undefined || q === undefined) return undefined;
  const added = [...(p === 1 ? [-2] : []), ...(q === 1 ? [-1] : [])];
  const product = (): Expr => expanded(b, tensorGrad(grad), added);
  const row = (): Expr => expanded(b, x, p === 1 ? [0] : []);
  const column = (): Expr => expanded(b, y, q === 1 ? [1] : []);
  const fitted = (g: Expr, matrix: Expr, operand: Expr): Expr => {
    const own = b.fit(g, matrix);
    return matrix === operand ? own : b.reshapeLike(own, operand);
  };
  return [
    () => fitted(b.call("matmul", [product(), transposed(b, column())]), row(), x),
    () => fitted(b.call("matmul", [transposed(b, row()), product()]), column(), y),
  ];
};

/** Strides, dilation and the like, of a convolution in the usual layouts. */
function convolutionOf(b: Backward, { args, out, attrs }: Forward) {
  const isUsual =
    attrs.get("data_layout") === "NCHW" &&
    attrs.get("kernel_layout") === "OIHW" &&
    attrs.get("out_layout") === "NCHW";
  const [strides, padding, dilation] = ["strides", "padding", "dilation"].map((n) => numbersIn(attrs.get(n))); // prettier-ignore
  const [data, weight, result] = [args[0]!, args[1]!, out].map((e) => b.dims(e));
  const groups = numberIn(attrs.get("groups"));
  if (!isUsual || !strides || !padding || !dilation || groups === undefined) return undefined;
  if (data === undefined || weight === undefined || result === undefined) return undefined;
  const size = (i: 0 | 1): Sizes => ({
    input: data[2 + i]!,
    kernel: weight[2 + i]!,
    output: result[2 + i]!,
    stride: strides[i]!,
    dilation: dilation[i]!,
    padding: padding[i]! + padding[2 + i]!,
  });
  return { data, strides, padding, dilation, groups, sizes: [size(0), size(1)] as const };
}

interface Sizes {
  readonly input: PrimExpr;
  readonly kernel: PrimExpr;
  readonly output: PrimExpr;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
}

const n = (value: number): PrimExpr => intImm(value, int64);
const plus = (a: PrimExpr, c: PrimExpr): PrimExpr => binary("add", a, c);
const minus = (a: PrimExpr, c: PrimExpr): PrimExpr => binary("sub", a, c);
const times = (a: PrimExpr, c: number): PrimExpr => binary("mul", a, n(c));

/** How far the windows do not reach into the input at its end. */
function unreached(b: Backward, s: Sizes): number | undefined {
  const steps = times(minus(s.output, n(1)), s.stride);
  const window = plus(times(minus(s.kernel, n(1)), s.dilation), n(1));
  const rest = minus(plus(s.input, n(s.padding)), plus(steps, window));
  const known = b.at.infer.simplify(rest);
  return known.kind === "tir.IntImm" ? Number(known.value) : undefined;
}

const conv2d: GradientRule = (b, forward) => {
  const [data, weight] = forward.args as readonly [Expr, Expr];
  const g = tensorGrad(forward.grad);
  const conv = convolutionOf(b, forward);
  if (conv === undefined) return undefined;
  const { strides, padding, dilation, groups } = conv;
  const output_padding = conv.sizes.map((s) => unreached(b, s));
  if (output_padding.some((p) => p === undefined)) return undefined;
  const byData = (): Expr =>
    b.call("nn.conv2d_transpose", [g, weight], {
      strides: [...strides],
      padding: [...padding],
      output_padding: output_padding as number[],
      dilation: [...dilation],
      groups,
    });
  // Samples are what is summed over, input channels of a group are the samples.
  const byWeight = (): Expr => {
    const attrs = { strides: [...dilation], padding: [...padding], dilation: [...strides], groups };
    const parts = [channelsFirst(b, data, conv.data, groups), swapped(b, g)];
    const product = swapped(b, b.call("nn.conv2d", parts, attrs));
    const [h, w] = conv.sizes;
    const found = b.dims(product);
    if (b.isEqual(found?.[2], h.kernel) && b.isEqual(found?.[3], w.kernel)) return product;
    const prims = (values: readonly PrimExpr[]): Expr => tuple(values.map((v) => primValue(v)));
    const bounds = [prims([n(2), n(3)]), prims([n(0), n(0)]), prims([h.kernel, w.kernel])];
    return b.call("strided_slice", [product, ...bounds]);
  };
  return [() => b.fit(byData(), data), () => b.fit(byWeight(), weight)];
};

const swapped = (b: Backward, x: Expr): Expr => b.call("permute_dims", [x], { axes: [1, 0, 2, 3] });

/** N, G·C, H, W as C, G·N, H, W. */
function channelsFirst(b: Backward, x: Expr, dims: readonly PrimExpr[], groups: number): Expr {
  if (groups === 1) return swapped(b, x);
  const [batch, channels, ...rest] = dims as [PrimExpr, PrimExpr, PrimExpr, PrimExpr];
  const own = b.at.infer.simplify(binary("floordiv", channels, n(groups)));
  const apart = b.call("reshape", [x, shapeExpr([batch, n(groups), own, ...rest])]);
  const moved = b.call("permute_dims", [apart], { axes: [2, 1, 0, 3, 4] });
  const joined = b.at.infer.simplify(times(batch, groups));
  return b.call("reshape", [moved, shapeExpr([own, joined, ...rest])]);
}

const pool =
  (name: string): GradientRule =>
  (b, { call, args, grad }) => [
    () => b.call(name, [tensorGrad(grad), args[0]!], Object.fromEntries(call.attrs)),
  ];

export const networkGradients: Readonly<Record<string, GradientRule>> = {
  matmul,
  "nn.conv2d": conv2d,
  "nn.max_pool2d": pool("grad.max_pool2d_backward"),
  "nn.avg_pool2d": pool("grad.avg_pool2d_backward"),
  // Outside training nothing is dropped.
  "nn.dropout": (_, { grad }) => [() => tensorGrad(grad)],
  "nn.cross_entropy_with_logits": (b, { args, grad }) => {
    const [x, labels] = args as readonly [Expr, Expr];
    const rank = b.rank(x);
    if (rank === undefined) return undefined;
    const share = (other: Expr): Expr => {
      const all = b.negative(b.multiply(tensorGrad(grad), other));
      return rank > 1 ? b.divide(all, b.count(x, [0])) : all;
    };
    return [() => share(labels), () => share(x)];
  },
  "nn.nll_loss": (b, { call, args, grad }) => [
    () => b.call("grad.nll_loss_backward", [tensorGrad(grad), ...args], Object.fromEntries(call.attrs)), // prettier-ignore
  ],
};
