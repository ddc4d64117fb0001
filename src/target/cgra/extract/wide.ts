/**
 * Integers of more than 32 bits: what stands in a register is the number itself. That it fits is proved, or asked of the
 * sizes before a launch; where neither can be done the kernel is refused.
 */
import { exprText } from "../../../arith/index.js";
import { fromPoly } from "../../../arith/from-poly.js";
import { addConst, atomPoly, neg, type Poly } from "../../../arith/poly.js";
import { compare, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { int64, type DType } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import type { Context } from "./context.js";
import { isHostNumber } from "./host-number.js";
import { Ranges, type Interval } from "./ranges.js";
import { refuse } from "./refuse.js";
import { isFixed, type Value } from "./value.js";

/** Whether registers hold only some of its numbers. */
export const isWide = ({ code, bits, lanes }: DType): boolean =>
  (code === "int" || code === "uint") && bits > 32 && lanes === 1;

/** Operations whose result may lie outside the register that holds it. */
const GROWING: ReadonlySet<string> = new Set(["ADD", "SUB", "MUL", "SHL", "ABS", "DIV"]);

/** What an expression of a wide type must be, by its value. */
export interface WideValue {
  readonly value: Value;
  readonly expr: PrimExpr;
}

/** Asks of every wide value that it fits, once all of the nest is known. */
export function checkWide(cx: Context): void {
  const exact = new Set(cx.wide.flatMap(({ value: v }) => (v.kind === "node" ? [v.node] : [])));
  const ranges = new Ranges(cx, exact);
  for (const { value, expr } of cx.wide) {
    const isSigned = expr.dtype.code === "int";
    const isGrown = value.kind !== "node" || GROWING.has(cx.builder.drafts[value.node]!.op);
    if (isSigned && !isGrown) continue;
    const written = boundsOf(cx, expr);
    if (written !== undefined && isProved(cx, written, isSigned)) continue;
    const found = isFixed(value) ? written : ranges.of(value);
    if (found === undefined || !requireFit(cx, found, isSigned))
      refuse(codes.wideInteger({ expr: exprText(expr), type: expr.dtype.name, at: expr.span }));
  }
}

/** Asks that a number of the host fits; false when it never does. */
export const requireNumber = (cx: Context, number: Poly): boolean =>
  requireFit(cx, { low: number, high: number }, true);

/** The expression itself, where it is arithmetic of numbers and counters. */
function boundsOf(cx: Context, expr: PrimExpr): Interval | undefined {
  const e = cx.resolved(expr);
  if (e.kind !== "tir.IntImm" && !isHostNumber(e)) return undefined;
  const p = cx.analyzer.poly(e);
  return { low: p, high: p };
}

const least = (isSigned: boolean): number => (isSigned ? -0x80000000 : 0);
const MOST = 0x7fffffff;

const isProved = ({ analyzer }: Context, { low, high }: Interval, isSigned: boolean): boolean =>
  analyzer.isNonNegative(addConst(low, -least(isSigned))) &&
  analyzer.isNonNegative(addConst(neg(high), MOST));

const requireFit = (cx: Context, { low, high }: Interval, isSigned: boolean): boolean =>
  ask(cx, low, "ge", least(isSigned)) && ask(cx, high, "le", MOST);

/** Asks for the comparison at each launch, unless it always holds; false when it never does, or the host cannot tell. */
function ask(cx: Context, p: Poly, op: "ge" | "le", limit: number): boolean {
  const { analyzer } = cx;
  const gap = op === "ge" ? addConst(p, -limit) : addConst(neg(p), limit);
  if (analyzer.isNonNegative(gap)) return true;
  const number = fromPoly(analyzer, p, int64);
  if (analyzer.boundOf(gap).max < 0 || number === undefined || !cx.isInvariant(number))
    return false;
  // The host computes with 64 bits: products of several sizes must fit those.
  for (const { coeff, atoms } of p.terms) {
    if (atoms.length < 2) continue;
    const room = 2 ** Math.floor((60 - Math.log2(Math.abs(Number(coeff)))) / atoms.length);
    const isSmall = (q: Poly): boolean => ask(cx, q, "ge", -room) && ask(cx, q, "le", room);
    if (!atoms.every((atom) => isSmall(atomPoly(atom)))) return false;
  }
  cx.require(compare(op, number, intImm(limit, int64)));
  return true;
}
