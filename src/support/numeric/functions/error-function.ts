/** erf. */
import type { Builder, Ref } from "../program.js";
import { clamp, exp64, horner, lowCleared } from "./exponential.js";

/** A rational function of x², x clamped to ±3.92. */
export function erf32(b: Builder, x: Ref): Ref {
  const c = clamp(b, x, -3.92, 3.92);
  const z = b.mul(c, c);
  const p = horner(
    b,
    z,
    [2.041931566e-6, 2.848007134e-4, 3.779465798e-3, 5.278983712e-2, 1.907811314e-1, 1.128379107],
  );
  const q = horner(
    b,
    z,
    [3.80032543e-5, 1.165168942e-3, 1.499715727e-2, 1.142563224e-1, 5.024080873e-1, 1],
  );
  return b.div(b.mul(c, p), q);
}

const NEAR_P = [
  -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2,
  -3.2504210724700149937e-1, 1.28379167095512558561e-1,
];
const NEAR_Q = [
  -3.9602282787753681232e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3,
  6.50222499887672944485e-2, 3.97917223959155352819e-1, 1,
];
const MIDDLE_P = [
  -2.166375594868790843e-3, 3.54783043256182359371e-2, -1.10894694282396677476e-1,
  3.18346619901161753674e-1, -3.72207876035701323847e-1, 4.14856118683748331666e-1,
  -2.36211856075265944077e-3,
];
const MIDDLE_Q = [
  1.1984499846799107417e-2, 1.36370839120290507362e-2, 1.26171219808761642112e-1,
  7.18286544141962662868e-2, 5.40397917702171048937e-1, 1.06420880400844228286e-1, 1,
];
const FAR_P = [
  -9.81432934416914548592, -8.12874355063065934246e1, -1.84605092906711035994e2,
  -1.62396669462573470355e2, -6.23753324503260060396e1, -1.05586262253232909814e1,
  -6.93858572707181764372e-1, -9.86494403484714822705e-3,
];
const FAR_Q = [
  -6.04244152148580987438e-2, 6.57024977031928170135, 1.08635005541779435134e2,
  4.29008140027567833386e2, 6.45387271733267880336e2, 4.34565877475229228821e2,
  1.376577541435190426e2, 1.96512716674392571292e1, 1,
];
const END_P = [
  -4.83519191608651397019e2, -1.02509513161107724954e3, -6.37566443368389627722e2,
  -1.60636384855821916062e2, -1.77579549177547519889e1, -7.99283237680523006574e-1,
  -9.86494292470009928597e-3,
];
const END_Q = [
  -2.24409524465858183362e1, 4.74528541206955367215e2, 2.55305040643316442583e3,
  3.19985821950859553908e3, 1.53672958608443695994e3, 3.25792512996573918826e2,
  3.03380607434824582924e1, 1,
];

export function erf64(b: Builder, x: Ref): Ref {
  const given = b.abs(x);
  const a = b.select(b.lt(6, given), 6, given);
  const z = b.mul(a, a);
  const near = b.add(a, b.mul(a, b.div(horner(b, z, NEAR_P), horner(b, z, NEAR_Q))));
  const s = b.sub(a, 1);
  const middle = b.add(
    8.45062911510467529297e-1,
    b.div(horner(b, s, MIDDLE_P), horner(b, s, MIDDLE_Q)),
  );
  const safe = b.select(b.lt(a, 1), 1, a);
  const v = b.div(1, b.mul(safe, safe));
  const first = b.lt(safe, 2.857142857142857);
  const ratio = b.div(
    b.select(first, horner(b, v, FAR_P), horner(b, v, END_P)),
    b.select(first, horner(b, v, FAR_Q), horner(b, v, END_Q)),
  );
  const short = lowCleared(b, safe);
  const e1 = exp64(b, b.sub(b.neg(b.mul(short, short)), 0.5625));
  const e2 = exp64(b, b.add(b.mul(b.sub(short, safe), b.add(short, safe)), ratio));
  const far = b.sub(1, b.div(b.mul(e1, e2), safe));
  const value = b.select(b.lt(a, 0.84375), near, b.select(b.lt(a, 1.25), middle, far));
  return b.select(b.lt(x, 0), b.neg(value), b.select(b.eq(x, 0), x, value));
}
