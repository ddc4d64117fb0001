/**
 * Circular functions, in float64. Arguments are reduced in three steps that are exact up to about 1.6e6; beyond that
 * the absolute error grows with the argument.
 */
import type { Builder, Ref } from "../program.js";
import { horner, ROUND64 } from "./exponential.js";

interface Reduced {
  /** Remainder and what it lacks. */
  readonly r: Ref;
  readonly rest: Ref;
  /** Bit pattern whose low two bits are the quadrant. */
  readonly quadrant: Ref;
}

function reduce(b: Builder, x: Ref): Reduced {
  const t = b.add(b.mul(x, 6.36619772367581382433e-1), ROUND64);
  const n = b.sub(t, ROUND64);
  const first = b.sub(x, b.mul(n, 1.57079632673412561417));
  const w2 = b.mul(n, 6.0771005063039659766e-11);
  const second = b.sub(first, w2);
  const lost = b.sub(b.sub(first, second), w2);
  const w3 = b.sub(b.mul(n, 2.0222662487111664558e-21), lost);
  const r = b.sub(second, w3);
  const rest = b.sub(b.sub(b.sub(second, r), w3), b.mul(n, 8.47842766036889956997e-32));
  return { r, rest, quadrant: b.bits(t) };
}

function sine(b: Builder, { r, rest }: Reduced): Ref {
  const z = b.mul(r, r);
  const tail = horner(
    b,
    z,
    [
      1.58969099521155010221e-10, -2.50507602534068634195e-8, 2.75573137070700676789e-6,
      -1.98412698298579493134e-4, 8.33333333332248946124e-3,
    ],
  );
  const v = b.mul(z, r);
  const inner = b.sub(b.mul(z, b.sub(b.mul(0.5, rest), b.mul(v, tail))), rest);
  return b.sub(r, b.sub(inner, b.mul(v, -1.66666666666666324348e-1)));
}

function cosine(b: Builder, { r, rest }: Reduced): Ref {
  const z = b.mul(r, r);
  const tail = b.mul(
    z,
    horner(
      b,
      z,
      [
        -1.13596475577881948265e-11, 2.0875723212981748279e-9, -2.75573143513906633035e-7,
        2.48015872894767294178e-5, -1.38888888888741095749e-3, 4.16666666666666019037e-2,
      ],
    ),
  );
  const half = b.mul(0.5, z);
  const w = b.sub(1, half);
  return b.add(w, b.add(b.sub(b.sub(1, w), half), b.sub(b.mul(z, tail), b.mul(r, rest))));
}

const bitSet = (b: Builder, q: Ref, mask: bigint): Ref => b.not(b.ieq(b.iand(q, mask), 0n));

export function sin64(b: Builder, x: Ref): Ref {
  const reduced = reduce(b, x);
  const q = reduced.quadrant;
  const value = b.select(bitSet(b, q, 1n), cosine(b, reduced), sine(b, reduced));
  const signed = b.select(bitSet(b, q, 2n), b.neg(value), value);
  return b.select(b.eq(x, 0), x, signed);
}

export function cos64(b: Builder, x: Ref): Ref {
  const reduced = reduce(b, x);
  const q = b.iadd(reduced.quadrant, 1n);
  const value = b.select(bitSet(b, q, 1n), cosine(b, reduced), sine(b, reduced));
  return b.select(bitSet(b, q, 2n), b.neg(value), value);
}

export function tan64(b: Builder, x: Ref): Ref {
  const reduced = reduce(b, x);
  const [s, c] = [sine(b, reduced), cosine(b, reduced)];
  const swapped = bitSet(b, reduced.quadrant, 1n);
  const value = b.div(b.select(swapped, b.neg(c), s), b.select(swapped, s, c));
  return b.select(b.eq(x, 0), x, value);
}

const ATAN_ODD = [
  -3.6531572744216915527e-2, -5.83357013379057348645e-2, -7.69187620504482999495e-2,
  -1.1111110405462355788e-1, -1.99999999998764832476e-1,
];
const ATAN_EVEN = [
  1.62858201153657823623e-2, 4.97687799461593236017e-2, 6.66107313738753120669e-2,
  9.09088713343650656196e-2, 1.42857142725034663711e-1, 3.33333333333329318027e-1,
];
/** Upper ends of the ranges of |x|, with atan of their centre in two parts. */
const HALF = [4.63647609000806093515e-1, 2.26987774529616870924e-17] as const;
const ONE = [7.85398163397448278999e-1, 3.06161699786838301793e-17] as const;
const THREE_HALVES = [9.82793723247329054082e-1, 1.39033110312309984516e-17] as const;
const FAR = [1.570796326794896558, 6.12323399573676603587e-17] as const;

/** atan of a value ≥ 0. */
function atanPositive(b: Builder, a: Ref): Ref {
  const below = [0.4375, 0.6875, 1.1875, 2.4375].map((end) => b.lt(a, end));
  const pick = (
    values: readonly [Ref | number, Ref | number, Ref | number, Ref | number, Ref | number],
  ): Ref => {
    let value: Ref = b.select(below[3]!, values[3], values[4]);
    for (const i of [2, 1, 0]) value = b.select(below[i]!, values[i]!, value);
    return value;
  };
  const one = b.constant("f64", 1);
  const top = pick([a, b.sub(b.mul(2, a), 1), b.sub(a, 1), b.sub(a, 1.5), b.constant("f64", -1)]);
  const under = pick([one, b.add(2, a), b.add(a, 1), b.add(1, b.mul(1.5, a)), a]);
  const t = b.div(top, under);
  const zero = b.constant("f64", 0);
  const high = pick([zero, HALF[0], ONE[0], THREE_HALVES[0], FAR[0]]);
  const low = pick([zero, HALF[1], ONE[1], THREE_HALVES[1], FAR[1]]);
  const z = b.mul(t, t);
  const w = b.mul(z, z);
  const sum = b.add(b.mul(z, horner(b, w, ATAN_EVEN)), b.mul(w, horner(b, w, ATAN_ODD)));
  return b.sub(high, b.sub(b.sub(b.mul(t, sum), low), t));
}

const isNegative = (b: Builder, x: Ref): Ref => b.not(b.ieq(b.sar(b.bits(x), 63), 0n));

export function atan64(b: Builder, x: Ref): Ref {
  const a = atanPositive(b, b.abs(x));
  return b.select(isNegative(b, x), b.neg(a), a);
}

export function atan2d(b: Builder, y: Ref, x: Ref): Ref {
  const [ay, ax] = [b.abs(y), b.abs(x)];
  const bothInf = b.and(b.eq(ay, Infinity), b.eq(ax, Infinity));
  const q = b.select(b.eq(ay, 0), 0, b.select(bothInf, 1, b.div(ay, ax)));
  const a = atanPositive(b, q);
  const left = b.sub(3.141592653589793, b.sub(a, 1.2246467991473531772e-16));
  const value = b.select(isNegative(b, x), left, a);
  const signed = b.select(isNegative(b, y), b.neg(value), value);
  return b.select(b.and(b.eq(x, x), b.eq(y, y)), signed, b.add(x, y));
}

function asinRatio(b: Builder, z: Ref): Ref {
  const p = b.mul(
    z,
    horner(
      b,
      z,
      [
        3.4793310759602116757e-5, 7.91534994289814532176e-4, -4.00555345006794114027e-2,
        2.01212532134862925881e-1, -3.25565818622400915405e-1, 1.66666666666666657415e-1,
      ],
    ),
  );
  const q = horner(
    b,
    z,
    [
      7.70381505559019352791e-2, -6.8828397160545329303e-1, 2.02094576023350569471,
      -2.40339491173441421878, 1,
    ],
  );
  return b.div(p, q);
}

export function asin64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const near = b.add(a, b.mul(a, asinRatio(b, b.mul(a, a))));
  const z = b.mul(b.sub(1, a), 0.5);
  const s = b.sqrt(z);
  const twice = b.mul(2, b.add(s, b.mul(s, asinRatio(b, z))));
  const far = b.sub(1.570796326794896558, b.sub(twice, 6.12323399573676603587e-17));
  const value = b.select(b.lt(a, 0.5), near, far);
  return b.select(isNegative(b, x), b.neg(value), value);
}

export function acos64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const ratio = b.mul(x, asinRatio(b, b.mul(x, x)));
  const near = b.sub(1.570796326794896558, b.sub(x, b.sub(6.12323399573676603587e-17, ratio)));
  const z = b.mul(b.sub(1, a), 0.5);
  const s = b.sqrt(z);
  const sum = b.add(s, b.mul(s, asinRatio(b, z)));
  const right = b.mul(2, sum);
  const left = b.sub(3.141592653589793, b.mul(2, b.sub(sum, 6.12323399573676603587e-17)));
  return b.select(b.lt(a, 0.5), near, b.select(b.lt(x, 0), left, right));
}
