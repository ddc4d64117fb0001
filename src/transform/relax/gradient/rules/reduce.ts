/** Gradients of reductions, scans and what is normalised along an axis. */
import type { Expr } from "../../../../ir/relax/expr.js";
import { dtypeImm } from "../../../../ir/tir/expr.js";
import { flagIn } from "../../rewrite/index.js";
import { axesIn, tensorGrad, type Backward, type GradientRule } from "./rule.js";

interface Reduction {
  readonly x: Expr;
  readonly y: Expr;
  readonly axes: readonly number[];
  /** A value of the reduced shape, for each element of x. */
  spread(value: Expr): Expr;
}

const reduction =
  (derivative: (b: Backward, r: Reduction, g: Expr) => Expr): GradientRule =>
  (b, { args, out, grad, attrs }) => {
    const x = args[0]!;
    const [axes, keepdims] = [axesIn(attrs.get("axis")), flagIn(attrs.get("keepdims"))];
    const spread = (v: Expr): Expr => b.spread(v, x, axes, keepdims);
    return [() => derivative(b, { x, y: out, axes, spread }, tensorGrad(grad))];
  };

const deviation = (b: Backward, { x, axes }: Reduction): Expr =>
  b.subtract(x, b.call("mean", [x], { axis: [...axes], keepdims: true }));

/** Elements that are as large as the result share its gradient. */
const extreme = reduction((b, r, g) => {
  const isIt = b.call("equal", [r.x, r.spread(r.y)]);
  const mark = b.call("astype", [isIt], { dtype: dtypeImm(b.dtype(r.x)!) });
  const count = b.call("sum", [mark], { axis: [...r.axes], keepdims: true });
  return b.multiply(r.spread(g), b.divide(mark, count));
});

const sumAlong = (b: Backward, x: Expr, axes: readonly number[]): Expr =>
  b.call("sum", [x], { axis: [...axes], keepdims: true });

export const reduceGradients: Readonly<Record<string, GradientRule>> = {
  sum: reduction((_, r, g) => r.spread(g)),
  mean: reduction((b, r, g) => b.divide(r.spread(g), b.count(r.x, r.axes))),
  variance: reduction((b, r, g) => {
    const share = b.divide(b.times(2, deviation(b, r)), b.count(r.x, r.axes));
    return b.multiply(r.spread(g), share);
  }),
  std: reduction((b, r, g) => {
    const share = b.divide(deviation(b, r), b.count(r.x, r.axes));
    return b.multiply(r.spread(b.divide(g, r.y)), share);
  }),
  max: extreme,
  min: extreme,
  // The sum of what comes after.
  cumsum: (b, { args, grad, attrs }) => {
    const [x, g] = [args[0]!, tensorGrad(grad)];
    const axis = attrs.get("axis") ?? null;
    const exclusive = attrs.get("exclusive") ?? false;
    const flip = (v: Expr): Expr => b.call("flip", [v], { axis: axis ?? 0 });
    const back = (): Expr => flip(b.call("cumsum", [flip(g)], { axis: axis ?? 0, exclusive }));
    return [() => b.fit(axis === null ? b.reshapeLike(back(), x) : back(), x)];
  },
  "nn.softmax": (b, { out: y, grad, attrs }) => [
    () => {
      const g = tensorGrad(grad);
      const mean = sumAlong(b, b.multiply(g, y), axesIn(attrs.get("axis")));
      return b.multiply(b.subtract(g, mean), y);
    },
  ],
  "nn.log_softmax": (b, { out: y, grad, attrs }) => [
    () => {
      const g = tensorGrad(grad);
      const sum = sumAlong(b, g, axesIn(attrs.get("axis")));
      return b.subtract(g, b.multiply(sum, b.unary("exp", y)));
    },
  ],
};
