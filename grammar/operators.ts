/** Operator precedence, shared by parser and printer. */

/** Binding strength, weakest first. */
export const PRECEDENCE = {
  lambda: 0,
  conditional: 1,
  or: 2,
  and: 3,
  not: 4,
  compare: 5,
  "|": 6,
  "^": 7,
  "&": 8,
  shift: 9,
  sum: 10,
  term: 11,
  unary: 12,
  power: 13,
  postfix: 14,
  atom: 15,
} as const;

const BINARY: Readonly<Record<string, number>> = {
  or: PRECEDENCE.or,
  and: PRECEDENCE.and,
  in: PRECEDENCE.compare,
  "not in": PRECEDENCE.compare,
  is: PRECEDENCE.compare,
  "is not": PRECEDENCE.compare,
  "<": PRECEDENCE.compare,
  "<=": PRECEDENCE.compare,
  ">": PRECEDENCE.compare,
  ">=": PRECEDENCE.compare,
  "==": PRECEDENCE.compare,
  "!=": PRECEDENCE.compare,
  "|": PRECEDENCE["|"],
  "^": PRECEDENCE["^"],
  "&": PRECEDENCE["&"],
  "<<": PRECEDENCE.shift,
  ">>": PRECEDENCE.shift,
  "+": PRECEDENCE.sum,
  "-": PRECEDENCE.sum,
  "*": PRECEDENCE.term,
  "/": PRECEDENCE.term,
  "//": PRECEDENCE.term,
  "%": PRECEDENCE.term,
  "@": PRECEDENCE.term,
  "**": PRECEDENCE.power,
};

/** Binding strength of a binary operator. */
export const precedenceOf = (op: string): number => BINARY[op]!;
