/** Sizes that depend on symbols, as straight-line code over numbers: plain data, evaluated without interpretation of trees. */

/** Operations of a step; comparisons give 0 or 1. */
export const SIZE_OPS = [
  "constant", "symbol", "add", "sub", "mul", "floordiv", "floormod", "div", "mod", "min", "max",
  "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "select",
] as const; // prettier-ignore

export type SizeOp = (typeof SIZE_OPS)[number];

/**
 * Step i computes value i from earlier ones. A step is four numbers of `code`: its operation and up to three operands,
 * which are indices of values; of `constant` an index into `constants`, of `symbol` one into `symbols`.
 */
export interface SizeProgram {
  readonly symbols: readonly string[];
  readonly constants: readonly number[];
  readonly code: readonly number[];
  /** The value of each result. */
  readonly results: readonly number[];
}

/** A program made ready for many evaluations. */
export interface SizeEvaluator {
  /** The results at these values of the symbols, in an array that is overwritten by the next call. NaN: no exact value. */
  at(symbols: ArrayLike<number>): Float64Array;
}

const OP = Object.fromEntries(SIZE_OPS.map((op, i) => [op, i])) as Record<SizeOp, number>;

/** Prepares a program. Values beyond 2^53 and quotients by zero are NaN, and so is what depends on them. */
export function sizeEvaluator(program: SizeProgram): SizeEvaluator {
  const code = Int32Array.from(program.code);
  const constants = Float64Array.from(program.constants, exact);
  const results = Int32Array.from(program.results);
  const value = new Float64Array(code.length / 4);
  const out = new Float64Array(results.length);
  return {
    at(symbols) {
      for (let i = 0, p = 0; p < code.length; i++, p += 4) {
        const op = code[p]!;
        if (op === OP.constant) value[i] = constants[code[p + 1]!]!;
        else if (op === OP.symbol) value[i] = exact(symbols[code[p + 1]!]!);
        else {
          const x = apply(op, value[code[p + 1]!]!, value[code[p + 2]!]!, value[code[p + 3]!]!);
          value[i] = exact(x);
        }
      }
      for (let r = 0; r < out.length; r++) out[r] = value[results[r]!]!;
      return out;
    },
  };
}

const exact = (x: number): number => (Number.isSafeInteger(x) ? x : NaN);

function apply(op: number, a: number, b: number, c: number): number {
  switch (op) {
    case OP.add:
      return a + b;
    case OP.sub:
      return a - b;
    case OP.mul:
      return a * b;
    case OP.floordiv:
      return (a - floorMod(a, b)) / b;
    case OP.floormod:
      return floorMod(a, b);
    case OP.div:
      return (a - (a % b)) / b;
    case OP.mod:
      return a % b;
    case OP.min:
      return Math.min(a, b);
    case OP.max:
      return Math.max(a, b);
    case OP.not:
      return a === 0 ? 1 : a === a ? 0 : NaN;
    case OP.select:
      return a !== a ? NaN : a !== 0 ? b : c;
    default:
      return a !== a || b !== b ? NaN : holds(op, a, b) ? 1 : 0;
  }
}

function holds(op: number, a: number, b: number): boolean {
  switch (op) {
    case OP.eq:
      return a === b;
    case OP.ne:
      return a !== b;
    case OP.lt:
      return a < b;
    case OP.le:
      return a <= b;
    case OP.gt:
      return a > b;
    case OP.ge:
      return a >= b;
    case OP.and:
      return a !== 0 && b !== 0;
    default:
      return a !== 0 || b !== 0;
  }
}

function floorMod(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}
