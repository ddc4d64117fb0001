/** Expressions of TensorIR as values of the array. */
import { exprText } from "../../../arith/index.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import {
  type Binary,
  type Call,
  type Cast,
  type Compare,
  type Load,
  type PrimExpr,
  type Shuffle,
} from "../../../ir/tir/expr.js";
import { isBool, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import { loadElement } from "./access.js";
import { conditionOf } from "./condition.js";
import { ALWAYS, isAlways, type Context } from "./context.js";
import { floatLiteral, limits } from "./graph-builder.js";
import { isHostNumber } from "./host-number.js";
import { intrinsicValue } from "./intrinsic.js";
import { nearestFloat } from "./nearest-float.js";
import { refuse } from "./refuse.js";
import { isSame, literal, ONE, ZERO, type Condition, type Value } from "./value.js";
import { isWide } from "./wide.js";

/** Evaluates expressions under the condition that their results matter. */
export class Evaluator {
  /** Under which what is evaluated matters, apart from the place of the statement. */
  condition: Condition = ALWAYS;
  /** Of the statement at hand, by its place in the nest: what it reads exists in all iterations. */
  edge: Condition = ALWAYS;

  constructor(readonly cx: Context) {}

  /** What is evaluated within matters only under the condition. */
  under<T>(condition: Condition, body: () => T): T {
    const before = this.condition;
    this.condition = this.cx.builder.both(before, condition);
    try {
      return body();
    } finally {
      this.condition = before;
    }
  }
  /** Where the statement at hand runs. */
  get now(): Condition {
    return this.cx.builder.both(this.edge, this.condition);
  }

  /** The value of a scalar, in the form it has in registers. */
  value = (e: PrimExpr): Value => this.cx.builder.within(e.span, () => this.valueHere(e));

  private valueHere(e: PrimExpr): Value {
    const { cx } = this;
    checkType(e.dtype, e);
    if (e.dtype.lanes > 1) return this.word(e);
    if (e.kind === "tir.IntImm")
      return cx.noteWide(literal(Number(BigInt.asIntN(32, BigInt(e.value)))), e);
    if (e.kind === "tir.FloatImm") return floatLiteral(e.value);
    if (isHostNumber(e) && cx.isInvariant(e)) return cx.noteWide(cx.fixed(cx.resolved(e)), e);
    switch (e.kind) {
      case "tir.Var": {
        const level = cx.levels.get(e);
        if (level !== undefined) return cx.counter(level);
        const known = cx.bound.get(e);
        if (known !== undefined) return known;
        const written = cx.written.get(e);
        if (written !== undefined) return this.value(written);
        return cx.fixed(e);
      }
      case "tir.Cast":
        return this.cast(e);
      case "tir.Binary":
        return this.binary(e);
      case "tir.Compare":
      case "tir.Logic":
        return cx.builder.truth(conditionOf(this, e));
      case "tir.Unary":
        return this.unary(e.op, e.a, e);
      case "tir.Select": {
        const condition = conditionOf(this, e.cond);
        return cx.builder.select(condition, this.value(e.then), this.value(e.otherwise));
      }
      case "tir.IfThenElse": {
        const condition = conditionOf(this, e.cond);
        const opposite = { ...condition, negate: !condition.negate };
        if (isAlways(condition)) return this.value(e.then);
        if (isAlways(opposite)) return this.value(e.otherwise);
        const then = this.under(condition, () => this.value(e.then));
        const otherwise = this.under(opposite, () => this.value(e.otherwise));
        return cx.builder.select(condition, then, otherwise);
      }
      case "tir.Load":
        return this.load(e);
      case "tir.Shuffle":
        return this.shuffled(e)[0]!;
      case "tir.Let":
        cx.bound.set(e.var, this.value(e.value));
        return this.value(e.body);
      case "tir.Call":
        return this.call(e);
      default:
        return unsupported(e);
    }
  }

  /** Four bytes (or one word) of a vector, packed. */
  word(e: PrimExpr): Value {
    const { builder } = this.cx;
    if (e.kind === "tir.Load" && !isLocal(e.buffer)) return this.load(e);
    if (e.kind === "tir.Call" && e.op === "reinterpret") return this.bitsOfReinterpret(e);
    const [a, b, c, d] = this.lanes(e).map((v) => builder.lowBits(v, 8));
    const upper = builder.op("PACK4", [c!, d!, ZERO]);
    return builder.op("PACK4", [a!, b!, upper]);
  }

  /** The four bytes of a vector, each as a value. */
  lanes(e: PrimExpr): readonly Value[] {
    const { builder } = this.cx;
    const type = laneOf(e.dtype);
    const each = (f: (k: number) => Value): Value[] => [0, 1, 2, 3].map(f);
    switch (e.kind) {
      case "tir.Broadcast": {
        const value = this.value(e.value);
        return each(() => value);
      }
      case "tir.Shuffle":
        return this.shuffled(e);
      case "tir.Cast": {
        const from = laneOf(e.value.dtype);
        return this.lanes(e.value).map((v) => this.converted(v, from, type, e));
      }
      case "tir.Binary": {
        const [a, b] = [this.lanes(e.a), this.lanes(e.b)];
        return each((k) => this.arithmetic(e, type, a[k]!, b[k]!));
      }
      case "tir.Select": {
        const [a, b] = [this.lanes(e.then), this.lanes(e.otherwise)];
        if (e.cond.dtype.lanes === 1) {
          const condition = conditionOf(this, e.cond);
          return each((k) => builder.select(condition, a[k]!, b[k]!));
        }
        const truths = this.lanes(e.cond);
        return each((k) => builder.select({ value: truths[k]!, negate: false }, a[k]!, b[k]!));
      }
      case "tir.Compare": {
        const [a, b] = [this.lanes(e.a), this.lanes(e.b)];
        return each((k) => builder.truth(this.comparison(e, laneOf(e.a.dtype), a[k]!, b[k]!)));
      }
      case "tir.Load":
        if (isLocal(e.buffer)) return each((k) => this.cx.state.get(localAt(this, e.buffer, e.indices, k))!); // prettier-ignore
    }
    if (e.kind !== "tir.Load" && !(e.kind === "tir.Call" && e.op === "reinterpret"))
      return unsupported(e);
    const word = this.word(e);
    const first = type.code === "uint" ? 4 : 0;
    if (builder.has("UNPK")) return each((k) => builder.op("UNPK", [word], first + k));
    return each((k) => {
      const up = builder.op("SHL", [word, literal(24 - 8 * k)]);
      return builder.op(type.code === "uint" ? "SHRL" : "SHRA", [up, literal(24)]);
    });
  }

  /** Lanes chosen from vectors one after another. */
  private shuffled(e: Shuffle): readonly Value[] {
    const all = e.vectors.flatMap((v) => (v.dtype.lanes === 1 ? [this.value(v)] : this.lanes(v)));
    return e.indices.map((i) => {
      const at = this.cx.analyzer.simplify(i);
      return (at.kind === "tir.IntImm" && all[Number(at.value)]) || unsupported(e);
    });
  }

  private bitsOfReinterpret(e: Call): Value {
    const from = e.args.at(-1) as PrimExpr;
    const bits = from.dtype.bits * from.dtype.lanes;
    if (bits !== 32 || e.dtype.bits * e.dtype.lanes !== 32) return unsupported(e);
    return from.dtype.lanes > 1 ? this.word(from) : this.value(from);
  }

  private load(e: Load): Value {
    const { cx } = this;
    const { buffer } = e;
    if (e.predicate !== undefined) return unsupported(e);
    if (isLocal(buffer)) return cx.state.get(localAt(this, buffer, e.indices))!;
    return loadElement(this, e);
  }

  private cast(e: Cast): Value {
    const { dtype: to, value } = e;
    const from = value.dtype;
    const rounded = isWide(to) ? undefined : nearestFloat(this, e);
    if (rounded !== undefined) return rounded;
    const v = this.value(value);
    if (!isWide(to)) return this.converted(v, from, to, e);
    // Registers do not tell what 32 bits without a sign are; floats may be anything.
    const isKnown = from.code === "int" || this.cx.builder.rangeOf(v)[0] >= 0;
    if (isFloat(from) || !isKnown)
      refuse(codes.wideInteger({ expr: exprText(e), type: to.name, at: e.span }));
    return to.code === "uint" ? this.cx.noteWide(v, e) : v;
  }

  converted(v: Value, from: DType, to: DType, at: PrimExpr): Value {
    const { builder } = this.cx;
    if (from === to) return v;
    if (isBool(to)) {
      if (isFloat(from)) return builder.op("XOR", [this.op("FEQ", [v, ZERO], at), ONE]);
      return isBool(from) ? v : builder.op("NE", [v, ZERO]);
    }
    if (isFloat(to)) {
      if (from.code === "uint" && from.bits === 32) return unsupported(at);
      return this.op("I2F", [v], at);
    }
    const signed = to.code === "int";
    if (isFloat(from)) {
      if (!signed && to.bits >= 32) return unsupported(at);
      const whole = this.op("F2I", [v], at);
      if (to.bits >= 32) return whole;
      const [low, high] = limits(to.bits, signed);
      return builder.op("MIN", [builder.op("MAX", [whole, literal(low)]), literal(high)]);
    }
    return builder.wrapped(v, Math.min(32, to.bits), signed);
  }

  private unary(op: "neg" | "not" | "bitnot", a: PrimExpr, e: PrimExpr): Value {
    const { builder } = this.cx;
    if (op === "not") return builder.truth(conditionOf(this, e));
    const v = this.value(a);
    if (op === "bitnot") return this.wrapped(builder.op("XOR", [v, literal(-1)]), e.dtype);
    if (isFloat(e.dtype)) return builder.op("XOR", [v, literal(-0x80000000)]);
    return this.cx.noteWide(this.wrapped(builder.op("SUB", [ZERO, v]), e.dtype), e);
  }

  private wrapped(v: Value, type: DType): Value {
    return this.cx.builder.wrapped(v, Math.min(32, type.bits), type.code === "int");
  }

  private binary(e: Binary): Value {
    const [a, b] = [this.value(e.a), this.value(e.b)];
    const made = this.arithmetic(e, e.dtype, a, b);
    return isSame(made, a) || isSame(made, b) ? made : this.cx.noteWide(made, e);
  }

  /** An operation the fabric may lack. */
  op(name: string, operands: readonly Value[], at: PrimExpr): Value {
    const { builder } = this.cx;
    if (!builder.has(name))
      refuse(codes.noElementFor({ op: name, fabric: this.cx.fabric.name, expr: exprText(at), at: at.span })); // prettier-ignore
    return builder.op(name, operands);
  }

  arithmetic(e: Binary, type: DType, a: Value, b: Value): Value {
    if (isFloat(type)) return this.floatArithmetic(e, a, b);
    const { builder } = this.cx;
    const op = (name: string, x = a, y = b): Value => this.op(name, [x, y], e);
    const unsigned = type.code === "uint" && type.bits >= 32;
    const isNatural = (v: Value): boolean => builder.rangeOf(v)[0] >= 0;
    const power = b.kind === "literal" && b.value > 0 ? Math.log2(b.value) : NaN;
    switch (e.op) {
      case "add":
        return this.wrapped(op("ADD"), type);
      case "sub":
        return this.wrapped(op("SUB"), type);
      case "mul":
        if (Number.isInteger(power)) return this.wrapped(op("SHL", a, literal(power)), type);
        return this.wrapped(op("MUL"), type);
      case "min":
      case "max": {
        if (!unsigned) return op(e.op === "min" ? "MIN" : "MAX");
        const less = { value: op("LTU"), negate: false };
        return e.op === "min" ? builder.select(less, a, b) : builder.select(less, b, a);
      }
      case "bitand":
        return op("AND");
      case "bitor":
        return op("OR");
      case "bitxor":
        return op("XOR");
      case "shl":
        return this.wrapped(op("SHL"), type);
      case "shr":
        return op(type.code === "uint" ? "SHRL" : "SHRA");
      case "floordiv":
      case "floormod":
        if (Number.isInteger(power)) {
          if (e.op === "floormod") return op("AND", a, literal(2 ** power - 1));
          return op(unsigned ? "SHRL" : "SHRA", a, literal(power));
        }
        if (unsigned) return unsupported(e);
        if (isNatural(a) && isNatural(b)) return op(e.op === "floordiv" ? "DIV" : "REM");
        return this.wrapped(this.floored(e, a, b), type);
      case "div":
      case "mod":
        if (unsigned) return unsupported(e);
        return this.wrapped(op(e.op === "div" ? "DIV" : "REM"), type);
      default:
        return unsupported(e);
    }
  }

  /** Towards minus infinity, from quotient and remainder towards zero. */
  private floored(e: Binary, a: Value, b: Value): Value {
    const op = (name: string, x: Value, y: Value): Value => this.op(name, [x, y], e);
    const rest = op("REM", a, b);
    const isOff = op("AND", op("NE", rest, ZERO), op("LT", op("XOR", rest, b), ZERO));
    if (e.op === "floordiv") return op("SUB", op("DIV", a, b), isOff);
    return op("ADD", rest, op("MUL", isOff, b));
  }

  private floatArithmetic(e: Binary, a: Value, b: Value): Value {
    const name = { add: "FADD", sub: "FSUB", mul: "FMUL", min: "FMIN", max: "FMAX" }[e.op as "add"];
    if (name !== undefined) return this.op(name, [a, b], e);
    if (e.op === "div" && a === undefined) return unsupported(e);
    const isOne = a.kind === "literal" && a.value === 0x3f800000;
    if (e.op === "div" && isOne) return this.op("FRCP", [b], e);
    return refuse(codes.floatDivision({ expr: exprText(e), at: e.span }));
  }

  comparison(e: Compare, type: DType, a: Value, b: Value): Condition {
    const on = (name: string, x: Value, y: Value, negate = false): Condition => ({
      value: this.op(name, [x, y], e),
      negate,
    });
    const float = isFloat(type);
    const unsigned = type.code === "uint" && type.bits >= 32;
    const less = float ? "FLT" : unsigned ? "LTU" : "LT";
    switch (e.op) {
      case "eq":
        return on(float ? "FEQ" : "EQ", a, b);
      case "ne":
        return float ? on("FEQ", a, b, true) : on("NE", a, b);
      case "lt":
        return on(less, a, b);
      case "gt":
        return on(less, b, a);
      case "le":
      case "ge": {
        const [x, y] = e.op === "le" ? [a, b] : [b, a];
        if (!float) return unsigned ? on("LTU", y, x, true) : on("LE", x, y);
        // Neither holds for what is not a number.
        return { value: this.op("OR", [this.op("FLT", [x, y], e), this.op("FEQ", [x, y], e)], e), negate: false }; // prettier-ignore
      }
    }
  }

  private call(e: Call): Value {
    if (e.op === "reinterpret") return this.bitsOfReinterpret(e);
    return intrinsicValue(this, e);
  }
}

/** Buffers of the array itself. */
export const isLocal = ({ scope }: Buffer): boolean =>
  scope !== "global" && !scope.startsWith("cgra.spad");

/** The variable that an element of such a buffer is; its place must be known. */
export function localAt(
  { cx }: Evaluator,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  lane = 0,
): number {
  let position = 0;
  indices.forEach((index, k) => {
    const at = cx.analyzer.simplify(cx.resolved(index.kind === "tir.Ramp" ? index.base : index));
    const size = buffer.shape[k]!;
    if (at.kind !== "tir.IntImm" || size.kind !== "tir.IntImm")
      refuse(codes.unknownRegister({ buffer: buffer.name, index: exprText(at), at: index.span }));
    position = position * Number(size.value) + Number(at.value);
  });
  return cx.variable(buffer, position + lane);
}

/** Types that registers of 32 bits hold; wider integers only as indices. */
export function checkType(type: DType, at: PrimExpr | undefined): void {
  const isTooWide = type.bits > 32 && at?.kind === "tir.Load" && !isLocal(at.buffer);
  const isVector = type.lanes > 1 && type.bits * type.lanes !== 32 && !isBool(laneOf(type)) && laneOf(type).bits * 4 < 32; // prettier-ignore
  const isKnown = isBool(type) || type.code === "int" || type.code === "uint" || type.name.startsWith("float32"); // prettier-ignore
  if (isTooWide || isVector || !isKnown || type.scalable)
    refuse(codes.typeOfArray({ type: type.name, at: at?.span }));
}

export function unsupported(e: PrimExpr): never {
  return refuse(codes.notForArray({ what: exprText(e), at: e.span }));
}
