/** Makes a graph: equal operations are one node, constants fold, and variables that iterations pass on become edges. */
import type { Span } from "../../../support/source.js";
import { bitsOf } from "../machine/elementary.js";
import { operations } from "../machine/operation.js";
import { opcodes, type OpClass } from "../opcodes.js";
import { foldOperation } from "./fold.js";
import { Refused } from "./refuse.js";
import { isFixed, keyOf, literal, type Condition, type Value } from "./value.js";

/** A node that is still being made. */
export interface Draft {
  op: string;
  operands: (Value | undefined)[];
  immediate: number | undefined;
  negate: boolean;
  /** Least and greatest value as int32, where it is known to be less than all. */
  readonly range: Range | undefined;
  elements: readonly number[] | undefined;
  /** Further nodes of this or an earlier iteration that come before it. */
  readonly after: { readonly node: number; readonly distance: number }[];
  /** What asked for it. */
  readonly span: Span | undefined;
}
export type Range = readonly [low: number, high: number];

const INT32: Range = [-0x80000000, 0x7fffffff];

export class GraphBuilder {
  readonly drafts: Draft[] = [];
  /** By variable: its value at the end of the iteration. */
  readonly finals = new Map<number, Value>();
  /** Elements for operations that are made now. */
  place: readonly number[] | undefined;
  private span: Span | undefined;
  private readonly known = new Map<string, number>();
  private variables = 0;

  constructor(private readonly classes: ReadonlySet<OpClass>) {}

  /** Whether some element executes the operation. */
  has(op: string): boolean {
    return this.classes.has(opcodes.get(op)!.class);
  }

  /** What is made, or refused, within is for this place of the program. */
  within<T>(span: Span | undefined, body: () => T): T {
    const before = this.span;
    this.span = span ?? before;
    try {
      return body();
    } catch (error) {
      throw error instanceof Refused ? error.at(this.span) : error;
    } finally {
      this.span = before;
    }
  }

  newVariable(): number {
    return this.variables++;
  }

  /** The result of an operation, which may turn out simpler. */
  op(op: string, operands: readonly Value[], immediate?: number, range?: Range): Value {
    const simple = foldOperation(op, operands, immediate ?? 0) ?? this.saturated(op, operands);
    if (simple !== undefined) return simple;
    const ordered = isCommutative(op) ? inOrder(operands) : operands;
    const key = [op, immediate, ...ordered.map(keyOf)].join(" ");
    const before = this.known.get(key);
    if (before !== undefined) return { kind: "node", node: before };
    const made = this.make(op, ordered, {
      immediate,
      range: range ?? rangeOfResult(this, op, operands),
    });
    this.known.set(key, made);
    return { kind: "node", node: made };
  }

  /** A value of which only the low bits count: what wraps it to them is left out. */
  lowBits(value: Value, bits: number): Value {
    const draft = value.kind === "node" ? this.drafts[value.node]! : undefined;
    const [from, mask] = draft?.operands ?? [];
    if (draft === undefined || from === undefined || bits >= 32) return value;
    const isWrap =
      (draft.op === "UNPK" && draft.immediate === (bits === 8 ? 0 : 8)) ||
      (draft.op === "AND" && mask?.kind === "literal" && mask.value === 2 ** bits - 1);
    return isWrap ? from : value;
  }

  /** Limits on both sides that are those of a narrow type. */
  private saturated(op: string, [value, limit]: readonly Value[]): Value | undefined {
    if ((op !== "MIN" && op !== "MAX") || value?.kind !== "node" || limit?.kind !== "literal")
      return undefined;
    const inner = this.drafts[value.node]!;
    const [from, other] = inner.operands;
    if (inner.op !== (op === "MIN" ? "MAX" : "MIN") || other?.kind !== "literal") return undefined;
    const [low, high] = op === "MIN" ? [other.value, limit.value] : [limit.value, other.value];
    const name = SATURATIONS.find(([, range]) => range[0] === low && range[1] === high)?.[0];
    return name !== undefined && this.has(name) ? this.op(name, [from!]) : undefined;
  }

  /** A node of its own, for operations that touch memory. */
  make(
    op: string,
    operands: readonly (Value | undefined)[],
    more: { immediate?: number | undefined; range?: Range | undefined } = {},
  ): number {
    this.drafts.push({
      op,
      operands: [...operands],
      immediate: more.immediate,
      negate: false,
      range: more.range,
      elements: this.place,
      after: [],
      span: this.span,
    });
    return this.drafts.length - 1;
  }

  /** `then` where the condition holds. */
  select({ value, negate }: Condition, then: Value, otherwise: Value): Value {
    const [a, b] = negate ? [otherwise, then] : [then, otherwise];
    if (value.kind === "literal") return value.value !== 0 ? a : b;
    if (keyOf(a) === keyOf(b)) return a;
    // First iterations set what the others pass on.
    if (value.kind === "first" && b.kind === "carried" && isFixed(a))
      if (b.initial === undefined || b.initial.level <= value.level)
        return { ...b, initial: { level: value.level, value: a } };
    return this.op("SEL", [a, b, value]);
  }

  /** The condition as 0 or 1. */
  truth({ value, negate }: Condition): Value {
    return negate ? this.op("XOR", [value, literal(1)]) : value;
  }

  both(a: Condition, b: Condition): Condition {
    if (a.value.kind === "literal") return (a.value.value !== 0) !== a.negate ? b : a;
    if (b.value.kind === "literal") return this.both(b, a);
    // The first iteration of a loop is one of the loops in it.
    const [x, y] = [a.value, b.value];
    if ((x.kind === "first" || x.kind === "last") && y.kind === x.kind && !a.negate && !b.negate)
      return x.level <= y.level ? a : b;
    return { value: this.op("AND", [this.truth(a), this.truth(b)]), negate: false };
  }

  either(a: Condition, b: Condition): Condition {
    const opposite = this.both({ ...a, negate: !a.negate }, { ...b, negate: !b.negate });
    return { ...opposite, negate: !opposite.negate };
  }

  rangeOf(v: Value): Range {
    switch (v.kind) {
      case "literal":
        return [v.value, v.value];
      case "first":
      case "last":
        return [0, 1];
      case "node":
        return this.drafts[v.node]!.range ?? INT32;
      default:
        return INT32;
    }
  }

  /** The value as an integer of so many bits again, after arithmetic in 32. */
  wrapped(v: Value, bits: number, signed: boolean): Value {
    const [low, high] = this.rangeOf(v);
    const [min, max] = limits(bits, signed);
    if (bits >= 32 || (low >= min && high <= max)) return v;
    if (!signed) return this.op("AND", [v, literal(2 ** bits - 1)]);
    if (this.has("UNPK") && (bits === 8 || bits === 16))
      return this.op("UNPK", [v], bits === 8 ? 0 : 8);
    const shift = literal(32 - bits);
    return this.op("SHRA", [this.op("SHL", [v, shift]), shift]);
  }
}

export const limits = (bits: number, signed: boolean): Range =>
  signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];

const COMMUTATIVE: ReadonlySet<string> = new Set([
  "ADD", "MUL", "AND", "OR", "XOR", "MIN", "MAX", "EQ", "NE", "MULH", "FADD", "FMUL", "FEQ",
]); // prettier-ignore
const isCommutative = (op: string): boolean => COMMUTATIVE.has(op);

/** What is not known at compile time first. */
const inOrder = ([a, b]: readonly Value[]): readonly Value[] =>
  isFixed(a!) && !isFixed(b!) ? [b!, a!] : [a!, b!];

const SATURATIONS = [
  ["SATB", limits(8, true)],
  ["SATUB", limits(8, false)],
  ["SATH", limits(16, true)],
] as const;

const RESULT: ReadonlyMap<string, Range> = new Map([
  ...["EQ", "NE", "LT", "LE", "LTU", "FLT", "FEQ", "FIRST", "LAST"].map((op) => [op, [0, 1]] as const),
  ...SATURATIONS,
  ["LDB", limits(8, true)],
  ["LDUB", limits(8, false)],
  ["LDH", limits(16, true)],
  ["LUT8", limits(8, true)],
]); // prettier-ignore

function rangeOfResult(g: GraphBuilder, op: string, operands: readonly Value[]): Range | undefined {
  const known = RESULT.get(op);
  if (known !== undefined) return known;
  const ranges = operands.map((v) => g.rangeOf(v));
  const [[a, b] = INT32, [c, d] = INT32] = ranges;
  const fits = (low: number, high: number): Range | undefined =>
    low >= INT32[0] && high <= INT32[1] ? [low, high] : undefined;
  switch (op) {
    case "MOV":
      return [a, b];
    case "ADD":
      return fits(a + c, b + d);
    case "SUB":
      return fits(a - d, b - c);
    case "MUL": {
      const corners = [a * c, a * d, b * c, b * d];
      return fits(Math.min(...corners), Math.max(...corners));
    }
    case "MIN":
      return [Math.min(a, c), Math.min(b, d)];
    case "MAX":
      return [Math.max(a, c), Math.max(b, d)];
    case "SEL":
      return [Math.min(a, c), Math.max(b, d)];
    case "AND":
      if (c >= 0) return [0, a >= 0 ? Math.min(b, d) : d];
      return a >= 0 ? [0, b] : undefined;
    case "OR":
    case "XOR": {
      if (a < 0 || c < 0) return undefined;
      return [0, 2 ** Math.ceil(Math.log2(Math.max(b, d) + 1)) - 1];
    }
    case "SHRA":
      return c === d && c >= 0 && c < 32 ? [a >> c, b >> c] : undefined;
    case "SHRL":
      return c === d && c > 0 && c < 32 ? [0, 0xffffffff >>> c] : undefined;
    case "REM":
      return c > 0 ? [a < 0 ? 1 - d : 0, d - 1] : undefined;
    case "UNPK":
      return undefined;
    default:
      return undefined;
  }
}

/** The bit pattern of a float constant. */
export const floatLiteral = (x: number): Value => literal(bitsOf(x));

/** Operands that an operation reads. */
export const arity = (op: string): number => operations.get(op)!.operands.length;
