/** Arithmetic of templates: static numbers at once, packs element by element, the rest as expressions. */
import type { AstBase, BinaryOperator, CompareOperator } from "../../grammar/ast/nodes.js";
import {
  binary, boolImm, call, cast, compare, floatImm, ifThenElse, intImm, logic, select, unary,
  type BinaryOp, type CompareOp, type PrimExpr,
} from "../ir/tir/expr.js"; // prettier-ignore
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { fits } from "../syntax/elaborate/tir/scalar-constructor.js";
import { bool, int64, isFloat, isInteger, type DType } from "../support/dtype.js";
import {
  addInt, floorDivInt, floorModInt, int, maxInt, minInt, mulInt, negInt, subInt, truncDivInt, truncModInt, type Int,
} from "../support/int.js"; // prettier-ignore
import { isOrdered, isOrderSign } from "../support/ordering.js";
import { codes } from "./codes.js";
import { fail, placeOf, spanOf, type State } from "./state.js";
import {
  boolValue, exprValue, floatValue, intValue, isScalar, isStaticNumber, laterPhase, literalOf, pack, strValue,
  valueText, type ExprValue, type Phase, type Value,
} from "./values.js"; // prettier-ignore

const invalid = (s: State, at: AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** Applies a scalar function to packs element by element; scalars repeat, lengths must agree. */
export function elementwise(
  s: State,
  at: AstBase,
  args: readonly Value[],
  f: (args: readonly Value[]) => Value,
): Value {
  let length: number | undefined;
  for (const a of args) {
    if (a.kind !== "pack") continue;
    if (length !== undefined && length !== a.items.length)
      fail(
        codes.packLength({
          ...placeOf(s, at),
          what: `packs of lengths ${length} and ${a.items.length} do not go together: ${args.map(valueText).join(" and ")}`,
        }),
      );
    length = a.items.length;
  }
  if (length === undefined) return f(args);
  const items: Value[] = [];
  for (let i = 0; i < length; i++)
    items.push(
      elementwise(
        s,
        at,
        args.map((a) => (a.kind === "pack" ? a.items[i]! : a)),
        f,
      ),
    );
  return pack(items);
}

// ---- types --------------------------------------------------------------------

/** A literal, or a choice between literals, in another type. */
function retype(s: State, e: PrimExpr, to: DType, at: AstBase): PrimExpr {
  if (e.kind === "tir.Select" || e.kind === "tir.IfThenElse") {
    const then = retype(s, e.then, to, at);
    const otherwise = retype(s, e.otherwise, to, at);
    return { ...e, then, otherwise, dtype: to };
  }
  const isTooFine = e.kind === "tir.FloatImm" && !isFloat(to) && !Number.isInteger(e.value);
  const isTooLarge = e.kind === "tir.IntImm" && isInteger(to) && !fits(e.value, to);
  if (isTooFine || isTooLarge)
    fail(
      codes.dtypeMix({
        ...placeOf(s, at),
        what: `the number ${e.value} does not fit ${to.name}`,
      }),
    );
  return e.kind === "tir.FloatImm" && !isFloat(to)
    ? intImm(int(BigInt(e.value)), to, e.span)
    : castTo(e, to);
}

/** A static number as a literal of a type. */
export function literalAs(s: State, v: Value, to: DType, at: AstBase): PrimExpr {
  if (!isStaticNumber(v)) return invalid(s, at, `${valueText(v)} is no number`);
  if (v.kind === "float" && isFloat(to) && !Number.isFinite(v.value)) return floatImm(v.value, to);
  return retype(s, literalOf(v), to, at);
}

/** The operand as an expression; static numbers alone become int64, float64 or bool. */
export function toExpr(s: State, v: Value, at: AstBase): PrimExpr {
  if (v.kind === "expr") return v.expr;
  if (isStaticNumber(v))
    return retype(s, literalOf(v), v.kind === "int" ? int64 : literalOf(v).dtype, at);
  if (v.kind === "buffer" && v.buffer.shape.length === 0)
    return invalid(s, at, `${valueText(v)} is read as \`${v.buffer.name}[()]\``);
  return invalid(s, at, `${valueText(v)} is no expression`);
}

/** When a value is known. */
export const phaseOf = (v: Value): Phase => (v.kind === "expr" ? v.phase : "dim");

/** Both operands in one type: static numbers take the other side's. */
export function together(
  s: State,
  at: AstBase,
  a: Value,
  b: Value,
): { readonly a: PrimExpr; readonly b: PrimExpr; readonly phase: Phase; readonly weak: boolean } {
  for (const v of [a, b])
    if (!isScalar(v)) invalid(s, at, `${valueText(v)} takes no part in arithmetic`);
  const phase = laterPhase(phaseOf(a), phaseOf(b));
  const isWeak = (v: Value): boolean => v.kind !== "expr" || v.weak === true;
  const plain = (v: Value): PrimExpr => (isStaticNumber(v) ? literalOf(v) : toExpr(s, v, at));
  const x = plain(a);
  const y = plain(b);
  const weak = isWeak(a) && isWeak(b);
  if (weak) {
    const to = isFloat(x.dtype)
      ? x.dtype
      : isFloat(y.dtype) || x.dtype === bool
        ? y.dtype
        : x.dtype;
    return { a: retype(s, x, to, at), b: retype(s, y, to, at), phase, weak };
  }
  if (isWeak(a)) return { a: retype(s, x, y.dtype, at), b: y, phase, weak };
  if (isWeak(b)) return { a: x, b: retype(s, y, x.dtype, at), phase, weak };
  if (x.dtype === y.dtype) return { a: x, b: y, phase, weak };
  return fail(
    codes.dtypeMix({
      ...placeOf(s, at),
      what: `operands of types ${x.dtype.name} and ${y.dtype.name}: ${valueText(a)} and ${valueText(b)}`,
    }),
  );
}

/** An expression of the instance; integers over symbols alone are kept in normal form. */
export function made(s: State, expr: PrimExpr, phase: Phase, weak = false): ExprValue {
  const short = phase === "dim" && isInteger(expr.dtype) ? s.analyzer.simplify(expr) : expr;
  return weak ? { kind: "expr", expr: short, phase, weak: true } : exprValue(short, phase);
}

/** `dt(e)`: a typed literal or a conversion. */
export function convert(s: State, at: AstBase, v: Value, to: DType): Value {
  return elementwise(s, at, [v], ([x]) => {
    if (isStaticNumber(x!)) {
      if (x.kind === "float" && !isFloat(to)) {
        if (!Number.isFinite(x.value)) return invalid(s, at, `${x.value} does not fit ${to.name}`);
        return exprValue(
          literalAs(s, { kind: "float", value: Math.trunc(x.value) }, to, at),
          "dim",
        );
      }
      return exprValue(literalAs(s, x, to, at), "dim");
    }
    if (x!.kind !== "expr")
      return invalid(s, at, `${valueText(x!)} cannot be converted to ${to.name}`);
    const e = x.weak === true ? retype(s, x.expr, to, at) : castTo(x.expr, to);
    return exprValue(e.kind === "tir.Cast" ? cast(e.value, e.dtype, spanOf(s, at)) : e, x.phase);
  });
}

// ---- arithmetic ---------------------------------------------------------------

const BINARY: Readonly<Partial<Record<BinaryOperator, BinaryOp>>> = {
  "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "floormod", "<<": "shl", ">>": "shr",
  "&": "bitand", "|": "bitor", "^": "bitxor",
}; // prettier-ignore

/** `a op b` as written. */
export function binaryOperator(
  s: State,
  at: AstBase,
  op: BinaryOperator,
  a: Value,
  b: Value,
): Value {
  if (op === "+" && a.kind === "str" && b.kind === "str") return strValue(a.value + b.value);
  return elementwise(s, at, [a, b], ([x, y]) => {
    if (op === "**") return power(s, at, x!, y!);
    const name = BINARY[op];
    if (name === undefined)
      return fail(codes.unsupportedConstruct({ ...placeOf(s, at), what: `\`${op}\`` }));
    if (op === "/" && isStaticNumber(x!) && isStaticNumber(y!)) {
      if (Number(y.value) === 0) return invalid(s, at, "division by zero");
      return floatValue(Number(x.value) / Number(y.value));
    }
    return arithmetic(s, at, name, x!, y!, op === "/");
  });
}

/** An operation by its name in the IR; `isTrue` for `/`, which integers at run time do not have. */
export function arithmetic(
  s: State,
  at: AstBase,
  op: BinaryOp,
  a: Value,
  b: Value,
  isTrue = false,
): Value {
  if (isStaticNumber(a) && isStaticNumber(b)) return foldNumbers(s, at, op, a, b);
  const { a: x, b: y, phase, weak } = together(s, at, a, b);
  if (isTrue && !isFloat(x.dtype))
    return invalid(s, at, "`/` of integers rounds: write `//` or T.truncdiv");
  return made(s, binary(op, x, y, spanOf(s, at)), phase, weak);
}

type Num = Extract<Value, { kind: "int" | "float" | "bool" }>;

function foldNumbers(s: State, at: AstBase, op: BinaryOp, a: Num, b: Num): Value {
  if (a.kind === "float" || b.kind === "float") {
    const x = Number(a.value);
    const y = Number(b.value);
    const f = FLOATS[op];
    return f === undefined ? invalid(s, at, `${x} and ${y} are no integers`) : floatValue(f(x, y));
  }
  const x = int(typeof a.value === "boolean" ? Number(a.value) : a.value);
  const y = int(typeof b.value === "boolean" ? Number(b.value) : b.value);
  if (y === 0 && DIVIDES.has(op)) return invalid(s, at, "division by zero");
  if ((op === "shl" || op === "shr") && (y < 0 || y > 4096))
    return invalid(s, at, `a shift by ${y}`);
  if (a.kind === "bool" && b.kind === "bool" && op.startsWith("bit"))
    return boolValue(INTS[op](x, y) !== 0);
  return intValue(INTS[op](x, y));
}

const DIVIDES: ReadonlySet<BinaryOp> = new Set(["div", "mod", "floordiv", "floormod", "ceildiv"]);
const FLOATS: Readonly<Partial<Record<BinaryOp, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  floordiv: (a, b) => Math.floor(a / b),
  floormod: (a, b) => a - Math.floor(a / b) * b,
  min: Math.min,
  max: Math.max,
};
const INTS: Readonly<Record<BinaryOp, (a: Int, b: Int) => Int>> = {
  add: addInt,
  sub: subInt,
  mul: mulInt,
  div: truncDivInt,
  mod: truncModInt,
  floordiv: floorDivInt,
  floormod: floorModInt,
  ceildiv: (a, b) => negInt(floorDivInt(negInt(a), b)),
  min: minInt,
  max: maxInt,
  bitand: (a, b) => int(BigInt(a) & BigInt(b)),
  bitor: (a, b) => int(BigInt(a) | BigInt(b)),
  bitxor: (a, b) => int(BigInt(a) ^ BigInt(b)),
  shl: (a, b) => int(BigInt(a) << BigInt(b)),
  shr: (a, b) => int(BigInt(a) >> BigInt(b)),
};

function power(s: State, at: AstBase, a: Value, b: Value): Value {
  if (isStaticNumber(a) && isStaticNumber(b)) {
    if (a.kind === "int" && b.kind === "int" && b.value >= 0 && b.value <= 4096)
      return intValue(int(BigInt(a.value) ** BigInt(b.value)));
    return floatValue(Number(a.value) ** Number(b.value));
  }
  const { a: x, b: y, phase } = together(s, at, a, b);
  return made(s, call("pow", [x, y], x.dtype, spanOf(s, at)), phase);
}

/** `-a`, `+a`, `~a`. */
export function negation(s: State, at: AstBase, op: "-" | "+" | "~", v: Value): Value {
  return elementwise(s, at, [v], ([x]) => {
    if (x!.kind === "float")
      return op === "~"
        ? invalid(s, at, "`~` of a float")
        : floatValue(op === "-" ? -x.value : x.value);
    if (x!.kind === "int" || x!.kind === "bool") {
      const n = int(typeof x.value === "boolean" ? Number(x.value) : x.value);
      return intValue(op === "-" ? negInt(n) : op === "~" ? subInt(negInt(n), 1) : n);
    }
    const e = toExpr(s, x!, at);
    if (op === "+") return x!;
    return made(s, unary(op === "-" ? "neg" : "bitnot", e, spanOf(s, at)), phaseOf(x!));
  });
}

// ---- conditions ---------------------------------------------------------------

const COMPARE: Readonly<Partial<Record<CompareOperator, CompareOp>>> = {
  "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
}; // prettier-ignore

const isPlain = (v: Value): boolean => v.kind === "str" || v.kind === "dtype" || v.kind === "none";
const isPresence = (v: Value): boolean =>
  v.kind === "none" || v.kind === "buffer" || v.kind === "relax";

/** One link of a comparison chain. */
export function comparison(s: State, at: AstBase, op: CompareOperator, a: Value, b: Value): Value {
  if (op === "in" || op === "not in") return boolValue(contains(s, at, a, b) === (op === "in"));
  if (op === "is" || op === "is not") {
    const same = a.kind === "none" || b.kind === "none" ? a.kind === b.kind : sameStatic(a, b);
    return boolValue(same === (op === "is"));
  }
  if (isPlain(a) || isPlain(b)) {
    if (op !== "==" && op !== "!=")
      return invalid(s, at, `${valueText(a)} and ${valueText(b)} have no order`);
    return boolValue(sameStatic(a, b) === (op === "=="));
  }
  if (isPresence(a) || isPresence(b))
    return invalid(s, at, `${valueText(a)} and ${valueText(b)} are not compared`);
  return elementwise(s, at, [a, b], ([x, y]) => {
    if (isPlain(x!) || isPlain(y!)) return boolValue(sameStatic(x!, y!) === (op === "=="));
    if (isStaticNumber(x!) && isStaticNumber(y!))
      return boolValue(compareNumbers(op, x.value, y.value));
    const sides = together(s, at, x!, y!);
    return condition(s, compare(COMPARE[op]!, sides.a, sides.b, spanOf(s, at)), sides.phase);
  });
}

/** A condition in normal form; what is proved of lengths and positions is decided here, but stays a matter of run time. */
export function condition(s: State, cond: PrimExpr, phase: Phase): ExprValue {
  if (phase === "value" || cond.kind !== "tir.Compare" || !isInteger(cond.a.dtype))
    return exprValue(cond, phase);
  const known = s.analyzer.prove(cond);
  if (known !== undefined) return exprValue(boolImm(known), phase);
  const [a, b] = [s.analyzer.simplify(cond.a), s.analyzer.simplify(cond.b)];
  return exprValue(compare(cond.op, a, b, cond.span), phase);
}

function compareNumbers(op: CompareOperator, a: Int | boolean, b: Int | boolean): boolean {
  const x = typeof a === "boolean" ? Number(a) : a;
  const y = typeof b === "boolean" ? Number(b) : b;
  if (isOrderSign(op)) return isOrdered(op, x, y);
  return op === "==" ? x === y : x !== y;
}

/** Whether two static values are equal; a dtype equals its name. */
export function sameStatic(a: Value, b: Value): boolean {
  if (a.kind === "dtype" && b.kind === "str") return a.dtype.name === b.value;
  if (a.kind === "str" && b.kind === "dtype") return b.dtype.name === a.value;
  if (a.kind === "pack" && b.kind === "pack")
    return a.items.length === b.items.length && a.items.every((x, i) => sameStatic(x, b.items[i]!));
  if (isStaticNumber(a) && isStaticNumber(b)) return Number(a.value) === Number(b.value);
  if (a.kind === "dtype" && b.kind === "dtype") return a.dtype === b.dtype;
  if (a.kind === "str" && b.kind === "str") return a.value === b.value;
  if (a.kind === "buffer" && b.kind === "buffer") return a.buffer === b.buffer;
  return a.kind === "none" && b.kind === "none";
}

function contains(s: State, at: AstBase, item: Value, list: Value): boolean {
  if (list.kind === "str" && item.kind === "str") return list.value.includes(item.value);
  if (list.kind !== "pack") return invalid(s, at, `${valueText(list)} is no tuple`);
  if (item.kind === "expr" || list.items.some((i) => i.kind === "expr"))
    return fail(codes.phase({ ...placeOf(s, at), what: valueText(item), construct: "`in`" }));
  return list.items.some((i) => sameStatic(item, i));
}

/** Truth of a static value as Python has it; undefined at run time. */
export function truth(v: Value): boolean | undefined {
  switch (v.kind) {
    case "bool":
      return v.value;
    case "int":
    case "float":
      return v.value !== 0;
    case "str":
      return v.value !== "";
    case "none":
      return false;
    case "pack":
      return v.items.length > 0;
    case "expr":
      return undefined;
    default:
      return true;
  }
}

/** A condition of the instance. */
export function toCondition(s: State, v: Value, at: AstBase): ExprValue {
  if (v.kind === "expr") {
    if (v.expr.dtype.code === "bool") return v;
    const zero = castTo(intImm(0), v.expr.dtype);
    return condition(s, compare("ne", v.expr, zero, spanOf(s, at)), v.phase);
  }
  const known = truth(v);
  return known === undefined || v.kind === "pack"
    ? invalid(s, at, `${valueText(v)} is no condition; S.all and S.any join packs`)
    : exprValue(boolImm(known), "dim");
}

const isKnownTo = (e: PrimExpr, value: boolean): boolean =>
  e.kind === "tir.IntImm" && (e.value !== 0) === value;

/** `a and b`, `a or b` of which at least one is decided at run time. */
export function logical(s: State, at: AstBase, op: "and" | "or", a: Value, b: Value): Value {
  const x = toCondition(s, a, at);
  const y = toCondition(s, b, at);
  const phase = laterPhase(x.phase, y.phase);
  const neutral = op === "and";
  if (isKnownTo(x.expr, neutral)) return exprValue(y.expr, phase);
  if (isKnownTo(y.expr, neutral)) return exprValue(x.expr, phase);
  if (isKnownTo(x.expr, !neutral) || isKnownTo(y.expr, !neutral))
    return exprValue(boolImm(!neutral), phase);
  return exprValue(logic(op, x.expr, y.expr, spanOf(s, at)), phase);
}

/** `not v`. */
export function negated(s: State, at: AstBase, v: Value): Value {
  const known = truth(v);
  if (known !== undefined) return boolValue(!known);
  const { expr, phase } = toCondition(s, v, at);
  return exprValue(
    expr.kind === "tir.IntImm" ? boolImm(expr.value === 0) : unary("not", expr, spanOf(s, at)),
    phase,
  );
}

/** `T.if_then_else` (lazy) and `T.Select`. */
export function choice(
  s: State,
  at: AstBase,
  lazy: boolean,
  cond: Value,
  then: Value,
  otherwise: Value,
): Value {
  return elementwise(s, at, [cond, then, otherwise], ([c, x, y]) => {
    const known = truth(c!);
    if (known !== undefined) return known ? x! : y!;
    const { expr, phase } = toCondition(s, c!, at);
    if (!isScalar(x!) || !isScalar(y!)) {
      if (expr.kind === "tir.IntImm") return expr.value !== 0 ? x! : y!;
      return fail(
        codes.phase({ ...placeOf(s, at), what: "the condition", construct: "this choice" }),
      );
    }
    const sides = together(s, at, x!, y!);
    const whole = laterPhase(phase, sides.phase);
    if (expr.kind === "tir.IntImm")
      return made(s, expr.value !== 0 ? sides.a : sides.b, whole, sides.weak);
    const node = (lazy ? ifThenElse : select)(expr, sides.a, sides.b, spanOf(s, at));
    return made(s, node, whole, sides.weak);
  });
}
