/**
 * The table of elementary functions. `elementary("exp", "f32")` is the program that defines `T.exp` on float32; the
 * interpreter evaluates it and the back ends translate it. Narrower floats are widened to f32 first and rounded after.
 *
 * Greatest errors found (in units of the last place): float32 exp 1, log 1, tanh 3.1, sigmoid 2.5, erf 6 (3.6e-7
 * absolute), all others 0.51 as they are computed in float64 and rounded once; float64 at most 2.5. Circular functions
 * keep this for arguments up to 1.6e6.
 */
import { acos64, asin64, atan2d, atan64, cos64, sin64, tan64 } from "./functions/trigonometry.js";
import {
  acosh64,
  asinh64,
  atanh64,
  cosh64,
  sigmoid32,
  sigmoid64,
  sinh64,
  tanh32,
  tanh64,
} from "./functions/hyperbolic.js";
import { erf32, erf64 } from "./functions/error-function.js";
import { exp10d, exp2d, exp32, exp64, expm1d } from "./functions/exponential.js";
import { log10d, log1pd, log2d, log32, log64, pow64, powOfFloat } from "./functions/logarithm.js";
import { finish, makeBuilder, type Builder, type Program, type Ref } from "./program.js";

type Unary = (b: Builder, x: Ref) => Ref;
type Definition = {
  readonly f64: (b: Builder, ...x: Ref[]) => Ref;
  readonly f32?: (b: Builder, ...x: Ref[]) => Ref;
  readonly arity: number;
};

const one = (f64: Unary, f32?: Unary): Definition => ({
  arity: 1,
  f64: (b, x) => f64(b, x!),
  ...(f32 && { f32: (b: Builder, x?: Ref) => f32(b, x!) }),
});
const two = (f64: (b: Builder, x: Ref, y: Ref) => Ref): Definition => ({
  arity: 2,
  f64: (b, x, y) => f64(b, x!, y!),
});

/** `√(x² + y²)` without overflow on the way. */
function hypot64(b: Builder, x: Ref, y: Ref): Ref {
  const [ax, ay] = [b.abs(x), b.abs(y)];
  const swap = b.lt(ax, ay);
  const large = b.select(swap, ay, ax);
  const small = b.select(swap, ax, ay);
  const r = b.div(small, large);
  const length = b.mul(large, b.sqrt(b.add(1, b.mul(r, r))));
  const finite = b.select(b.eq(large, 0), b.add(ax, ay), length);
  return b.select(b.or(b.eq(ax, Infinity), b.eq(ay, Infinity)), Infinity, finite);
}

const rsqrt: Unary = (b, x) => b.div(1, b.sqrt(x));

const definitions: Readonly<Record<string, Definition>> = {
  exp: one(exp64, exp32),
  exp2: one(exp2d),
  exp10: one(exp10d),
  expm1: one(expm1d),
  log: one(log64, log32),
  log2: one(log2d),
  log10: one(log10d),
  log1p: one(log1pd),
  sin: one(sin64),
  cos: one(cos64),
  tan: one(tan64),
  asin: one(asin64),
  acos: one(acos64),
  atan: one(atan64),
  atan2: two(atan2d),
  sinh: one(sinh64),
  cosh: one(cosh64),
  tanh: one(tanh64, tanh32),
  asinh: one(asinh64),
  acosh: one(acosh64),
  atanh: one(atanh64),
  erf: one(erf64, erf32),
  sigmoid: one(sigmoid64, sigmoid32),
  rsqrt: one(rsqrt, rsqrt),
  pow: two(pow64),
  hypot: two(hypot64),
};

/** Names of the functions of the table, as below `T`. */
export const elementaryNames: readonly string[] = Object.keys(definitions);

const cache = new Map<string, Program>();

/** The program of a function at a width, or undefined when the table has no such function. */
export function elementary(name: string, width: "f32" | "f64"): Program | undefined {
  const key = `${name}:${width}`;
  const known = cache.get(key);
  if (known) return known;
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined) return undefined;
  const made = build(name, definition, width);
  cache.set(key, made);
  return made;
}

function build(name: string, definition: Definition, width: "f32" | "f64"): Program {
  const b = makeBuilder();
  const args = Array.from({ length: definition.arity }, () => b.arg(width));
  if (width === "f64") return finish(b, definition.f64(b, ...args), definition.arity);
  if (definition.f32) return finish(b, definition.f32(b, ...args), definition.arity);
  const wide = args.map((a) => b.promote(a));
  const value =
    name === "pow" ? powOfFloat(b, wide[0]!, wide[1]!, exp64) : definition.f64(b, ...wide);
  return finish(b, b.demote(value), definition.arity);
}
