/**
 * Between which numbers the values of a graph lie: bounds are polynomials of the numbers given at launch. What a local
 * variable gathers is bounded by how often the loops add to it.
 */
import { mulInt, type Int } from "../../../support/int.js";
import { add, addConst, constPoly, constValue, mul, neg, one, scale, sub, zero, type Poly } from "../../../arith/poly.js"; // prettier-ignore
import type { Context } from "./context.js";
import { type Carried, type Value } from "./value.js";

export interface Interval {
  readonly low: Poly;
  readonly high: Poly;
}

/** All that a register holds. */
export const REGISTER: Interval = {
  low: constPoly(-0x80000000),
  high: constPoly(0x7fffffff),
};

/** A value of an iteration: what it holds apart from the variable, or what it adds to the variable. */
interface Growth {
  readonly apart?: Interval | undefined;
  readonly added?: Interval | undefined;
}

const point = (p: Poly): Interval => ({ low: p, high: p });
const plus = (x: Interval, y: Interval): Interval => ({
  low: add(x.low, y.low),
  high: add(x.high, y.high),
});
const negated = ({ low, high }: Interval): Interval => ({ low: neg(high), high: neg(low) });

/** Of the values in registers; those in `exact` are what their expressions are in integers without end. */
export class Ranges {
  private readonly known = new Map<number, Interval>();
  private readonly variables = new Map<number, Interval>();

  constructor(
    private readonly cx: Context,
    private readonly exact: ReadonlySet<number>,
  ) {}

  /** Of a value before it is put into a register; undefined where no bound is known. */
  of(v: Value): Interval | undefined {
    switch (v.kind) {
      case "literal":
        return point(constPoly(v.value));
      case "livein": {
        const number = this.cx.numbers[v.index];
        return number === undefined ? REGISTER : point(number);
      }
      case "first":
      case "last":
        return { low: zero, high: one };
      case "carried":
        return this.carried(v);
      case "node":
        return this.node(v.node);
    }
  }

  /** Of a value in a register. */
  private held(v: Value | undefined): Interval {
    return (v && this.of(v)) ?? REGISTER;
  }

  private node(node: number): Interval | undefined {
    const before = this.known.get(node);
    if (before !== undefined) return before;
    const { op, operands, immediate, range } = this.cx.builder.drafts[node]!;
    if (op === "IDX") return { low: zero, high: addConst(this.cx.extent(immediate!), -1) };
    const fixed = range && { low: constPoly(range[0]), high: constPoly(range[1]) };
    if (!this.exact.has(node)) return fixed ?? REGISTER;
    // While it is looked at, it is known to be in a register.
    this.known.set(node, REGISTER);
    const found = this.result(op, operands);
    this.known.delete(node);
    if (found !== undefined) this.known.set(node, found);
    return found ?? fixed;
  }

  private result(op: string, [x, y]: readonly (Value | undefined)[]): Interval | undefined {
    const [a, b] = [this.held(x), this.held(y)];
    switch (op) {
      case "ADD":
        return plus(a, b);
      case "SUB":
        return plus(a, negated(b));
      case "MUL":
        return this.times(a, b);
      case "SHL":
        return y?.kind === "literal" && y.value >= 0 && y.value < 32
          ? { low: scale(a.low, 2 ** y.value), high: scale(a.high, 2 ** y.value) }
          : undefined;
      case "SEL":
        return this.hull(a, b);
      case "ABS":
      case "DIV": {
        const size = this.hull(a, negated(a));
        return size && (op === "ABS" ? { low: zero, high: size.high } : size);
      }
      default:
        return REGISTER;
    }
  }

  private times(x: Interval, y: Interval): Interval | undefined {
    const numbers = [x.low, x.high, y.low, y.high].map(constValue);
    if (numbers.every((n): n is Int => n !== undefined)) {
      const [a, b, c, d] = numbers as [Int, Int, Int, Int];
      const corners = [mulInt(a, c), mulInt(a, d), mulInt(b, c), mulInt(b, d)];
      const pick = (is: (p: Int, q: Int) => boolean): Int => corners.reduce((p, q) => is(p, q) ? p : q); // prettier-ignore
      return { low: constPoly(pick((p, q) => p < q)), high: constPoly(pick((p, q) => p > q)) };
    }
    const { analyzer } = this.cx;
    const [natural, other] = analyzer.isNonNegative(x.low) ? [x, y] : [y, x];
    if (!analyzer.isNonNegative(natural.low)) return undefined;
    const low = mul(analyzer.isNonNegative(other.low) ? natural.low : natural.high, other.low);
    const high = mul(analyzer.isNonNegative(neg(other.high)) ? natural.low : natural.high, other.high); // prettier-ignore
    return low && high && { low, high };
  }

  /** Both; undefined where it is not known which is less. */
  private hull(x: Interval, y: Interval): Interval | undefined {
    const least = (a: Poly, b: Poly): Poly | undefined =>
      this.isAtMost(a, b) ? a : this.isAtMost(b, a) ? b : undefined;
    const low = least(x.low, y.low);
    const most = least(neg(x.high), neg(y.high));
    return low && most && { low, high: neg(most) };
  }

  private isAtMost(a: Poly, b: Poly): boolean {
    return this.cx.analyzer.isNonNegative(sub(b, a));
  }

  private carried({ variable, initial }: Carried): Interval {
    if (!this.cx.wideVariables.has(variable)) return REGISTER;
    const key = 2 * variable + Number(initial !== undefined);
    const before = this.variables.get(key);
    if (before !== undefined) return before;
    this.variables.set(key, REGISTER);
    const found = this.gathered(variable, initial !== undefined) ?? REGISTER;
    this.variables.set(key, found);
    return found;
  }

  /** What a variable holds when an iteration begins; `started`: where the first iteration has set it. */
  private gathered(variable: number, started: boolean): Interval | undefined {
    const starts: (Carried["initial"] | undefined)[] = [];
    const final = this.cx.builder.finals.get(variable);
    const growth = final && this.growth(final, variable, starts);
    if (growth === undefined) return undefined;
    const [start] = starts;
    const level = start?.level ?? 0;
    if (
      starts.some((s) => (s?.level ?? 0) !== level || (s === undefined) !== (start === undefined))
    )
      return undefined;
    let base: Interval | undefined = point(zero);
    if (start !== undefined && started) base = this.held(start.value);
    for (const s of starts) if (s) base = base && this.hull(base, this.held(s.value));
    if (growth.apart) base = base && this.hull(base, growth.apart);
    const step = growth.added && this.hull(growth.added, point(zero));
    let times: Poly | undefined = one;
    for (let k = level; k < this.cx.nest.loops.length; k++)
      times = times && mul(times, this.cx.extent(k));
    if (started || start === undefined) times = times && addConst(times, -1);
    if (growth.added === undefined) return base;
    const [low, high] = [step && times && mul(step.low, times), step && times && mul(step.high, times)]; // prettier-ignore
    return base && low && high && plus(base, { low, high });
  }

  /** How a value follows from the variable: sums and choices of it alone are known. */
  private growth(
    v: Value,
    variable: number,
    starts: (Carried["initial"] | undefined)[],
  ): Growth | undefined {
    if (v.kind === "carried" && v.variable === variable) {
      starts.push(v.initial);
      return { added: point(zero) };
    }
    const draft = v.kind === "node" ? this.cx.builder.drafts[v.node] : undefined;
    const [x, y] = draft?.operands ?? [];
    if (draft === undefined || x === undefined || y === undefined) return { apart: this.held(v) };
    const parts = (): readonly (Growth | undefined)[] =>
      [x, y].map((operand) => this.growth(operand, variable, starts));
    if (draft.op === "SEL") {
      const [a, b] = parts();
      const both = (p?: Interval, q?: Interval): Interval | undefined =>
        p && q ? this.hull(p, q) : (p ?? q);
      return a && b && { apart: both(a.apart, b.apart), added: both(a.added, b.added) };
    }
    if (draft.op !== "ADD" && draft.op !== "SUB") return { apart: this.held(v) };
    const [a, b] = parts();
    const [sum, other] = b?.added && draft.op === "ADD" ? [b, a] : [a, b];
    if (sum === undefined || other?.apart === undefined || other.added !== undefined)
      return undefined;
    const by = draft.op === "SUB" ? negated(other.apart) : other.apart;
    return {
      apart: sum.apart && plus(sum.apart, by),
      added: sum.added && plus(sum.added, by),
    };
  }
}
