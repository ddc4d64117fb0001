/** One iteration of a kernel as straight LLVM IR: conditions are selects, stores that do not happen go to a dump. */
import { evaluate as constantOf } from "../../../arith/index.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Call, Load, PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { Stmt, Store } from "../../../ir/tir/stmt.js";
import { isBool, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import type { Dialect } from "../../llvm-dialect.js";
import { codes } from "../codes.js";
import { iterationsOf, type Placed } from "../extract/nest.js";
import { refuse } from "../extract/refuse.js";

/** A name `%t7` or a constant, of the type its expression has in registers. */
export type Ref = string;

/** No variable has a value. */
export const NOTHING = { of: () => undefined };

const ALWAYS: Ref = "true";
const NEVER: Ref = "false";
const WORD_BITS = 32;

/** Bits of a type in registers: what is wider than a word counts something, and words count far enough. */
const bitsOfType = (type: DType): number => (isBool(type) ? 1 : Math.min(type.bits, WORD_BITS));

/** LLVM's type of a scalar, or of four bytes. */
export function irType(type: DType, what: string): string {
  if (type.lanes === 4 && type.bits === 8 && !isFloat(type)) return "i32";
  if (type.lanes !== 1)
    return refuse(codes.notInDeviceIr({ what: `${what} of type ${type.name}` }));
  if (isFloat(type))
    return type.bits === 32
      ? "float"
      : refuse(codes.notInDeviceIr({ what: `${what} of type ${type.name}` }));
  return `i${bitsOfType(type)}`;
}

/** The type of an element in memory. */
export function memoryType(buffer: Buffer): string {
  const { dtype, name } = buffer;
  if (dtype.bits > WORD_BITS) refuse(codes.notInDeviceIr({ what: `\`${name}\` of type ${dtype.name}` })); // prettier-ignore
  return isBool(dtype) ? "i8" : irType(dtype, `\`${name}\``);
}

/** The type of an access: a word for four bytes. */
const accessType = (buffer: Buffer, dtype: DType): string =>
  dtype.lanes > 1 ? irType(dtype, `\`${buffer.name}\``) : memoryType(buffer);

/** Where the elements of an index start, which follow each other. */
function wordStart(index: PrimExpr): PrimExpr {
  if (index.kind !== "tir.Ramp") return index;
  if (Number(constantOf(index.stride, NOTHING) ?? 0) !== 1)
    refuse(codes.notInDeviceIr({ what: "an access of elements apart", at: index.span }));
  return index.base;
}

const hexOf = (value: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.fround(value));
  return `0x${view.getBigUint64(0).toString(16).toUpperCase().padStart(16, "0")}`;
};

export interface BodyContext {
  readonly dialect: Dialect;
  readonly kernel: string;
  /** Whether the device multiplies and adds in one operation. */
  readonly hasFma: boolean;
  /** What numbers and counters are called. */
  readonly numbers: ReadonlyMap<Var, Ref>;
  readonly counters: ReadonlySet<Var>;
  /** Scope lists by buffer: its own, and those of all others. */
  readonly aliases: (buffer: Buffer) => string;
  readonly nameOf: (buffer: Buffer) => Ref;
  /** Intrinsics that are called, with their declarations. */
  readonly declared: Map<string, string>;
  /** Types of memory that stores are turned away from. */
  readonly dumps: Set<string>;
  readonly fresh: () => Ref;
}

/** The key of a place of a variable that lives in the array. */
const cellKey = (buffer: Buffer, place: number): string => `${buffer.name}.${place}`;

/** Writes instructions; `cells` are the variables of the array as they are now. */
export class Body {
  readonly lines: string[] = [];
  private readonly known = new Map<string, Ref>();
  private readonly bound = new Map<Var, Ref>();
  private condition: Ref = ALWAYS;

  constructor(
    private readonly cx: BodyContext,
    readonly cells: Map<string, { readonly type: string; ref: Ref }>,
  ) {}

  /** The result of an instruction; one that was written already serves again, unless it reads memory. */
  value(text: string): Ref {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const name = this.cx.fresh();
    this.lines.push(`${name} = ${text}`);
    if (!text.startsWith("load")) this.known.set(text, name);
    return name;
  }

  /** A statement of the innermost loop; it may be for the edges of loops alone. */
  placed({ stmt }: Placed, where: Ref): void {
    this.under(where, () => this.run(stmt));
  }

  private under(condition: Ref, body: () => void): void {
    const before = this.condition;
    this.condition = this.both(before, condition);
    if (this.condition !== NEVER) body();
    this.condition = before;
  }
  both(a: Ref, b: Ref): Ref {
    if (a === ALWAYS) return b;
    if (b === ALWAYS) return a;
    return a === NEVER || b === NEVER ? NEVER : this.value(`and i1 ${a}, ${b}`);
  }
  private not(a: Ref): Ref {
    return a === ALWAYS ? NEVER : a === NEVER ? ALWAYS : this.value(`xor i1 ${a}, true`);
  }
  private choose(condition: Ref, type: string, a: Ref, b: Ref): Ref {
    if (condition === ALWAYS || a === b) return a;
    return condition === NEVER ? b : this.value(`select i1 ${condition}, ${type} ${a}, ${type} ${b}`); // prettier-ignore
  }

  private run(stmt: Stmt): void {
    switch (stmt.kind) {
      case "tir.Seq":
        for (const s of stmt.body) this.run(s);
        return;
      case "tir.Alloc":
        return;
      case "tir.AttrStmt":
        return this.run(stmt.body);
      case "tir.Bind":
        this.bound.set(stmt.var, this.expr(stmt.value));
        return;
      case "tir.If": {
        const condition = this.expr(stmt.cond);
        this.under(condition, () => this.run(stmt.then));
        const { otherwise } = stmt;
        if (otherwise !== undefined) this.under(this.not(condition), () => this.run(otherwise));
        return;
      }
      case "tir.For":
        for (const [, body] of iterationsOf(stmt)) this.run(body);
        return;
      case "tir.Store":
        return this.store(stmt);
      case "tir.Evaluate":
        if (stmt.value.kind === "tir.IntImm") return;
    }
    refuse(codes.notInDeviceIr({ what: "this statement", at: stmt.span }));
  }

  private store(stmt: Store): void {
    const { buffer, indices } = stmt;
    const value = this.expr(stmt.value);
    if (buffer.scope === "local") {
      const cell = this.cellOf(buffer, indices);
      cell.ref = this.choose(this.condition, cell.type, value, cell.ref);
      return;
    }
    const { dialect, dumps, kernel } = this.cx;
    const type = accessType(buffer, stmt.value.dtype);
    let address = this.accessed(buffer, indices, type);
    if (this.condition !== ALWAYS) {
      dumps.add(type);
      const pointer = dialect.pointerTo(type);
      address = this.choose(this.condition, pointer, address, `@${kernel}.dump.${type}`);
    }
    const stored = isBool(buffer.dtype) ? this.value(`zext i1 ${value} to i8`) : value;
    this.lines.push(
      `store ${type} ${stored}, ${dialect.pointerTo(type)} ${address}, ${this.cx.aliases(buffer)}`,
    );
  }

  private cellOf(
    buffer: Buffer,
    indices: readonly PrimExpr[],
  ): { readonly type: string; ref: Ref } {
    const place = this.placeOf(buffer, indices);
    const cell = this.cells.get(cellKey(buffer, place));
    if (cell === undefined)
      refuse(codes.notInDeviceIr({ what: `\`${buffer.name}[${place}]\``, at: buffer.span }));
    return cell!;
  }
  private placeOf(buffer: Buffer, indices: readonly PrimExpr[]): number {
    let place = 0;
    indices.forEach((index, axis) => {
      const [at, size] = [constantOf(index, NOTHING), constantOf(buffer.shape[axis]!, NOTHING)];
      if (at === undefined || size === undefined)
        refuse(codes.notInDeviceIr({ what: `\`${buffer.name}\` at a place that is computed`, at: index.span })); // prettier-ignore
      place = place * Number(size) + Number(at);
    });
    return place;
  }

  /** The address of an element, in the first one where the condition does not hold and it might be outside. */
  private address(buffer: Buffer, indices: readonly PrimExpr[]): Ref {
    const { dialect } = this.cx;
    let at: Ref = "0";
    indices.forEach((index, axis) => {
      const part = this.expr(wordStart(index));
      const stride = buffer.strides[axis];
      if (buffer.strides.length > 0) {
        const far = this.arithmetic("mul", part, this.expr(stride!));
        at = axis === 0 ? far : this.arithmetic("add", at, far);
      } else if (axis === 0) at = part;
      else at = this.arithmetic("add", this.arithmetic("mul", at, this.expr(buffer.shape[axis]!)), part); // prettier-ignore
    });
    if (buffer.elemOffset !== undefined) at = this.arithmetic("add", at, this.expr(buffer.elemOffset)); // prettier-ignore
    at = this.choose(this.condition, "i32", at, "0");
    const type = memoryType(buffer);
    return this.value(`getelementptr inbounds ${type}, ${dialect.pointerTo(type)} ${this.cx.nameOf(buffer)}, i32 ${at}`); // prettier-ignore
  }

  /** The address as one of the type that is accessed: words among bytes are four elements. */
  private accessed(buffer: Buffer, indices: readonly PrimExpr[], type: string): Ref {
    const address = this.address(buffer, indices);
    const { dialect } = this.cx;
    const [from, to] = [dialect.pointerTo(memoryType(buffer)), dialect.pointerTo(type)];
    return from === to ? address : this.value(`bitcast ${from} ${address} to ${to}`);
  }

  private arithmetic(op: "add" | "mul", a: Ref, b: Ref): Ref {
    if (op === "add" && (a === "0" || b === "0")) return a === "0" ? b : a;
    if (op === "mul" && (a === "1" || b === "1")) return a === "1" ? b : a;
    return this.value(`${op} i32 ${a}, ${b}`);
  }

  /** The value of an expression; vectors of four bytes are words. */
  expr(e: PrimExpr): Ref {
    const isWord = e.kind === "tir.Load" || (e.kind === "tir.Call" && e.op === "reinterpret");
    if (e.dtype.lanes > 1 && !isWord)
      return e.dtype.lanes === 4 && e.dtype.bits === 8
        ? this.packed(this.lanes(e))
        : refuse(codes.notInDeviceIr({ what: "this vector", at: e.span }));
    switch (e.kind) {
      case "tir.IntImm":
        if (isBool(e.dtype)) return e.value === 0 || e.value === 0n ? NEVER : ALWAYS;
        return String(BigInt.asIntN(bitsOfType(e.dtype), BigInt(e.value)));
      case "tir.FloatImm":
        return hexOf(e.value);
      case "tir.Var": {
        const known = this.bound.get(e) ?? this.cx.numbers.get(e);
        return known ?? refuse(codes.notInDeviceIr({ what: `\`${e.name}\``, at: e.span }));
      }
      case "tir.Cast":
        return this.cast(this.expr(e.value), e.value.dtype, e.dtype);
      case "tir.Binary":
        return this.binary(e.op, e.dtype, this.expr(e.a), this.expr(e.b), e);
      case "tir.Compare":
        return this.compare(e.op, e.a.dtype, this.expr(e.a), this.expr(e.b));
      case "tir.Logic": {
        const a = this.expr(e.a);
        let b: Ref = NEVER;
        const guard = e.op === "and" ? a : this.not(a);
        this.under(guard, () => {
          b = this.expr(e.b);
        });
        if (guard === NEVER) return a;
        return e.op === "and" ? this.both(a, b) : a === NEVER ? b : this.value(`or i1 ${a}, ${b}`);
      }
      case "tir.Unary": {
        const a = this.expr(e.a);
        const type = irType(e.dtype, "a value");
        if (e.op === "not") return this.not(a);
        if (e.op === "bitnot") return this.value(`xor ${type} ${a}, -1`);
        return this.value(isFloat(e.dtype) ? `fneg float ${a}` : `sub ${type} 0, ${a}`);
      }
      case "tir.Select":
        return this.choose(this.expr(e.cond), irType(e.dtype, "a value"), this.expr(e.then), this.expr(e.otherwise)); // prettier-ignore
      case "tir.IfThenElse":
        return this.conditional(e.cond, e.then, e.otherwise, e.dtype);
      case "tir.Let":
        this.bound.set(e.var, this.expr(e.value));
        return this.expr(e.body);
      case "tir.Load":
        return this.load(e);
      case "tir.Call":
        return this.call(e);
      case "tir.Shuffle": {
        const [vector, ...others] = e.vectors;
        const lane = constantOf(e.indices[0]!, NOTHING);
        if (others.length > 0 || vector?.dtype.lanes !== 4 || lane === undefined) break;
        return this.lanes(vector)[Number(lane)]!;
      }
    }
    return refuse(codes.notInDeviceIr({ what: "this expression", at: e.span }));
  }

  /** Four bytes as a word, the first one lowest. */
  private packed(bytes: readonly Ref[]): Ref {
    return bytes
      .map((byte, k) => {
        const wide = this.value(`zext i8 ${byte} to i32`);
        return k === 0 ? wide : this.value(`shl i32 ${wide}, ${8 * k}`);
      })
      .reduce((a, b) => this.value(`or i32 ${a}, ${b}`));
  }

  /** The lanes of a vector, each as a value. */
  private lanes(e: PrimExpr): Ref[] {
    const each = (f: (k: number) => Ref): Ref[] => [0, 1, 2, 3].map(f);
    const type = laneOf(e.dtype);
    if (e.dtype.lanes === 4)
      switch (e.kind) {
        case "tir.Broadcast": {
          const one = this.expr(e.value);
          return each(() => one);
        }
        case "tir.Shuffle":
          if (e.vectors.every((v) => v.dtype.lanes === 1))
            return e.vectors.map((v) => this.expr(v));
          break;
        case "tir.Cast":
          return this.lanes(e.value).map((v) => this.cast(v, laneOf(e.value.dtype), type));
        case "tir.Binary": {
          const [a, b] = [this.lanes(e.a), this.lanes(e.b)];
          return each((k) => this.binary(e.op, type, a[k]!, b[k]!, e));
        }
        case "tir.Compare": {
          const [a, b] = [this.lanes(e.a), this.lanes(e.b)];
          return each((k) => this.compare(e.op, laneOf(e.a.dtype), a[k]!, b[k]!));
        }
        case "tir.Select": {
          const [a, b] = [this.lanes(e.then), this.lanes(e.otherwise)];
          const conditions = e.cond.dtype.lanes === 1 ? undefined : this.lanes(e.cond);
          const one = conditions === undefined ? this.expr(e.cond) : "";
          const name = irType(type, "a value");
          return each((k) => this.choose(conditions?.[k] ?? one, name, a[k]!, b[k]!));
        }
        case "tir.Load":
        case "tir.Call":
          if (e.dtype.bits !== 8 || (e.kind === "tir.Call" && e.op !== "reinterpret")) break;
          return this.bytesOf(this.expr(e));
      }
    return refuse(codes.notInDeviceIr({ what: "this vector", at: e.span }));
  }
  private bytesOf(word: Ref): Ref[] {
    return [0, 1, 2, 3].map((k) => {
      const low = k === 0 ? word : this.value(`lshr i32 ${word}, ${8 * k}`);
      return this.value(`trunc i32 ${low} to i8`);
    });
  }

  private conditional(cond: PrimExpr, a: PrimExpr, b: PrimExpr, dtype: DType): Ref {
    const condition = this.expr(cond);
    const type = irType(dtype, "a value");
    let [x, y]: [Ref, Ref] = ["", ""];
    this.under(condition, () => (x = this.expr(a)));
    this.under(this.not(condition), () => (y = this.expr(b)));
    return condition === ALWAYS ? x : condition === NEVER ? y : this.choose(condition, type, x, y);
  }

  private load(e: Load): Ref {
    if (e.buffer.scope === "local") return this.cellOf(e.buffer, e.indices).ref;
    const { dialect } = this.cx;
    const type = accessType(e.buffer, e.dtype);
    const address = this.accessed(e.buffer, e.indices, type);
    const found = this.value(`load ${type}, ${dialect.pointerTo(type)} ${address}, ${this.cx.aliases(e.buffer)}`); // prettier-ignore
    return isBool(e.buffer.dtype) ? this.value(`icmp ne i8 ${found}, 0`) : found;
  }

  private cast(a: Ref, from: DType, to: DType): Ref {
    const [x, y] = [irType(from, "a value"), irType(to, "a value")];
    if (isBool(to) && !isBool(from))
      return isFloat(from)
        ? this.value(`fcmp une float ${a}, 0.0`)
        : this.value(`icmp ne ${x} ${a}, 0`);
    if (x === y) return a;
    const signed = from.code === "int";
    if (isFloat(to)) return this.value(`${signed ? "sitofp" : "uitofp"} ${x} ${a} to float`);
    if (isFloat(from)) return this.value(`${to.code === "int" ? "fptosi" : "fptoui"} float ${a} to ${y}`); // prettier-ignore
    const widens = bitsOfType(to) > bitsOfType(from);
    return this.value(`${widens ? (signed ? "sext" : "zext") : "trunc"} ${x} ${a} to ${y}`);
  }

  private compare(op: string, type: DType, a: Ref, b: Ref): Ref {
    if (isFloat(type)) {
      const name = op === "ne" ? "une" : `o${op}`;
      return this.value(`fcmp ${name} float ${a}, ${b}`);
    }
    const sign = op === "eq" || op === "ne" ? "" : type.code === "int" ? "s" : "u";
    return this.value(`icmp ${sign}${op} ${irType(type, "a value")} ${a}, ${b}`);
  }

  private binary(op: string, dtype: DType, a: Ref, b: Ref, e: PrimExpr): Ref {
    const type = irType(dtype, "a value");
    const float = isFloat(dtype);
    const signed = dtype.code === "int";
    const plain = (name: string): Ref => this.value(`${name} ${type} ${a}, ${b}`);
    switch (op) {
      case "add":
      case "sub":
      case "mul":
        return plain(float ? `f${op}` : op);
      case "min":
      case "max": {
        // A NaN in either operand is the result, as in TensorIR.
        const better = this.compare(op === "min" ? "lt" : "gt", dtype, a, b);
        const chosen = this.choose(better, type, a, b);
        return float ? this.choose(this.value(`fcmp uno float ${a}, ${a}`), type, a, chosen) : chosen; // prettier-ignore
      }
      case "bitand":
        return plain("and");
      case "bitor":
        return plain("or");
      case "bitxor":
        return plain("xor");
      case "shl":
        return plain("shl");
      case "shr":
        return plain(signed ? "ashr" : "lshr");
      case "div":
        return plain(float ? "fdiv" : signed ? "sdiv" : "udiv");
      case "mod":
        return plain(signed ? "srem" : "urem");
      case "floordiv":
      case "floormod":
        if (!float) return this.floor(op, e, a, b);
        break;
      case "ceildiv":
        if (!float) return this.value(`sub ${type} 0, ${this.floor("floordiv", e, this.value(`sub ${type} 0, ${a}`), b, true)}`); // prettier-ignore
    }
    return refuse(codes.notInDeviceIr({ what: `\`${op}\``, at: e.span }));
  }

  /** Division that rounds down; by powers of two these are shifts and masks. */
  private floor(op: "floordiv" | "floormod", e: PrimExpr, a: Ref, b: Ref, isNegated = false): Ref {
    const type = irType(laneOf(e.dtype), "a value");
    const signed = e.dtype.code === "int";
    const divisor = /^\d+$/.test(b) ? Number(b) : 0;
    if (divisor > 0 && Number.isInteger(Math.log2(divisor)))
      return op === "floormod"
        ? this.value(`and ${type} ${a}, ${divisor - 1}`)
        : this.value(`${signed ? "ashr" : "lshr"} ${type} ${a}, ${Math.log2(divisor)}`);
    const dividend = e.kind === "tir.Binary" && !isNegated ? e.a : undefined;
    const isPlain = divisor > 0 && dividend !== undefined && this.isNatural(dividend);
    if (!signed || isPlain) {
      const prefix = signed ? "s" : "u";
      return this.value(`${prefix}${op === "floordiv" ? "div" : "rem"} ${type} ${a}, ${b}`);
    }
    const rest = this.value(`srem ${type} ${a}, ${b}`);
    const isOff = this.both(
      this.value(`icmp ne ${type} ${rest}, 0`),
      this.value(`icmp slt ${type} ${this.value(`xor ${type} ${rest}, ${b}`)}, 0`),
    );
    if (op === "floormod")
      return this.choose(isOff, type, this.value(`add ${type} ${rest}, ${b}`), rest);
    const quotient = this.value(`sdiv ${type} ${a}, ${b}`);
    return this.choose(isOff, type, this.value(`add ${type} ${quotient}, -1`), quotient);
  }

  /** Whether an expression is made of counters, sizes and constants so that it is never negative. */
  private isNatural(e: PrimExpr): boolean {
    if (e.kind === "tir.IntImm") return e.value >= 0;
    if (e.kind === "tir.Var") return e.isSize || this.cx.counters.has(e);
    if (e.kind !== "tir.Binary" || !/^(add|mul|floordiv|floormod|min|max)$/.test(e.op))
      return false;
    return this.isNatural(e.a) && this.isNatural(e.b);
  }

  private call(e: Call): Ref {
    const arg = (k: number): PrimExpr => e.args[k] as PrimExpr;
    const value = (k: number): Ref => this.expr(arg(k));
    const float = isFloat(e.dtype);
    const type = irType(e.dtype, "a value");
    switch (e.op) {
      case "likely":
        return value(0);
      case "abs":
      case "fabs": {
        const a = value(0);
        if (!float) return this.choose(this.value(`icmp slt ${type} ${a}, 0`), type, this.value(`sub ${type} 0, ${a}`), a); // prettier-ignore
        const bits = this.value(`bitcast float ${a} to i32`);
        return this.value(`bitcast i32 ${this.value(`and i32 ${bits}, 2147483647`)} to float`);
      }
      case "fma":
        if (float && this.cx.hasFma) return this.intrinsic("fma.f32", "float", e);
        return this.binary("add", e.dtype, this.binary("mul", e.dtype, value(0), value(1), e), value(2), e); // prettier-ignore
      case "exp2":
      case "log2":
      case "rsqrt":
        if (float) return this.intrinsic(`${e.op}.f32`, "float", e);
        break;
      case "if_then_else":
        return this.conditional(arg(0), arg(1), arg(2), e.dtype);
      case "reinterpret":
        if (irType(arg(0).dtype, "a value") === type) return value(0);
        return this.value(`bitcast ${irType(arg(0).dtype, "a value")} ${value(0)} to ${type}`);
      case "dp4a":
        return this.dotOfFour(e);
      case "q_multiply_shift": {
        const q = constantOf(arg(2), NOTHING);
        if (q === undefined || Number(q) !== 31) break;
        return this.called("rmulsh.i32", "i32", [`i32 ${value(0)}`, `i32 ${value(1)}`, `i32 ${value(3)}`]); // prettier-ignore
      }
      case "min_value":
      case "max_value": {
        const bits = dtypeLimits(e.dtype);
        if (!float) return e.op === "min_value" ? bits[0] : bits[1];
      }
    }
    return refuse(codes.notInDeviceIr({ what: `\`T.${e.op}\``, at: e.span }));
  }

  private dotOfFour(e: Call): Ref {
    const [a, b, c] = e.args as readonly PrimExpr[];
    const sum = c === undefined ? "0" : this.expr(c);
    const codeOf = (x: PrimExpr): string => x.dtype.code;
    const [x, y] = [this.expr(a!), this.expr(b!)];
    const args = (p: Ref, q: Ref): string[] => [`i32 ${p}`, `i32 ${q}`, `i32 ${sum}`];
    if (codeOf(a!) === "int" && codeOf(b!) === "int") return this.called("dot4.i32", "i32", args(x, y)); // prettier-ignore
    if (codeOf(a!) === "uint" && codeOf(b!) === "int") return this.called("dot4u.i32", "i32", args(x, y)); // prettier-ignore
    if (codeOf(a!) === "int" && codeOf(b!) === "uint") return this.called("dot4u.i32", "i32", args(y, x)); // prettier-ignore
    return refuse(codes.notInDeviceIr({ what: "this dot product", at: e.span }));
  }

  private intrinsic(name: string, type: string, e: Call): Ref {
    return this.called(name, type, e.args.map((a) => `${type} ${this.expr(a as PrimExpr)}`)); // prettier-ignore
  }
  private called(name: string, type: string, args: readonly string[]): Ref {
    const types = args.map((a) => a.split(" ")[0]!).join(", ");
    this.cx.declared.set(name, `declare ${type} @relax.cgra.${name}(${types})`);
    return this.value(`call ${type} @relax.cgra.${name}(${args.join(", ")})`);
  }
}

const dtypeLimits = ({ bits, code }: DType): readonly [string, string] => {
  const width = Math.min(bits, WORD_BITS);
  return code === "int"
    ? [String(-(2 ** (width - 1))), String(2 ** (width - 1) - 1)]
    : ["0", String(2 ** width - 1)];
};
