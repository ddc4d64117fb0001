/**
 * Straight-line programs of elementary functions. Each function is written once with a {@link Builder}; the resulting
 * list of operations is evaluated by the interpreter and translated by every back end, in the same order, so that
 * results are equal bit for bit. Every operation rounds once, to its own type; none may be fused or reassociated.
 */

/** `i32` and `i64` hold bit patterns in two's complement; `b` is a condition. */
export type NumType = "f32" | "f64" | "i32" | "i64" | "b";

/**
 * - floats: `add sub mul div neg abs sqrt floor`; `lt le eq` give a condition (false with a NaN)
 * - conditions: `and or not`
 * - `select`: first operand a condition; both others are evaluated
 * - `bits`: float to its bit pattern; `float`: the reverse, of the same width
 * - integers, wrapping: `iadd isub iand`; `shl sar` shift by the constant `amount`; `ieq` gives a condition
 * - `promote`: f32 to f64; `demote`: f64 to f32, rounding to nearest even
 */
export type NumOp =
  | "add" | "sub" | "mul" | "div" | "neg" | "abs" | "sqrt" | "floor"
  | "lt" | "le" | "eq" | "and" | "or" | "not" | "select"
  | "bits" | "float" | "iadd" | "isub" | "iand" | "shl" | "sar" | "ieq" | "promote" | "demote"; // prettier-ignore

/** One value of a program, in order of evaluation; `args` are positions of earlier steps. */
export type Step =
  | { readonly op: "arg"; readonly type: NumType; readonly index: number }
  | { readonly op: "const"; readonly type: NumType; readonly value: number | bigint }
  | {
      readonly op: NumOp;
      readonly type: NumType;
      readonly args: readonly number[];
      /** Of `shl` and `sar`. */
      readonly amount: number;
    };

export interface Program {
  readonly steps: readonly Step[];
  /** Position of the result. */
  readonly result: number;
  readonly arity: number;
}

/** A value while a program is being written. */
export interface Ref {
  readonly at: number;
  readonly type: NumType;
}
export type Operand = Ref | number | bigint;

/** Records steps; plain numbers become constants of the other operand's type. */
export interface Builder {
  readonly steps: readonly Step[];
  arg(type: NumType): Ref;
  constant(type: NumType, value: number | bigint): Ref;
  add(a: Operand, b: Operand): Ref;
  sub(a: Operand, b: Operand): Ref;
  mul(a: Operand, b: Operand): Ref;
  div(a: Operand, b: Operand): Ref;
  neg(a: Ref): Ref;
  abs(a: Ref): Ref;
  sqrt(a: Ref): Ref;
  floor(a: Ref): Ref;
  lt(a: Operand, b: Operand): Ref;
  le(a: Operand, b: Operand): Ref;
  eq(a: Operand, b: Operand): Ref;
  and(a: Ref, b: Ref): Ref;
  or(a: Ref, b: Ref): Ref;
  not(a: Ref): Ref;
  select(c: Ref, a: Operand, b: Operand): Ref;
  bits(a: Ref): Ref;
  float(a: Ref): Ref;
  iadd(a: Operand, b: Operand): Ref;
  isub(a: Operand, b: Operand): Ref;
  iand(a: Operand, b: Operand): Ref;
  ieq(a: Operand, b: Operand): Ref;
  shl(a: Ref, amount: number): Ref;
  sar(a: Ref, amount: number): Ref;
  promote(a: Ref): Ref;
  demote(a: Ref): Ref;
}

const isRef = (x: Operand): x is Ref => typeof x === "object";

function keyOf(step: Step): string {
  if (step.op === "arg") return `arg ${step.index}`;
  if (step.op !== "const") return `${step.op} ${step.type} ${step.args.join()} ${step.amount}`;
  return `const ${step.type} ${Object.is(step.value, -0) ? "-0" : String(step.value)}`;
}

/** A builder without steps. Equal steps are recorded once. */
export function makeBuilder(): Builder {
  const steps: Step[] = [];
  const known = new Map<string, Ref>();
  let args = 0;
  const record = (step: Step): Ref => {
    const name = keyOf(step);
    const old = known.get(name);
    if (old !== undefined) return old;
    const ref = { at: steps.length, type: step.type };
    steps.push(step);
    known.set(name, ref);
    return ref;
  };
  const constant = (type: NumType, value: number | bigint): Ref =>
    record({
      op: "const",
      type,
      value: type === "i64" ? BigInt(value) : type === "f32" ? Math.fround(Number(value)) : value,
    });
  const make = (op: NumOp, type: NumType, args: readonly Ref[], amount = 0): Ref =>
    record({ op, type, args: args.map((a) => a.at), amount });
  const two = (a: Operand, b: Operand): [Ref, Ref] => {
    const type = isRef(a) ? a.type : isRef(b) ? b.type : "f64";
    return [isRef(a) ? a : constant(type, a), isRef(b) ? b : constant(type, b)];
  };
  const same = (op: NumOp) => (a: Operand, b: Operand) => {
    const [x, y] = two(a, b);
    return make(op, x.type, [x, y]);
  };
  const test = (op: NumOp) => (a: Operand, b: Operand) => make(op, "b", two(a, b));
  const one = (op: NumOp) => (a: Ref) => make(op, a.type, [a]);
  return {
    steps,
    arg: (type) => record({ op: "arg", type, index: args++ }),
    constant,
    add: same("add"),
    sub: same("sub"),
    mul: same("mul"),
    div: same("div"),
    neg: one("neg"),
    abs: one("abs"),
    sqrt: one("sqrt"),
    floor: one("floor"),
    lt: test("lt"),
    le: test("le"),
    eq: test("eq"),
    and: (a, b) => make("and", "b", [a, b]),
    or: (a, b) => make("or", "b", [a, b]),
    not: one("not"),
    select: (c, a, b) => {
      const [x, y] = two(a, b);
      return make("select", x.type, [c, x, y]);
    },
    bits: (a) => make("bits", a.type === "f32" ? "i32" : "i64", [a]),
    float: (a) => make("float", a.type === "i32" ? "f32" : "f64", [a]),
    iadd: same("iadd"),
    isub: same("isub"),
    iand: same("iand"),
    ieq: test("ieq"),
    shl: (a, amount) => make("shl", a.type, [a], amount),
    sar: (a, amount) => make("sar", a.type, [a], amount),
    promote: (a) => make("promote", "f64", [a]),
    demote: (a) => make("demote", "f32", [a]),
  };
}

/** Drops steps that the result does not need. */
export function finish(b: Builder, result: Ref, arity: number): Program {
  const needed = new Set<number>();
  const walk = (at: number): void => {
    if (needed.has(at)) return;
    needed.add(at);
    const step = b.steps[at]!;
    if ("args" in step) step.args.forEach(walk);
  };
  walk(result.at);
  const kept = [...needed].sort((x, y) => x - y);
  const moved = new Map(kept.map((at, i) => [at, i]));
  return {
    steps: kept.map((at) => {
      const step = b.steps[at]!;
      return "args" in step ? { ...step, args: step.args.map((a) => moved.get(a)!) } : step;
    }),
    result: moved.get(result.at)!,
    arity,
  };
}
