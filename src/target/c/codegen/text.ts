/** Pieces of C expressions: a text with how tightly its outermost operator binds. */

/** Levels of C's grammar, loosest first; operands of bit and shift operators take parentheses always. */
export const level = {
  conditional: 1,
  or: 2,
  and: 3,
  bits: 4,
  equality: 5,
  relation: 6,
  shift: 7,
  sum: 8,
  product: 9,
  unary: 10,
  primary: 11,
} as const;

export interface Piece {
  readonly text: string;
  readonly level: number;
}

export const primary = (text: string): Piece => ({ text, level: level.primary });

/** The text as an operand of an operator that takes at least this level. */
export const operand = (p: Piece, least: number): string =>
  p.level >= least ? p.text : `(${p.text})`;

/** A call of a C function or macro. */
export const called = (name: string, ...args: readonly Piece[]): Piece =>
  primary(`${name}(${args.map((a) => a.text).join(", ")})`);

/** `(type)x` */
export const converted = (type: string, x: Piece): Piece => ({
  text: `(${type})${operand(x, level.unary)}`,
  level: level.unary,
});

const LEVELS: Readonly<Record<string, number>> = {
  "+": level.sum,
  "-": level.sum,
  "*": level.product,
  "/": level.product,
  "%": level.product,
  "<": level.relation,
  "<=": level.relation,
  ">": level.relation,
  ">=": level.relation,
  "==": level.equality,
  "!=": level.equality,
  "&&": level.and,
  "||": level.or,
  "<<": level.shift,
  ">>": level.shift,
  "&": level.bits,
  "|": level.bits,
  "^": level.bits,
};

/** Operators whose chains read, and compute, from the left without parentheses. */
const CHAINS = new Set(["+", "*", "-", "&&", "||"]);

/** `a op b`, with the parentheses that C, its compilers' warnings and the order of evaluation ask for. */
export function infix(op: string, a: Piece, b: Piece): Piece {
  const own = LEVELS[op]!;
  const arithmetic = own === level.sum || own === level.product;
  const comparison = own === level.relation || own === level.equality;
  const logic = op === "&&" || op === "||";
  const tight = arithmetic || comparison ? own + 1 : logic ? level.bits : level.unary;
  // `a - -b` must not become `a --b`; a space stands there anyway.
  const left = CHAINS.has(op) && a.level === own && !(logic && !a.text.includes(` ${op} `));
  const first = left ? a.text : operand(a, comparison ? level.shift : tight);
  return { text: `${first} ${op} ${operand(b, comparison ? level.shift : tight)}`, level: own };
}

/** `c ? a : b` */
export const conditional = (c: Piece, a: Piece, b: Piece): Piece => ({
  text: `${operand(c, level.unary)} ? ${operand(a, level.or)} : ${operand(b, level.or)}`,
  level: level.conditional,
});

/** `-x`, `!x`, `~x`, `&x`. */
export const prefix = (op: string, x: Piece): Piece => {
  const inner = operand(x, level.unary);
  return { text: inner.startsWith(op) ? `${op}(${inner})` : `${op}${inner}`, level: level.unary };
};
