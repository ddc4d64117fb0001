/** Congruences: which remainders an expression can have. */
import { addInt, absInt, floorModInt, gcdInt, mulInt, type Int } from "../support/int.js";
import { constValue, type Atom, type Poly } from "./poly.js";

/** The set `{ coeff * k + base }` with `0 <= base < coeff`; a constant has `coeff` 0. */
export interface Modular {
  readonly coeff: Int;
  readonly base: Int;
}

const anything: Modular = { coeff: 1, base: 0 };

const make = (coeff: Int, base: Int): Modular =>
  coeff === 0 ? { coeff, base } : { coeff: absInt(coeff), base: floorModInt(base, absInt(coeff)) };

/** Union of two sets. */
export const joinModular = (x: Modular, y: Modular): Modular =>
  make(gcdInt(gcdInt(x.coeff, y.coeff), addInt(x.base, mulInt(-1, y.base))), x.base);

const times = (x: Modular, y: Modular): Modular =>
  make(
    gcdInt(gcdInt(mulInt(x.coeff, y.coeff), mulInt(x.coeff, y.base)), mulInt(y.coeff, x.base)),
    mulInt(x.base, y.base),
  );

/** The congruence of a polynomial, given those of atoms that are known otherwise. */
export function modularOf(p: Poly, known: (atom: Atom) => Modular | undefined): Modular {
  let sum: Modular = { coeff: 0, base: p.constant };
  for (const t of p.terms) {
    let product: Modular = { coeff: 0, base: t.coeff };
    for (const atom of t.atoms) product = times(product, known(atom) ?? ofAtom(atom, known));
    sum = make(gcdInt(sum.coeff, product.coeff), addInt(sum.base, product.base));
  }
  return sum;
}

function ofAtom(atom: Atom, known: (atom: Atom) => Modular | undefined): Modular {
  switch (atom.kind) {
    case "min":
    case "max":
    case "choice":
      return joinModular(modularOf(atom.a!, known), modularOf(atom.b!, known));
    case "floormod": {
      // x mod c keeps the congruence of x modulo the common divisors of c.
      const c = constValue(atom.b!);
      if (c === undefined || c === 0) return anything;
      const inner = modularOf(atom.a!, known);
      const g = gcdInt(inner.coeff, c);
      return g === 0 ? anything : make(g, inner.base);
    }
    default:
      return anything;
  }
}
