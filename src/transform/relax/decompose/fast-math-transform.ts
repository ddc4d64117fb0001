import type { Call, Expr } from "../../../ir/relax/expr.js";
import { float32 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import type { Formula } from "../rewrite/index.js";
import { decomposeCalls } from "./decompose-calls.js";

const NAME = "fast-math-transform";

/**
 * Precondition: none. Result: hyperbolic tangents of single precision are quotients of polynomials, which loops compute
 * without calls. Equal to some units in the last place.
 */
export const fastMathTransform = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Computes functions by polynomials that are close to them.",
  from: "graph",
  through: "graph",
  options: {},
  run: (module, _, ctx) => decomposeCalls(module, NAME, "", ctx, { tanh: fastTanh }),
});

/** The tangent is 1 in single precision from here on. */
const LARGEST = 7.90531110763549805;
/** Coefficients of x, x³, x⁵, … over those of 1, x², x⁴, … */
const ABOVE = [
  4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8,
  -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
];
const BELOW = [4.89352518554385e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6];

function fastTanh(f: Formula, { args: [operand] }: Call): Expr | undefined {
  if (f.dtype(operand!) !== float32) return undefined;
  // What is no number is not compared, and stays what it is.
  const within = (e: Expr, side: "greater" | "less", limit: number): Expr =>
    f.call("where", [f.call(side, [e, f.scalar(limit, e)]), f.scalar(limit, e), e]);
  const x = within(within(operand!, "greater", LARGEST), "less", -LARGEST);
  const square = f.multiply(x, x);
  return f.divide(f.multiply(x, polynomial(f, square, ABOVE)), polynomial(f, square, BELOW));
}

/** The sum of coefficients times powers of x, by Horner's rule. */
const polynomial = (f: Formula, x: Expr, coefficients: readonly number[]): Expr =>
  coefficients
    .map((c): Expr => f.scalar(c, x))
    .reduceRight((sum, c) => f.add(f.multiply(sum, x), c));
