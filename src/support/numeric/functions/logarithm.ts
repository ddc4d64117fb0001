/** Logarithms and powers. */
import type { Builder, Ref } from "../program.js";
import { horner, lowCleared, ROUND64, ROUND64_BITS, scale64 } from "./exponential.js";

/** Integer of a small range to float64. */
const toDouble = (b: Builder, k: Ref): Ref => b.sub(b.float(b.iadd(k, ROUND64_BITS)), ROUND64);

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;

/** `x = 2^k · (1 + f)` with `1 + f` between √½ and √2, for x > 0 (subnormals scaled up first). */
function split64(b: Builder, x: Ref): { readonly k: Ref; readonly m: Ref } {
  const tiny = b.lt(x, 2.2250738585072014e-308);
  const bits = b.bits(b.select(tiny, b.mul(x, 18014398509481984), x));
  const k = b.sar(b.isub(bits, 0x3fe6a09e00000000n), 52);
  const m = b.float(b.isub(bits, b.shl(k, 52)));
  return { k: toDouble(b, b.select(tiny, b.isub(k, 54n), k)), m };
}

/** `R` of the series: `log(1 + f) = f − f²/2 + s·(f²/2 + R)`, `s = f / (2 + f)`. */
function series64(b: Builder, f: Ref): { readonly half: Ref; readonly tail: Ref } {
  const s = b.div(f, b.add(2, f));
  const z = b.mul(s, s);
  const w = b.mul(z, z);
  const even = b.mul(
    w,
    horner(b, w, [1.531383769920937332e-1, 2.222219843214978396e-1, 3.999999999940941908e-1]),
  );
  const odd = b.mul(
    z,
    horner(
      b,
      w,
      [
        1.479819860511658591e-1, 1.818357216161805012e-1, 2.857142874366239149e-1,
        6.66666666666673513e-1,
      ],
    ),
  );
  const half = b.mul(b.mul(f, 0.5), f);
  return { half, tail: b.mul(s, b.add(half, b.add(odd, even))) };
}

/** Results at 0, below 0, at infinity, and for NaN. */
function atEdges(b: Builder, x: Ref, inside: Ref): Ref {
  const high = b.select(b.lt(x, Infinity), inside, x);
  const low = b.select(b.lt(0, x), high, b.select(b.eq(x, 0), b.constant(x.type, -Infinity), NaN));
  return b.select(b.eq(x, x), low, x);
}

export function log64(b: Builder, x: Ref): Ref {
  const { k, m } = split64(b, x);
  const f = b.sub(m, 1);
  const { half, tail } = series64(b, f);
  const low = b.sub(b.add(tail, b.mul(k, LN2_LOW)), half);
  return atEdges(b, x, b.add(b.add(low, f), b.mul(k, LN2_HIGH)));
}

export function log32(b: Builder, x: Ref): Ref {
  const tiny = b.lt(x, 1.1754943508222875e-38);
  const bits = b.bits(b.select(tiny, b.mul(x, 33554432), x));
  const n = b.sar(b.isub(bits, 0x3f3504f3), 23);
  const f = b.sub(b.float(b.isub(bits, b.shl(n, 23))), 1);
  const k = b.sub(b.float(b.iadd(b.select(tiny, b.isub(n, 25), n), 0x4b400000)), 12582912);
  const s = b.div(f, b.add(2, f));
  const z = b.mul(s, s);
  const w = b.mul(z, z);
  const even = b.mul(w, b.add(b.mul(w, 0.24279078841), 0.40000972152));
  const odd = b.mul(z, b.add(b.mul(w, 0.28498786688), 0.66666662693));
  const half = b.mul(b.mul(f, 0.5), f);
  const tail = b.mul(s, b.add(half, b.add(odd, even)));
  const low = b.sub(b.add(tail, b.mul(k, 9.0580006145e-6)), half);
  return atEdges(b, x, b.add(b.add(low, f), b.mul(k, 6.9313812256e-1)));
}

/** log(1 + f) as an unevaluated sum whose first part has its low half cleared. */
function highLow(b: Builder, f: Ref): { readonly high: Ref; readonly low: Ref } {
  const { half, tail } = series64(b, f);
  const high = lowCleared(b, b.sub(f, half));
  return { high, low: b.add(b.sub(b.sub(f, high), half), tail) };
}

export function log2d(b: Builder, x: Ref): Ref {
  const { k, m } = split64(b, x);
  const { high, low } = highLow(b, b.sub(m, 1));
  const top = b.mul(high, 1.44269504072144627571);
  const rest = b.add(
    b.mul(b.add(low, high), 1.67517131648865118353e-10),
    b.mul(low, 1.44269504072144627571),
  );
  const sum = b.add(k, top);
  return atEdges(b, x, b.add(b.add(rest, b.add(b.sub(k, sum), top)), sum));
}

export function log10d(b: Builder, x: Ref): Ref {
  const { k, m } = split64(b, x);
  const { high, low } = highLow(b, b.sub(m, 1));
  const top = b.mul(high, 4.34294481878168880939e-1);
  const rest = b.add(
    b.add(
      b.mul(k, 3.69423907715893078616e-13),
      b.mul(b.add(low, high), 2.50829467116452752298e-11),
    ),
    b.mul(low, 4.34294481878168880939e-1),
  );
  const whole = b.mul(k, 3.01029995663611771306e-1);
  const sum = b.add(whole, top);
  return atEdges(b, x, b.add(b.add(rest, b.add(b.sub(whole, sum), top)), sum));
}

export function log1pd(b: Builder, x: Ref): Ref {
  const u = b.add(x, 1);
  const { k, m } = split64(b, u);
  const near = b.eq(k, 0);
  const f = b.select(near, x, b.sub(m, 1));
  const lost = b.select(b.lt(u, 2), b.sub(x, b.sub(u, 1)), b.sub(1, b.sub(u, x)));
  const c = b.select(near, 0, b.div(lost, u));
  const { half, tail } = series64(b, f);
  const low = b.sub(b.add(tail, b.add(b.mul(k, LN2_LOW), c)), half);
  const inside = atEdges(b, u, b.add(b.add(low, f), b.mul(k, LN2_HIGH)));
  return b.select(b.eq(x, 0), x, inside);
}

/** `x^y` at the places where the general formula has no value; `inside` is `|x|^y`. */
function powEdges(b: Builder, x: Ref, y: Ref, inside: Ref): Ref {
  const size = b.abs(x);
  const ay = b.abs(y);
  const whole = b.eq(b.floor(y), y);
  const halved = b.mul(y, 0.5);
  const odd = b.and(b.and(whole, b.lt(ay, 9007199254740992)), b.not(b.eq(b.floor(halved), halved)));
  const down = b.lt(y, 0);
  // Bases 0, infinity, 1, and exponents of infinity.
  const zeroOrInf = b.or(b.eq(size, 0), b.eq(size, Infinity));
  const grows = b.or(b.and(b.eq(size, 0), down), b.and(b.eq(size, Infinity), b.lt(0, y)));
  const edge = b.select(grows, Infinity, 0);
  const farther = b.or(b.and(b.lt(1, size), b.lt(0, y)), b.and(b.lt(size, 1), down));
  const atInf = b.select(b.eq(size, 1), 1, b.select(farther, Infinity, 0));
  const magnitude = b.select(b.eq(ay, Infinity), atInf, b.select(zeroOrInf, edge, inside));
  const isNegative = b.not(b.ieq(b.sar(b.bits(x), 63), 0n));
  const signed = b.select(b.and(odd, isNegative), b.neg(magnitude), magnitude);
  const finiteNegative = b.and(b.lt(x, 0), b.not(b.eq(x, -Infinity)));
  const noRoot = b.and(finiteNegative, b.not(whole));
  const real = b.select(noRoot, NaN, signed);
  const withNaN = b.select(b.and(b.eq(x, x), b.eq(y, y)), real, b.add(x, y));
  return b.select(b.or(b.eq(y, 0), b.eq(x, 1)), 1, withNaN);
}

/** For float32 operands widened to float64: one multiplication suffices. */
export function powOfFloat(b: Builder, x: Ref, y: Ref, exp: (b: Builder, z: Ref) => Ref): Ref {
  return powEdges(b, x, y, exp(b, b.mul(y, log64(b, b.abs(x)))));
}

const POW_LOG = [
  2.06975017800338417784e-1, 2.30660745775561754067e-1, 2.72728123808534006489e-1,
  3.33333329818377432918e-1, 4.28571428578550184252e-1, 5.99999999999994648725e-1,
];
const POW_EXP = [
  4.13813679705723846039e-8, -1.6533902205465251539e-6, 6.61375632143793436117e-5,
  -2.77777777770155933842e-3, 1.66666666666666019037e-1,
];

/** log2(a) for a > 0 as a sum of two, the first with its low half cleared. */
function log2Pair(b: Builder, a: Ref): { readonly high: Ref; readonly low: Ref } {
  const split = split64(b, a);
  // Centre 1 or 1.5, whichever is nearer to the mantissa.
  const low = b.lt(split.m, 0.8660254037844386);
  const m = b.select(low, b.mul(2, split.m), split.m);
  const k = b.select(low, b.sub(split.k, 1), split.k);
  const far = b.le(1.224744871391589, m);
  const centre = b.select(far, b.constant("f64", 1.5), 1);
  // s = (m − centre) / (m + centre) in two parts
  const u = b.sub(m, centre);
  const d = b.add(m, centre);
  const v = b.div(1, d);
  const s = b.mul(u, v);
  const sh = lowCleared(b, s);
  const dh = lowCleared(b, d);
  const dl = b.sub(m, b.sub(dh, centre));
  const sl = b.mul(v, b.sub(b.sub(u, b.mul(sh, dh)), b.mul(sh, dl)));
  const z = b.mul(s, s);
  const series = b.mul(b.mul(z, z), horner(b, z, POW_LOG));
  const r = b.add(series, b.mul(sl, b.add(sh, s)));
  const zh = b.mul(sh, sh);
  const th = lowCleared(b, b.add(b.add(3, zh), r));
  const tl = b.sub(r, b.sub(b.sub(th, 3), zh));
  const ph0 = b.mul(sh, th);
  const pl0 = b.add(b.mul(sl, th), b.mul(tl, s));
  const ph = lowCleared(b, b.add(ph0, pl0));
  const pl = b.sub(pl0, b.sub(ph, ph0));
  const qh = b.mul(9.61796700954437255859e-1, ph);
  const tail = b.add(b.mul(-7.02846165095275826516e-9, ph), b.mul(pl, 9.61796693925975554329e-1));
  const ql = b.add(tail, b.select(far, b.constant("f64", 1.35003920212974897128e-8), 0));
  const base = b.select(far, b.constant("f64", 5.84962487220764160156e-1), 0);
  const high = lowCleared(b, b.add(b.add(b.add(qh, ql), base), k));
  return { high, low: b.sub(ql, b.sub(b.sub(b.sub(high, k), base), qh)) };
}

export function pow64(b: Builder, x: Ref, given: Ref): Ref {
  const log = log2Pair(b, b.abs(x));
  // Exponents beyond 2^66 behave as 2^66 does.
  const limit = 73786976294838206464;
  const up = b.select(b.lt(given, -limit), -limit, given);
  const y = b.select(b.lt(limit, up), limit, up);
  const yh = lowCleared(b, y);
  const low = b.add(b.mul(b.sub(y, yh), log.high), b.mul(y, log.low));
  const high = b.mul(yh, log.high);
  const z = b.add(low, high);
  const over = b.lt(1030, z);
  const under = b.lt(z, -1080);
  const t = b.add(b.select(b.or(over, under), 0, z), ROUND64);
  const h = b.sub(high, b.sub(t, ROUND64));
  const f = lowCleared(b, b.add(low, h));
  const u = b.mul(f, 6.93147182464599609375e-1);
  const v = b.add(
    b.mul(b.sub(low, b.sub(f, h)), 6.93147180559945286227e-1),
    b.mul(f, -1.90465429995776804525e-9),
  );
  const w = b.add(u, v);
  const lost = b.sub(v, b.sub(w, u));
  const square = b.mul(w, w);
  const c = b.sub(w, b.mul(square, horner(b, square, POW_EXP)));
  const r = b.sub(b.div(b.mul(w, c), b.sub(c, 2)), b.add(lost, b.mul(w, lost)));
  const scaled = scale64(b, b.sub(1, b.sub(r, w)), b.isub(b.bits(t), ROUND64_BITS));
  return powEdges(b, x, given, b.select(over, Infinity, b.select(under, 0, scaled)));
}
