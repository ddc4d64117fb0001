/** Gradients of operators that work element by element. */
import type { Expr } from "../../../../ir/relax/expr.js";
import { numberIn } from "../../rewrite/index.js";
import { tensorGrad, type Backward, type Forward, type GradientRule } from "./rule.js";

/** The gradient by x of y = f(x), given that by y. */
type Derivative = (b: Backward, x: Expr, y: Expr, g: Expr, forward: Forward) => Expr;

const unary =
  (derivative: Derivative): GradientRule =>
  (b, forward) => [
    () => derivative(b, forward.args[0]!, forward.out, tensorGrad(forward.grad), forward),
  ];

/** Steps: zero wherever there is a gradient. */
const flat: GradientRule = () => ["zero"];

/** 1 - x² and the like: `sign` times x², plus a number. */
const squarePlus = (b: Backward, x: Expr, sign: 1 | -1, n: number): Expr => {
  const square = b.multiply(x, x);
  return sign === 1 ? b.add(square, b.scalar(n, x)) : b.subtract(b.scalar(n, x), square);
};
const root = (b: Backward, x: Expr): Expr => b.call("sqrt", [x]);
const isBelow = (b: Backward, x: Expr): Expr => b.call("less", [x, b.scalar(0, x)]);
const attr = (forward: Forward, name: string): number => numberIn(forward.attrs.get(name)) ?? 0;

export const unaryGradients: Readonly<Record<string, GradientRule>> = {
  abs: unary((b, x, _, g) => b.call("where", [isBelow(b, x), b.negative(g), g])),
  acos: unary((b, x, _, g) => b.negative(b.divide(g, root(b, squarePlus(b, x, -1, 1))))),
  acosh: unary((b, x, _, g) => b.divide(g, root(b, squarePlus(b, x, 1, -1)))),
  asin: unary((b, x, _, g) => b.divide(g, root(b, squarePlus(b, x, -1, 1)))),
  asinh: unary((b, x, _, g) => b.divide(g, root(b, squarePlus(b, x, 1, 1)))),
  atan: unary((b, x, _, g) => b.divide(g, squarePlus(b, x, 1, 1))),
  atanh: unary((b, x, _, g) => b.divide(g, squarePlus(b, x, -1, 1))),
  cos: unary((b, x, _, g) => b.negative(b.multiply(g, b.unary("sin", x)))),
  cosh: unary((b, x, _, g) => b.multiply(g, b.unary("sinh", x))),
  erf: unary((b, x, _, g) => {
    const bell = b.unary("exp", b.negative(b.multiply(x, x)));
    return b.multiply(g, b.times(2 / Math.sqrt(Math.PI), bell));
  }),
  exp: unary((b, _, y, g) => b.multiply(g, y)),
  log: unary((b, x, _, g) => b.divide(g, x)),
  negative: unary((b, _, __, g) => b.negative(g)),
  rsqrt: unary((b, x, y, g) => b.times(-0.5, b.divide(b.multiply(g, y), x))),
  sigmoid: unary((b, _, y, g) => b.multiply(g, b.multiply(y, b.subtract(b.scalar(1, y), y)))),
  sin: unary((b, x, _, g) => b.multiply(g, b.unary("cos", x))),
  sinh: unary((b, x, _, g) => b.multiply(g, b.unary("cosh", x))),
  sqrt: unary((b, _, y, g) => b.divide(b.times(0.5, g), y)),
  square: unary((b, x, _, g) => b.multiply(g, b.times(2, x))),
  tan: unary((b, _, y, g) => b.multiply(g, squarePlus(b, y, 1, 1))),
  tanh: unary((b, _, y, g) => b.multiply(g, squarePlus(b, y, -1, 1))),
  ceil: flat,
  floor: flat,
  round: flat,
  sign: flat,
  trunc: flat,
  // What was not clipped is what it was.
  clip: unary((b, x, y, g) => b.where(b.call("equal", [x, y]), g)),
  astype: unary((b, x, _, g) => b.fit(g, x)),
  "nn.relu": unary((b, x, _, g) => b.call("where", [isBelow(b, x), b.scalar(0, g), g])),
  "nn.leakyrelu": unary((b, x, _, g, forward) =>
    b.call("where", [isBelow(b, x), b.times(attr(forward, "alpha"), g), g]),
  ),
  "nn.silu": unary((b, x, y, g) => {
    const s = b.unary("sigmoid", x);
    return b.multiply(g, b.add(s, b.multiply(y, b.subtract(b.scalar(1, s), s))));
  }),
  "nn.gelu": unary((b, x, _, g) => {
    // The normal distribution at x, and x times its density.
    const half = b.times(0.5, b.unary("erf", b.times(Math.SQRT1_2, x)));
    const bell = b.unary("exp", b.times(-0.5, b.multiply(x, x)));
    const density = b.times(1 / Math.sqrt(2 * Math.PI), bell);
    const slope = b.add(b.add(half, b.scalar(0.5, half)), b.multiply(x, density));
    return b.multiply(g, slope);
  }),
  "nn.softplus": unary((b, x, _, g, forward) =>
    b.multiply(g, b.unary("sigmoid", b.times(attr(forward, "beta"), x))),
  ),
};

/** Gradients by both operands of z = f(x, y), fitted to what was stretched. */
type Derivatives = (
  b: Backward,
  x: Expr,
  y: Expr,
  z: Expr,
  g: Expr,
) => readonly [() => Expr, () => Expr];

const binary =
  (derivatives: Derivatives): GradientRule =>
  (b, { args, out, grad }) => {
    const [x, y] = args as readonly [Expr, Expr];
    const [dx, dy] = derivatives(b, x, y, out, tensorGrad(grad));
    return [() => b.fit(dx(), x), () => b.fit(dy(), y)];
  };

/** The gradient goes to the operand that was chosen; to the first one where they are equal. */
const chosen = (second: "less" | "greater"): GradientRule =>
  binary((b, x, y, _, g) => {
    const isSecond = (): Expr => b.call(second, [x, y]);
    return [() => b.call("where", [isSecond(), b.scalar(0, g), g]), () => b.where(isSecond(), g)];
  });

export const binaryGradients: Readonly<Record<string, GradientRule>> = {
  add: binary((_, __, ___, ____, g) => [() => g, () => g]),
  subtract: binary((b, _, __, ___, g) => [() => g, () => b.negative(g)]),
  multiply: binary((b, x, y, _, g) => [() => b.multiply(g, y), () => b.multiply(g, x)]),
  divide: binary((b, _, y, z, g) => [
    () => b.divide(g, y),
    () => b.negative(b.divide(b.multiply(g, z), y)),
  ]),
  power: binary((b, x, y, z, g) => [
    () => {
      const lower = b.call("power", [x, b.subtract(y, b.scalar(1, y))]);
      return b.multiply(g, b.multiply(y, lower));
    },
    () => b.multiply(g, b.multiply(z, b.unary("log", x))),
  ]),
  maximum: chosen("less"),
  minimum: chosen("greater"),
  log_add_exp: binary((b, x, y, z, g) => [
    () => b.multiply(g, b.unary("exp", b.subtract(x, z))),
    () => b.multiply(g, b.unary("exp", b.subtract(y, z))),
  ]),
};
