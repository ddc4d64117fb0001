/** Stores that bypass the caches, where a loop asks for them: `nontemporal` has the bytes that are too many to cache. */
import { Analyzer, evaluate } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { For, Store } from "../../../ir/tir/stmt.js";
import { bytesOf, int64, laneOf, withLanes } from "../../../support/dtype.js";
import { linearIndex } from "../../position.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { emitIndex } from "./index-value.js";
import { pointerOf } from "./memory.js";
import { CACHE_LINE } from "./type.js";

/** Bytes of the shortest vectors that fill lines; longer ones are whole lines. */
const LEAST = 16;

/**
 * Emits a loop twice where it asks for stores past the caches: once with them, for buffers that are large enough and begin
 * at a line, once without. False when there is nothing to choose.
 */
export function emitStreaming(cx: FunctionContext, s: For, emit: (s: For) => void): boolean {
  const least = s.annotations.get("nontemporal");
  if (typeof least !== "number" || cx.streaming.size > 0) return false;
  const large = [...lineStores(s)].filter(([buffer]) => sizeOf(buffer) >= least);
  if (large.length === 0) return false;
  const { f } = cx;
  const conditions = large.flatMap(([buffer]) => [
    ...(sizeOf(buffer) === Infinity ? [isLarge(cx, buffer, least)] : []),
    isAligned(cx, buffer),
  ]);
  const all = conditions.reduce((a, b) => f.value(`and i1 ${a}, ${b}`));
  const whole = new Set(large.flatMap(([, stores]) => stores));
  const plain = { ...s, annotations: new Map(s.annotations) };
  plain.annotations.delete("nontemporal");
  f.when(
    all,
    () => {
      for (const store of whole) cx.streaming.add(store);
      emit(plain);
      cx.streaming.clear();
      // Such stores are not ordered with others.
      f.line("fence seq_cst");
    },
    () => emit(plain),
  );
  return true;
}

/** The stores of whole vectors at multiples of their length or of lines, by buffer; only buffers all of whose stores are such. */
function lineStores(s: For): Map<Buffer, Store[]> {
  const found = new Map<Buffer, Store[]>();
  const others = new Set<Buffer>();
  visit(s.body, {
    enter(n) {
      if (n.kind === "tir.Alloc") others.add(n.buffer);
      if (n.kind === "tir.Load") others.add(n.buffer);
      if (n.kind !== "tir.Store") return;
      if (isWhole(n)) found.set(n.buffer, [...(found.get(n.buffer) ?? []), n]);
      else others.add(n.buffer);
    },
  });
  for (const buffer of others) found.delete(buffer);
  return found;
}

function isWhole(s: Store): boolean {
  if (s.predicate !== undefined || s.buffer.dtype.lanes > 1) return false;
  const position = linearIndex(s.buffer, s.indices);
  if (position.kind !== "tir.Ramp" || !isNumber(position.stride, 1)) return false;
  const { lanes } = position.dtype;
  const bytes = bytesOf(withLanes(laneOf(s.buffer.dtype), lanes));
  if (bytes < LEAST || (CACHE_LINE % bytes !== 0 && bytes % CACHE_LINE !== 0)) return false;
  const { coeff, base } = new Analyzer().modularSet(position.base);
  const step = Math.min(lanes, (lanes * CACHE_LINE) / bytes);
  return Number(coeff) % step === 0 && Number(base) % step === 0;
}

const isNumber = (e: PrimExpr, value: number): boolean =>
  e.kind === "tir.IntImm" && Number(e.value) === value;

/** Elements of a buffer as an expression. */
const elementsOf = ({ shape }: Buffer): PrimExpr =>
  shape.reduce((a, b) => binary("mul", a, b), intImm(1, shape[0]?.dtype ?? int64));

/** Bytes of a buffer; infinite where it depends on symbols. */
function sizeOf(buffer: Buffer): number {
  const value = evaluate(elementsOf(buffer), { of: () => undefined });
  return value === undefined ? Infinity : Number(value) * bytesOf(buffer.dtype);
}

function isLarge(cx: FunctionContext, buffer: Buffer, least: number): Ref {
  const elements = emitIndex(cx, elementsOf(buffer));
  return cx.f.value(`icmp sge i64 ${elements}, ${Math.ceil(least / bytesOf(buffer.dtype))}`);
}

function isAligned(cx: FunctionContext, buffer: Buffer): Ref {
  const { pointer } = cx.shared.module.dialect;
  const address = cx.f.value(`ptrtoint ${pointer} ${pointerOf(cx, buffer)} to i64`);
  return cx.f.value(`icmp eq i64 ${cx.f.value(`and i64 ${address}, ${CACHE_LINE - 1}`)}, 0`);
}
