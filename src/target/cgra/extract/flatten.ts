/**
 * Nests deeper than the sequencer counts: the innermost loops become one, whose iterations the array counts itself. Where
 * an inner loop begins and ends is known by a counter of all iterations in it, which starts again when they are over.
 */
import { addConst, constValue, mul, one, type Poly } from "../../../arith/poly.js";
import { binary, cast, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import type { Fabric } from "../fabric/fabric.js";
import type { Context } from "./context.js";
import type { Nest, NestLoop } from "./nest.js";
import { refuse } from "./refuse.js";
import { literal, ONE, ZERO, type Value } from "./value.js";

/** The loop from which on loops are one: as asked for by `cgra.flatten`, or since the sequencer counts no more. */
export const flattenedFrom = (nest: Nest, { control }: Fabric): number =>
  Math.min(nest.loops.length - nest.flatten, control.loops - 1);

/** Extents of the hardware loops, outermost first; loops from `from` on are the last of them. */
export function hardwareLoops(loops: readonly NestLoop[], from: number): readonly PrimExpr[] {
  const [only, ...others] = loops.slice(from).map(({ extent }) => extent);
  // Two numbers below 0 would make one above.
  const natural = (e: PrimExpr): PrimExpr => binary("max", cast(e, int64), intImm(0, int64));
  const whole = others.reduce<PrimExpr>((a, b) => binary("mul", a, natural(b)), others.length > 0 ? natural(only!) : only!); // prettier-ignore
  return [...loops.slice(0, from).map(({ extent }) => extent), whole];
}

/** Rewrites what the nodes ask of loops that are counted by hardware no more: those inside the loop `from`. */
export function flattenLoops(cx: Context, from: number): void {
  const { builder } = cx;
  const { drafts, finals } = builder;
  const depth = cx.nest.loops.length;
  if (from >= depth - 1) return;
  const known = new Map<string, Value>();
  const once = (key: string, make: () => Value): Value => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
  const node = (op: string, operands: readonly Value[], immediate?: number): number =>
    builder.make(op, operands, { immediate });
  const make = (op: string, ...operands: readonly Value[]): Value => ({
    kind: "node",
    node: node(op, operands),
  });

  /** How many iterations the loops from a level on have together. */
  const span = (level: number): Poly => {
    let product: Poly | undefined = one;
    for (let k = level; k < depth; k++) product = product && mul(product, cx.extent(k));
    return product ?? refuse(codes.wideAddress({ buffer: "a counter" }));
  };
  const powerOf = (p: Poly): number | undefined => {
    const power = Math.log2(Number(constValue(p) ?? NaN));
    return Number.isInteger(power) && power >= 0 ? power : undefined;
  };
  const whole = (): Value => once("whole", () => ({ kind: "node", node: node("IDX", [], from) }));

  /** Of the iterations of the loops from a level on, which this is. */
  const position = (level: number): Value =>
    once(`position ${level}`, () => {
      const power = powerOf(span(level));
      if (power !== undefined) return make("AND", whole(), literal(2 ** power - 1));
      const variable = builder.newVariable();
      const next = make("ADD", { kind: "carried", variable }, ONE);
      const value = { kind: "node", node: node("SEL", [ZERO, next]) } as const;
      finals.set(variable, value);
      // It is needed to know when it begins.
      known.set(`position ${level}`, value);
      drafts[value.node]!.operands[2] = edge("first", level);
      return value;
    });

  /** Whether all loops from a level on are in their first, or last, iteration. */
  function edge(kind: "first" | "last", level: number): Value {
    if (level <= from) return { kind, level };
    const power = powerOf(span(level));
    if (kind === "last" || power !== undefined)
      return once(`${kind} ${level}`, () => {
        const at = position(level);
        return make("EQ", at, kind === "first" ? ZERO : cx.fixedPoly(addConst(span(level), -1)));
      });
    // What follows the last one is the first one.
    const variable = known.get(`ended ${level}`);
    if (variable?.kind === "carried") return variable;
    const ended = {
      kind: "carried",
      variable: builder.newVariable(),
      initial: { level: from, value: literal(1) },
    } as const;
    known.set(`ended ${level}`, ended);
    finals.set(ended.variable, edge("last", level));
    return ended;
  }

  const counter = (level: number): Value =>
    once(`counter ${level}`, () => {
      const stride = level + 1 < depth ? powerOf(span(level + 1)) : 0;
      if (level === from && stride !== undefined) return make("SHRL", whole(), literal(stride));
      if (powerOf(span(level)) !== undefined && stride !== undefined)
        return stride === 0 ? position(level) : make("SHRL", position(level), literal(stride));
      if (level === depth - 1) return position(level);
      const variable = builder.newVariable();
      const next = make("ADD", { kind: "carried", variable }, edge("first", level + 1));
      const value = make("SEL", ZERO, next, edge("first", level));
      finals.set(variable, value);
      return value;
    });

  const replaced = (v: Value | undefined): Value | undefined => {
    if (v === undefined) return v;
    if (v.kind === "first" || v.kind === "last") return edge(v.kind, v.level);
    if (v.kind === "node") {
      const { op, immediate } = drafts[v.node]!;
      return op === "IDX" && v.node < count && immediate! >= from ? counter(immediate!) : v;
    }
    if (v.kind !== "carried" || v.initial === undefined || v.initial.level <= from) return v;
    const { variable, initial } = v;
    return once(`start ${variable} ${initial.level} ${JSON.stringify(initial.value)}`, () =>
      make("SEL", initial.value, { kind: "carried", variable }, edge("first", initial.level)),
    );
  };
  const count = drafts.length;
  for (const draft of drafts.slice(0, count)) draft.operands = draft.operands.map(replaced);
  for (const [variable, value] of [...finals]) finals.set(variable, replaced(value)!);
}
