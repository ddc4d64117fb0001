/** Byte addresses of accesses: what loops add to them, and how the array computes them. */
import { fromPoly, withRemainders } from "../../../arith/from-poly.js";
import {
  add,
  addConst,
  addScaled,
  constPoly,
  constValue,
  mul,
  samePoly,
  sub,
  termPoly,
  zero,
  type Atom,
  type Poly,
  type Term,
} from "../../../arith/poly.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { stridesOf } from "../../../transform/tir/strides.js";
import { int32, int64 } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import type { AddressForm, Context } from "./context.js";
import { isHostNumber } from "./host-number.js";
import { refuse } from "./refuse.js";
import { literal, type Value } from "./value.js";

/** The bank of an access: where its address is known, what lies there; buffers may go across banks. */
export function bankOf(cx: Context, buffer: Buffer, { base, parts }: AddressForm): number {
  const { bank } = cx.places.get(buffer)!;
  const at = parts.length > 0 ? undefined : constValue(base);
  if (at === undefined) return bank;
  let end = 0;
  const found = cx.fabric.banks.findIndex(({ bytes }) => Number(at) < (end += bytes));
  return found < 0 ? bank : found;
}

/** Bytes of an element of the buffer. */
export const bytesOf = (buffer: Buffer): number => (buffer.dtype.bits * buffer.dtype.lanes) / 8;

/** The address of an element; `evaluate` gives values that the array computes. */
export function addressForm(
  cx: Context,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  evaluate: (e: PrimExpr) => Value,
): AddressForm {
  const place = cx.places.get(buffer);
  if (place === undefined)
    refuse(codes.notInScratchpad({ buffer: buffer.name, scope: buffer.scope, at: buffer.span }));
  const size = bytesOf(buffer);
  const strides = stridesOf(buffer);
  let offset: Poly = buffer.elemOffset ? cx.analyzer.poly(buffer.elemOffset) : zero;
  indices.forEach((index, k) => {
    const product = mul(cx.analyzer.poly(cx.resolved(index)), cx.analyzer.poly(strides[k]!));
    if (product === undefined) refuse(codes.wideAddress({ buffer: buffer.name, at: index.span }));
    offset = add(offset, product);
  });
  const short = withRemainders(cx.analyzer, addScaled(zero, offset, size), int64);
  const form = split(cx, short, evaluate);
  return { ...form, base: add(form.base, cx.analyzer.poly(place.address)) };
}

/** Terms by what they depend on. */
function split(cx: Context, p: Poly, evaluate: (e: PrimExpr) => Value): AddressForm {
  const steps: Poly[] = cx.nest.loops.map(() => zero);
  const parts: { value: Value; scale: Poly }[] = [];
  let base: Poly = constPoly(p.constant);
  for (const term of p.terms) {
    const dynamic = term.atoms.filter((a) => !isInvariant(cx, a));
    const rest = term.atoms.filter((a) => isInvariant(cx, a));
    const scale = rest.length === 0 ? constPoly(term.coeff) : monomial({ ...term, atoms: rest });
    const [only] = dynamic;
    const level = only && levelOf(cx, only);
    if (only === undefined) base = add(base, scale);
    else if (dynamic.length === 1 && level !== undefined) steps[level] = add(steps[level]!, scale);
    else {
      const values = dynamic.map((a) => evaluate(atomExpr(cx, a)));
      parts.push({ value: values.reduce((x, y) => cx.builder.op("MUL", [x, y])), scale });
    }
  }
  return { steps, base, parts };
}

const monomial = ({ coeff, atoms }: Term): Poly => termPoly(coeff, atoms);
const atomExpr = (cx: Context, atom: Atom): PrimExpr =>
  fromPoly(cx.analyzer, termPoly(1, [atom]), int32)!;
const isInvariant = (cx: Context, atom: Atom): boolean => {
  const e = atomExpr(cx, atom);
  return isHostNumber(e) && cx.isInvariant(e);
};
const levelOf = (cx: Context, atom: Atom): number | undefined =>
  atom.expr?.kind === "tir.Var" ? cx.levels.get(atom.expr) : undefined;

/** What addresses with one pointer have in common. */
const pointerKey = (steps: readonly Poly[], base: Poly): string =>
  `${steps.map((s) => s.key).join(" ")} ${addConst(base, -Number(base.constant)).key}`;

/** The address as a value of the array, and a rest that memory operations add. */
export interface Computed {
  readonly value: Value;
  readonly offset: number;
}

/** Makes addresses; those that differ by a constant share their pointer. */
export class Addresses {
  private readonly pointers = new Map<string, { value: Value; base: Poly }[]>();
  /** By what they share: constants of addresses that are going to be asked for. */
  private readonly expected = new Map<string, number[]>();

  constructor(private readonly cx: Context) {}

  /** Says which addresses will be asked for, so that pointers reach as many of them as they can. */
  expect(forms: readonly AddressForm[]): void {
    for (const { steps, base } of forms) {
      const key = pointerKey(steps, base);
      const before = this.expected.get(key) ?? [];
      this.expected.set(key, [...before, Number(base.constant)]);
    }
  }

  of(form: AddressForm): Computed {
    const { cx } = this;
    let { value, offset } = this.affine(form);
    for (const { value: part, scale } of form.parts)
      value = cx.builder.op("ADD", [this.scaled(part, scale), value]);
    // A constant alone is an offset from nothing.
    if (value.kind === "literal" && this.fits(value.value + offset)) {
      offset += value.value;
      value = literal(0);
    }
    return { value, offset };
  }

  private fits(offset: number): boolean {
    const limit = 2 ** (this.cx.fabric.immediateBits - 1);
    return offset >= -limit && offset < limit;
  }

  private scaled(value: Value, scale: Poly): Value {
    const { builder } = this.cx;
    const factor = this.cx.fixedPoly(scale);
    const power = factor.kind === "literal" ? Math.log2(factor.value) : NaN;
    if (Number.isInteger(power)) return builder.op("SHL", [value, literal(power)]);
    return builder.op("MUL", [value, factor]);
  }

  /** The part that loops alone determine. */
  private affine({ steps, base, parts }: AddressForm): Computed {
    const { cx } = this;
    if (steps.every((s) => constValue(s) === 0)) {
      const known = constValue(base);
      const rest = known === undefined || !this.fits(Number(known)) ? 0 : Number(known);
      const isBare = parts.length > 0 || rest !== 0;
      return { value: cx.fixedPoly(addConst(base, -rest)), offset: isBare ? rest : 0 };
    }
    const key = pointerKey(steps, base);
    const at = Number(base.constant);
    for (const { value, base: from } of this.pointers.get(key) ?? []) {
      const offset = at - Number(from.constant);
      if (this.fits(offset)) return { value, offset };
    }
    const from = addConst(base, this.middle(key, at) - at);
    const value = this.pointer(steps, from);
    this.pointers.set(key, [...(this.pointers.get(key) ?? []), { value, base: from }]);
    return { value, offset: at - Number(from.constant) };
  }

  /** From where offsets reach the most addresses that share the pointer, the one at hand among them. */
  private middle(key: string, at: number): number {
    const reach = 2 ** this.cx.fabric.immediateBits - 1;
    const others = (this.expected.get(key) ?? []).filter((x) => Math.abs(x - at) <= reach);
    const within = (low: number): number[] => others.filter((x) => x >= low && x - low <= reach);
    const lows = others.filter((x) => x <= at && at - x <= reach);
    const best = lows.reduce(
      (b, low) => (within(low).length > within(b).length ? low : b),
      lows[0] ?? at,
    );
    const covered = within(best);
    if (this.fits(Math.max(at, ...covered) - at) && this.fits(Math.min(at, ...covered) - at))
      return at;
    return best + 2 ** (this.cx.fabric.immediateBits - 1);
  }

  /**
   * A running sum. When loop `l` goes on, the inner ones begin again: the step is that of `l` less what they had added.
   * In the first iteration of the outermost loop that matters the sum begins anew.
   */
  private pointer(steps: readonly Poly[], base: Poly): Value {
    const { cx } = this;
    const { builder } = cx;
    const outermost = steps.findIndex((s) => constValue(s) !== 0);
    let delta = zero;
    let added = zero;
    let step: Value | undefined;
    for (let level = steps.length - 1; level >= outermost; level--) {
      const last = delta;
      delta = sub(steps[level]!, added);
      const value = cx.fixedPoly(delta);
      if (step === undefined) step = value;
      else if (!samePoly(last, delta) || step.kind === "node")
        step = builder.select(
          { value: { kind: "first", level: level + 1 }, negate: false },
          value,
          step,
        );
      const reach = mul(steps[level]!, addConst(cx.extent(level), -1));
      if (reach === undefined) refuse(codes.wideAddress({ buffer: "a pointer" }));
      added = add(added, reach);
    }
    const variable = builder.newVariable();
    const initial = { level: outermost, value: cx.fixedPoly(sub(base, delta)) };
    const node = builder.make("ADD", [{ kind: "carried", variable, initial }, step!]);
    builder.drafts[node]!.elements = undefined;
    builder.finals.set(variable, { kind: "node", node });
    return { kind: "node", node };
  }
}

/** Whether two addresses differ by a constant in all iterations; the difference. */
export function constantGap(a: AddressForm, b: AddressForm): number | undefined {
  if (a.parts.length > 0 || b.parts.length > 0) return undefined;
  if (!a.steps.every((s, k) => samePoly(s, b.steps[k]!))) return undefined;
  const gap = constValue(sub(a.base, b.base));
  return gap === undefined ? undefined : Number(gap);
}

/** Whether the address lies a multiple of so many bytes after the start of its buffer. */
export const isMultiple = (cx: Context, form: AddressForm, base: Poly, of: number): boolean =>
  [...form.steps, sub(form.base, base)].every((p) => {
    const { coeff, base: rest } = cx.analyzer.modularOfPoly(p);
    return Number(coeff) % of === 0 && Number(rest) % of === 0;
  }) && form.parts.every(({ scale }) => Number(constValue(scale) ?? 1) % of === 0);
