/** Normalisations as arithmetic. */
import { tuple, type Call, type Expr } from "../../../ir/relax/expr.js";
import { flagIn, numberIn, numbersIn, range, type Formula } from "../rewrite/index.js";

/** The normalisation by given moments; undefined where it is one of a batch or its rank is not known. */
export function batchNormByGiven(f: Formula, call: Call): Expr | undefined {
  const [data, , , mean, variance] = call.args as readonly [Expr, Expr, Expr, Expr, Expr];
  const form = f.attrs(call);
  const [rank, axis] = [f.rank(data), numberIn(form.get("axis"))];
  if (flagIn(form.get("training")) || rank === undefined || axis === undefined) return undefined;
  if (!f.isFloat(data)) return undefined;
  const moments = { mean: f.along(mean, [axis], rank), variance: f.along(variance, [axis], rank) };
  return tuple([scaled(f, call, moments, [axis], rank), mean, variance]);
}

/** The normalisation by the moments of the batch, which the moving ones take up. */
export function batchNormByBatch(f: Formula, call: Call): Expr | undefined {
  const [data, , , mean, variance] = call.args as readonly [Expr, Expr, Expr, Expr, Expr];
  const form = f.attrs(call);
  const [rank, axis] = [f.rank(data), numberIn(form.get("axis"))];
  const momentum = numberIn(form.get("momentum"));
  if (!flagIn(form.get("training")) || rank === undefined || axis === undefined) return undefined;
  if (!f.isFloat(data) || momentum === undefined) return undefined;
  const others = range(rank).filter((i) => i !== axis);
  const own = {
    mean: f.call("mean", [data], { axis: others }),
    variance: f.call("variance", [data], { axis: others }),
  };
  const moments = {
    mean: f.along(own.mean, [axis], rank),
    variance: f.along(own.variance, [axis], rank),
  };
  const result = scaled(f, call, moments, [axis], rank);
  const moved = (old: Expr, now: Expr): Expr =>
    f.add(f.multiply(f.scalar(1 - momentum, data), old), f.multiply(f.scalar(momentum, data), now));
  return tuple([result, moved(mean, own.mean), moved(variance, own.variance)]);
}

/** The normalisation of each layer by its own moments. */
export function layerNorm(f: Formula, call: Call): Expr | undefined {
  const [data] = call.args as readonly [Expr];
  const [rank, axis] = [f.rank(data), numbersIn(f.attrs(call).get("axes"))];
  if (rank === undefined || axis === undefined || !f.isFloat(data)) return undefined;
  const mean = f.call("mean", [data], { axis: [...axis], keepdims: true });
  const variance = f.call("variance", [data], { axis: [...axis], keepdims: true });
  return scaled(f, call, { mean, variance }, axis, rank);
}

interface Moments {
  readonly mean: Expr;
  readonly variance: Expr;
}

/** (x - mean) * rsqrt(variance + epsilon) * gamma + beta, as the library computes it; parameters run along some axes. */
function scaled(f: Formula, call: Call, by: Moments, axes: readonly number[], rank: number): Expr {
  const [data, gamma, beta] = call.args as readonly [Expr, Expr, Expr];
  const epsilon = f.scalar(numberIn(call.attrs.get("epsilon")) ?? 1e-5, data);
  const steepness = f.call("rsqrt", [f.add(by.variance, epsilon)]);
  const normal = f.multiply(f.subtract(data, by.mean), steepness);
  const wide = flagIn(call.attrs.get("scale"))
    ? f.multiply(normal, f.along(gamma, axes, rank))
    : normal;
  return flagIn(call.attrs.get("center")) ? f.add(wide, f.along(beta, axes, rank)) : wide;
}
