import type { Call, Expr } from "../../../ir/relax/expr.js";
import { float32 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import type { Formula } from "../rewrite/index.js";
import { decomposeCalls } from "./decompose-calls.js";

const NAME = "fast-math-transform";

/**
 * Precondition: none. Result: hyperbolic tangents and error functions of single precision are quotients of polynomials, which
 * loops compute without calls. Equal to some units in the last place.
 */
export const fastMathTransform = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Computes functions by polynomials that are close to them.",
  from: "graph",
  through: "graph",
  options: {},
  run: (module, _, ctx) =>
    decomposeCalls(module, NAME, "", ctx, { tanh: quotientOf(TANH), erf: quotientOf(ERF) }),
});

/** An odd function x·P(x²)/Q(x²) that is constant in single precision from a limit on. */
interface Quotient {
  readonly limit: number;
  /** Coefficients of x, x³, x⁵, … */
  readonly above: readonly number[];
  /** Coefficients of 1, x², x⁴, … */
  readonly below: readonly number[];
}

const TANH: Quotient = {
  limit: 7.90531110763549805,
  above: [
    4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8,
    -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
  ],
  below: [4.89352518554385e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6],
};

const ERF: Quotient = {
  limit: 4,
  above: [
    -1.60960333262415e-2, -2.95459980854025e-3, -7.34990630326855e-4, -5.69250639462346e-5,
    -2.10102402082508e-6, 2.77068142495902e-8, -2.72614225801306e-10,
  ],
  below: [
    -1.42647390514189e-2, -7.37332916720468e-3, -1.68282697438203e-3, -2.13374055278905e-4,
    -1.45660718464996e-5,
  ],
};

const quotientOf =
  ({ limit, above, below }: Quotient) =>
  (f: Formula, { args: [operand] }: Call): Expr | undefined => {
    if (f.dtype(operand!) !== float32) return undefined;
    // What is no number is not compared, and stays what it is.
    const within = (e: Expr, side: "greater" | "less", end: number): Expr =>
      f.call("where", [f.call(side, [e, f.scalar(end, e)]), f.scalar(end, e), e]);
    const x = within(within(operand!, "greater", limit), "less", -limit);
    const square = f.multiply(x, x);
    return f.divide(f.multiply(x, polynomial(f, square, above)), polynomial(f, square, below));
  };

/** The sum of coefficients times powers of x, by Horner's rule. */
const polynomial = (f: Formula, x: Expr, coefficients: readonly number[]): Expr =>
  coefficients
    .map((c): Expr => f.scalar(c, x))
    .reduceRight((sum, c) => f.add(f.multiply(sum, x), c));
