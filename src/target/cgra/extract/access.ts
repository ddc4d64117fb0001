/** Loads and stores of the scratchpad; their addresses are made once all are known. */
import { constValue } from "../../../arith/poly.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { compare, intImm, type Load, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Store } from "../../../ir/tir/stmt.js";
import { laneOf } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../codes.js";
import { addressForm, isMultiple } from "./address.js";
import { ALWAYS, isAlways, type AddressForm, type Context, type Edge } from "./context.js";
import { checkType, type Evaluator } from "./expression.js";
import { limits } from "./graph-builder.js";
import { refuse } from "./refuse.js";
import { keyOf, literal, type Condition, type Value } from "./value.js";

type Bytes = 1 | 2 | 4;

/** What an access touches. */
interface Target {
  readonly buffer: Buffer;
  readonly form: AddressForm;
  /** Equal for equal addresses. */
  readonly key: string;
  readonly bytes: Bytes;
  readonly signed: boolean;
  /** Of the first element, in elements. */
  readonly indices: readonly PrimExpr[];
}

function targetOf(
  ev: Evaluator,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  at: Span | undefined,
): Target {
  const { cx } = ev;
  const last = indices.at(-1);
  const vector = last?.kind === "tir.Ramp" ? last : undefined;
  const bytes = (buffer.dtype.bits * buffer.dtype.lanes * (vector?.dtype.lanes ?? 1)) / 8;
  const type = laneOf(buffer.dtype);
  const signed = type.code === "int" || bytes === 4;
  if ((bytes !== 1 && bytes !== 2 && bytes !== 4) || (bytes === 2 && !signed))
    refuse(codes.typeOfArray({ type: buffer.dtype.name, at }));
  const scalars = vector ? [...indices.slice(0, -1), vector.base] : indices;
  const form = addressForm(cx, buffer, scalars, ev.value);
  if (vector !== undefined) {
    const isDense = vector.stride.kind === "tir.IntImm" && vector.stride.value === 1;
    const start = cx.analyzer.poly(cx.places.get(buffer)!.address);
    if (!isDense || !isMultiple(cx, form, start, bytes))
      refuse(codes.notAligned({ buffer: buffer.name, bytes, at }));
  }
  const parts = form.parts.map(({ value, scale }) => `${keyOf(value)}*${scale.key}`);
  const key = [bytes, form.base.key, ...form.steps.map((s) => s.key), ...parts].join(" ");
  return { buffer, form, key, bytes, signed, indices: scalars };
}

/** The edge of the loops that a condition asks for alone. */
const edgeOf = ({ value, negate }: Condition): Edge | undefined =>
  (value.kind === "first" || value.kind === "last") && !negate
    ? { edge: value.kind, level: value.level }
    : undefined;

/** A load happens in all iterations: its address must exist in those where it does not matter, too. */
export function loadElement(ev: Evaluator, e: Load): Value {
  const { cx } = ev;
  checkType(e.dtype, e);
  const target = targetOf(ev, e.buffer, e.indices, e.span);
  const { buffer, bytes, signed } = target;
  const edge = edgeOf(ev.now);
  // Values that do not matter are anything, also where indices are taken not to overflow.
  const isComputed = target.form.parts.length > 0 && !isAlways(ev.now);
  const isLoose =
    isComputed ||
    (!isAlways(ev.condition) && !isFixedAt(target.form, edge) && !isInside(cx, target));
  const form = isLoose ? clamped(ev, target) : target.form;
  const memory = buffer.data;
  const key = isLoose ? `${target.key} ${keyOf(form.parts[0]!.value)}` : target.key;
  const before = cx.stored.get(memory);
  if (before?.key === key && isAlways(before.condition)) return before.value;
  const loaded = cx.loaded.get(memory) ?? new Map<string, Value>();
  cx.loaded.set(memory, loaded);
  const known = loaded.get(key);
  if (known?.kind === "node") {
    // It matters wherever one of its uses does.
    const at = cx.accesses.findIndex(({ node }) => node === known.node);
    const wider = cx.accesses[at]!;
    if (keyOfEdge(wider.edge) !== keyOfEdge(edge)) cx.accesses[at] = { ...wider, edge: undefined };
    return known;
  }
  cx.stored.delete(memory);
  const range = bytes < 4 ? limits(8 * bytes, signed) : undefined;
  const name = bytes === 4 ? "LD" : bytes === 2 ? "LDH" : signed ? "LDB" : "LDUB";
  const node = cx.builder.make(name, [], { range });
  cx.builder.drafts[node]!.elements = undefined;
  cx.accesses.push({
    kind: "load",
    node,
    buffer,
    form,
    bytes,
    signed,
    edge,
    isConditional: isLoose,
  });
  const value: Value = { kind: "node", node };
  loaded.set(key, value);
  return value;
}

const keyOfEdge = (edge: Edge | undefined): string => `${edge?.edge} ${edge?.level}`;

/** Whether the address is the same in all iterations that an edge leaves, one of which there is. */
const isFixedAt = ({ steps, parts }: AddressForm, edge: Edge | undefined): boolean =>
  edge !== undefined &&
  parts.length === 0 &&
  steps.every((s, level) => level < edge.level || constValue(s) === 0);

/** Whether the indices stay inside the buffer in all iterations. */
function isInside(cx: Context, { buffer, indices }: Target): boolean {
  return indices.every((raw, k) => {
    const index = cx.resolved(raw);
    return (
      cx.analyzer.prove(compare("ge", index, intImm(0, index.dtype))) === true &&
      cx.analyzer.prove(compare("lt", index, buffer.shape[k]!)) === true
    );
  });
}

/** The address, or the start of the buffer where the load does not matter. */
function clamped({ cx, now }: Evaluator, { form, buffer }: Target): AddressForm {
  const start = cx.analyzer.poly(cx.places.get(buffer)!.address);
  const { value, offset } = cx.addresses.of(form);
  const full = cx.builder.op("ADD", [value, literal(offset)]);
  const chosen = cx.builder.select(now, full, cx.fixedPoly(start));
  const none = cx.analyzer.poly(intImm(0));
  const one = cx.analyzer.poly(intImm(1));
  return { steps: form.steps.map(() => none), base: none, parts: [{ value: chosen, scale: one }] };
}

/** A store under a condition carries it; two to one address on opposite conditions are one. */
export function storeElement(ev: Evaluator, { buffer, indices, span }: Store, value: Value): void {
  const { cx } = ev;
  const { builder } = cx;
  const target = targetOf(ev, buffer, indices, span);
  const { form, key, bytes, signed } = target;
  const condition = ev.now;
  const memory = buffer.data;
  cx.loaded.delete(memory);
  const before = cx.stored.get(memory);
  if (before?.key === key) {
    const isOpposite =
      keyOf(before.condition.value) === keyOf(condition.value) &&
      before.condition.negate !== condition.negate;
    if (isAlways(before.condition) || isAlways(condition) || isOpposite) {
      const both = builder.select(condition, value, before.value);
      const access = cx.accesses[before.access]!;
      const draft = builder.drafts[access.node]!;
      draft.operands = [undefined, builder.lowBits(both, 8 * bytes)];
      draft.negate = false;
      cx.accesses[before.access] = { ...access, edge: undefined, isConditional: false };
      cx.stored.set(memory, { ...before, condition: ALWAYS, value: both });
      return;
    }
  }
  const name = bytes === 4 ? "ST" : bytes === 2 ? "STH" : "STB";
  const isGuarded = !isAlways(condition);
  const stored = builder.lowBits(value, 8 * bytes);
  const node = builder.make(name, [undefined, stored, ...(isGuarded ? [condition.value] : [])]);
  const draft = builder.drafts[node]!;
  draft.elements = undefined;
  draft.negate = isGuarded && condition.negate;
  const edge = edgeOf(condition);
  cx.stored.set(memory, { key, access: cx.accesses.length, condition, value });
  cx.accesses.push({
    kind: "store",
    node,
    buffer,
    form,
    bytes,
    signed,
    edge,
    isConditional: isGuarded && edge === undefined,
  });
}
