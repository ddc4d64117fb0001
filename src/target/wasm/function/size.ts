/**
 * Sizes and offsets: 64-bit integers computed from symbols. What the virtual machine computes exactly is computed here
 * within intervals that cannot overflow; where that is not certain, a check leaves the function.
 */
import { exprText } from "../../../arith/index.js";
import type { Compare, PrimExpr, Var as Symbol } from "../../../ir/tir/expr.js";
import type { FunctionBuilder, Local } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { decline } from "../../decline.js";

/** A number, or a local with its interval. */
export type Size =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "local"; readonly local: Local; readonly low: bigint; readonly high: bigint };

/** Values of symbols, and what was computed from them already. */
export interface SizeScope {
  readonly symbols: Map<Symbol, Size>;
  readonly known: Map<string, Size>;
}

/** A scope for a branch: what is computed in it is not there afterwards. */
export const fork = (s: SizeScope): SizeScope => ({
  symbols: new Map(s.symbols),
  known: new Map(s.known),
});

/** Symbols beyond this are left to the virtual machine. */
export const MOST_SYMBOL = 2n ** 31n - 1n;
const LIMIT = 2n ** 62n;
/** The greatest term of a sum that might overflow otherwise. */
const MOST_TERM = 2n ** 60n;
/** Status of a function that did not come to an end; the virtual machine finds out why. */
export const LEFT = -1;

export const numberSize = (value: number | bigint): Size => ({
  kind: "number",
  value: BigInt(value),
});
export const sameSize = (a: Size, b: Size): boolean =>
  a.kind === "number"
    ? b.kind === "number" && a.value === b.value
    : b.kind === "local" && a.local === b.local;

const lowOf = (s: Size): bigint => (s.kind === "number" ? s.value : s.low);
const highOf = (s: Size): bigint => (s.kind === "number" ? s.value : s.high);
const keyOf = (s: Size): string => (s.kind === "number" ? String(s.value) : `%${s.local}`);

export function pushSize(f: FunctionBuilder, s: Size): void {
  if (s.kind === "number") f.i64(s.value);
  else f.get(s.local);
}

/** Leaves the function when the i32 on the stack is not 0. */
export function leaveIf(f: FunctionBuilder): void {
  f.if(undefined, () => {
    f.i32(LEFT);
    f.op("return");
  });
}

/** Leaves the function unless both are equal. */
export function needEqual(f: FunctionBuilder, a: Size, b: Size): void {
  if (sameSize(a, b)) return;
  pushSize(f, a);
  pushSize(f, b);
  f.op("i64.ne");
  leaveIf(f);
}

/** Leaves the function unless `a ≤ b`; nothing is written twice for the same sizes. */
export function needAtMost(f: FunctionBuilder, scope: SizeScope, a: Size, b: Size): void {
  if (highOf(a) <= lowOf(b)) return;
  const key = `${keyOf(a)} <= ${keyOf(b)}`;
  if (scope.known.has(key)) return;
  scope.known.set(key, a);
  pushSize(f, a);
  pushSize(f, b);
  f.op("i64.gt_s");
  leaveIf(f);
}

/** The value of an expression, in a local of its own unless it is known already. */
export function sizeOf(f: FunctionBuilder, scope: SizeScope, e: PrimExpr): Size {
  switch (e.kind) {
    case "tir.IntImm":
      return numberSize(e.value);
    case "tir.Var":
      return scope.symbols.get(e) ?? decline(`\`${e.name}\` has no value`);
    case "tir.Cast":
      if (e.dtype.code !== "int" && e.dtype.code !== "uint") break;
      return sizeOf(f, scope, e.value);
    case "tir.Binary":
    case "tir.Compare": {
      const a = sizeOf(f, scope, e.a);
      return combine(f, scope, e.op, a, sizeOf(f, scope, e.b));
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const [cond, then, otherwise] = [e.cond, e.then, e.otherwise].map((x) => sizeOf(f, scope, x));
      return choose(f, scope, cond!, then!, otherwise!);
    }
    default:
      break;
  }
  return decline(`\`${exprText(e)}\` is no arithmetic over symbols`);
}

/** The product of sizes. */
export const productOf = (f: FunctionBuilder, scope: SizeScope, sizes: readonly Size[]): Size =>
  sizes.reduce((n, d) => combine(f, scope, "mul", n, d), numberSize(1));

type SizeOp = "add" | "sub" | "mul" | "min" | "max" | "floordiv" | "floormod" | Compare["op"];

const least = (...xs: bigint[]): bigint => xs.reduce((a, b) => (b < a ? b : a));
const most = (...xs: bigint[]): bigint => xs.reduce((a, b) => (b > a ? b : a));

const COMPARE: Readonly<Record<Compare["op"], PlainOp>> = {
  eq: "i64.eq",
  ne: "i64.ne",
  lt: "i64.lt_s",
  le: "i64.le_s",
  gt: "i64.gt_s",
  ge: "i64.ge_s",
};
const isCompare = (op: string): op is Compare["op"] => Object.hasOwn(COMPARE, op);

/** One operation. */
export function combine(f: FunctionBuilder, scope: SizeScope, op: string, a: Size, b: Size): Size {
  if (a.kind === "number" && b.kind === "number") {
    const value = fold(op as SizeOp, a.value, b.value);
    if (value !== undefined && value < LIMIT && value > -LIMIT) return numberSize(value);
  }
  const isOne = (s: Size): boolean => s.kind === "number" && s.value === 1n;
  const isZero = (s: Size): boolean => s.kind === "number" && s.value === 0n;
  if (op === "mul" && isOne(a)) return b;
  if (op === "mul" && isOne(b)) return a;
  if (op === "add" && isZero(a)) return b;
  if ((op === "add" || op === "sub") && isZero(b)) return a;
  const key = `${op} ${keyOf(a)} ${keyOf(b)}`;
  const known = scope.known.get(key);
  if (known !== undefined) return known;
  const [low, high] = interval(f, scope, op, a, b);
  write(f, op, a, b);
  const local = f.local("i64");
  f.set(local);
  const made: Size = { kind: "local", local, low, high };
  scope.known.set(key, made);
  return made;
}

function fold(op: SizeOp, a: bigint, b: bigint): bigint | undefined {
  switch (op) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "min":
      return least(a, b);
    case "max":
      return most(a, b);
    case "floordiv":
    case "floormod": {
      if (b <= 0n) return undefined;
      const rest = ((a % b) + b) % b;
      return op === "floormod" ? rest : (a - rest) / b;
    }
    default:
      return undefined;
  }
}

/** The interval of a result; operands that could overflow are checked first. */
function interval(f: FunctionBuilder, scope: SizeScope, op: string, a: Size, b: Size): Ends {
  const [al, ah, bl, bh] = [lowOf(a), highOf(a), lowOf(b), highOf(b)];
  switch (op) {
    case "add":
    case "sub": {
      const sum = (x: Ends, y: Ends): Ends =>
        op === "add" ? [x[0] + y[0], x[1] + y[1]] : [x[0] - y[1], x[1] - y[0]];
      const plain = sum([al, ah], [bl, bh]);
      if (plain[0] > -LIMIT && plain[1] < LIMIT) return plain;
      return sum(narrowed(f, scope, a, MOST_TERM), narrowed(f, scope, b, MOST_TERM));
    }
    case "mul": {
      const product = (x: Ends, y: Ends): Ends => {
        const all = x.flatMap((p) => y.map((q) => p * q));
        return [least(...all), most(...all)];
      };
      const plain = product([al, ah], [bl, bh]);
      if (plain[0] > -LIMIT && plain[1] < LIMIT) return plain;
      return product(narrowed(f, scope, a, MOST_SYMBOL), narrowed(f, scope, b, MOST_SYMBOL));
    }
    case "min":
      return [least(al, bl), least(ah, bh)];
    case "max":
      return [most(al, bl), most(ah, bh)];
    case "floordiv":
    case "floormod":
      if (b.kind !== "number" || b.value <= 0n) return decline("a size is divided by a symbol");
      return op === "floormod" ? [0n, bh - 1n] : [least(al, al / bh - 1n), most(ah / bh, 0n)];
    default:
      if (!isCompare(op)) return decline(`a size is computed by \`${op}\``);
      return [0n, 1n];
  }
}

/** Least and greatest value. */
type Ends = readonly [bigint, bigint];

/** Checks at run time that an operand is within ±`bound`, so that what is made of two such fits. */
function narrowed(f: FunctionBuilder, scope: SizeScope, s: Size, bound: bigint): Ends {
  needAtMost(f, scope, s, numberSize(bound));
  needAtMost(f, scope, numberSize(-bound), s);
  return [most(lowOf(s), -bound), least(highOf(s), bound)];
}

function write(f: FunctionBuilder, op: string, a: Size, b: Size): void {
  const both = (): void => {
    pushSize(f, a);
    pushSize(f, b);
  };
  switch (op) {
    case "add":
    case "sub":
    case "mul":
      both();
      return f.op(`i64.${op}`);
    case "min":
    case "max":
      both();
      both();
      f.op(op === "min" ? "i64.lt_s" : "i64.gt_s");
      return f.op("select");
    case "floordiv":
    case "floormod": {
      // Below 0 the remainder of the machine is negative: lift it into 0 … b−1.
      const rest = f.local("i64");
      both();
      f.op("i64.rem_s");
      f.set(rest);
      const lifted = (): void => {
        f.get(rest);
        f.get(rest);
        f.i64(63);
        f.op("i64.shr_s");
        pushSize(f, b);
        f.op("i64.and");
        f.op("i64.add");
      };
      if (op === "floormod") return lifted();
      pushSize(f, a);
      lifted();
      f.op("i64.sub");
      pushSize(f, b);
      return f.op("i64.div_s");
    }
    default:
      both();
      f.op(COMPARE[op as Compare["op"]]);
      f.op("i64.extend_i32_u");
  }
}

function choose(
  f: FunctionBuilder,
  scope: SizeScope,
  cond: Size,
  then: Size,
  otherwise: Size,
): Size {
  if (sameSize(then, otherwise)) return then;
  const key = `select ${keyOf(cond)} ${keyOf(then)} ${keyOf(otherwise)}`;
  const known = scope.known.get(key);
  if (known !== undefined) return known;
  pushSize(f, then);
  pushSize(f, otherwise);
  pushSize(f, cond);
  f.i64(0);
  f.op("i64.ne");
  f.op("select");
  const local = f.local("i64");
  f.set(local);
  const low = least(lowOf(then), lowOf(otherwise));
  const made: Size = { kind: "local", local, low, high: most(highOf(then), highOf(otherwise)) };
  scope.known.set(key, made);
  return made;
}
