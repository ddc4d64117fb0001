/** Addresses of buffer elements, computed modulo 2^32. */
import { type PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { bytesOf, isInteger, laneOf } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import type { Local } from "../encoder/function.js";
import { linearIndex } from "../../position.js";
import type { FunctionContext } from "./context.js";
import { keyOfTerms, linearForm, readsMemory, sum, type LinearForm } from "./linear-form.js";
import type { KnownAddress } from "./region.js";

/** Memory below this address holds no data, so that constant offsets up to it can go into the instruction. */
export const LOWEST_ADDRESS = 1024;

/** Pushes the pointer of the buffer's data. */
export function emitPointer(cx: FunctionContext, buffer: Buffer): void {
  const local = cx.locals.get(buffer.data);
  if (local === undefined) throw unbound(buffer);
  cx.f.get(local);
}

const unbound = (buffer: Buffer): DiagnosticError =>
  new DiagnosticError(
    codegenCodes.unboundVariable({ name: `${buffer.name}.data`, at: buffer.span }),
  );

/** Pushes the low 32 bits of an integer expression; sums and products need no more of their operands. */
export function emitLow32(cx: FunctionContext, e: PrimExpr): void {
  const { f } = cx;
  if (e.kind === "tir.IntImm") return f.i32(Number(BigInt.asIntN(32, BigInt(e.value))));
  if (e.kind === "tir.Binary" && e.dtype.bits >= 32 && isInteger(e.dtype)) {
    if (e.op === "add" || e.op === "sub" || e.op === "mul") {
      if (lowBitsSuffice(e.a) && lowBitsSuffice(e.b)) {
        emitLow32(cx, e.a);
        emitLow32(cx, e.b);
        return f.op(`i32.${e.op}`);
      }
    }
  }
  if (
    e.kind === "tir.Cast" &&
    e.dtype.bits === 64 &&
    isInteger(e.dtype) &&
    isInteger(e.value.dtype)
  ) {
    return emitLow32(cx, e.value);
  }
  cx.emit(e);
  if (laneOf(e.dtype).bits === 64 && isInteger(e.dtype)) f.op("i32.wrap_i64");
}

/** Integers of any width extend to 32 bits with the value they have. */
const lowBitsSuffice = (e: PrimExpr): boolean => isInteger(e.dtype) || e.dtype.code === "bool";

/** A local with an address, and what to put into the instruction's offset. */
export interface Place {
  readonly local: Local;
  readonly offset: number;
}

/** The address of an element, in bytes from the buffer's data, as a form. */
export function byteForm(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): LinearForm {
  const form = linearForm(linearIndex(buffer, indices), cx.terms);
  return sum({ terms: [], constant: 0 }, form, bytesOf(buffer.dtype));
}

/** Names the addresses that differ by a constant. */
export const addressKey = (data: Local, form: LinearForm): string => `${data}:${keyOfTerms(form)}`;

/** Pushes `local + Σ terms + constant`. */
export function emitForm(cx: FunctionContext, local: Local | undefined, form: LinearForm): void {
  const { f } = cx;
  let isEmpty = local === undefined;
  if (local !== undefined) f.get(local);
  const add = (): void => {
    if (!isEmpty) f.op("i32.add");
    isEmpty = false;
  };
  for (const { coefficient, factors } of form.terms) {
    factors.forEach(({ expr }, k) => {
      emitLow32(cx, expr);
      if (k > 0) f.op("i32.mul");
    });
    const shift = Math.log2(coefficient);
    if (coefficient !== 1) {
      f.i32(Number.isInteger(shift) ? shift : coefficient);
      f.op(Number.isInteger(shift) ? "i32.shl" : "i32.mul");
    }
    add();
  }
  if (form.constant !== 0 || isEmpty) {
    f.i32(form.constant);
    add();
  }
}

/** Whether an instruction may reach `constant` by its offset from `known`: the sum of the rest must not wrap. */
export const reaches = (known: Omit<KnownAddress, "local">, constant: number): boolean =>
  constant >= known.constant && (known.isAccessed || constant - known.constant <= LOWEST_ADDRESS);

/** Finds or computes the address of an element, which is accessed next unless said otherwise. */
export function placeOf(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  isAccessed = true,
): Place {
  const data = cx.locals.get(buffer.data);
  if (data === undefined) throw unbound(buffer);
  const form = byteForm(cx, buffer, indices);
  const { constant } = form;
  if (form.terms.length === 0 && constant >= 0) return { local: data, offset: constant };
  const isStable = !form.terms.some((t) => t.factors.some((x) => readsMemory(x.expr)));
  const key = addressKey(data, form);
  const advancing = cx.pointers.get(key);
  if (advancing !== undefined && reaches(advancing, constant))
    return { local: advancing.local, offset: constant - advancing.constant };
  const known = isStable ? cx.region.addressesOf(key).find((a) => reaches(a, constant)) : undefined;
  if (known !== undefined) {
    if (known.constant === constant && isAccessed) known.isAccessed = true;
    return { local: known.local, offset: constant - known.constant };
  }
  const base = constant >= 0 && constant <= LOWEST_ADDRESS ? 0 : constant;
  const local = cx.f.local("i32");
  emitForm(cx, data, { ...form, constant: base });
  cx.f.set(local);
  if (isStable)
    cx.region.addAddress(key, {
      local,
      constant: base,
      isAccessed: isAccessed && base === constant,
    });
  return { local, offset: constant - base };
}

/** Pushes the address of an element that is accessed next; the result is what to put into the instruction's offset. */
export function emitAddress(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): number {
  const { local, offset } = placeOf(cx, buffer, indices);
  cx.f.get(local);
  return offset;
}

/** Pushes a pointer to an element. */
export function emitPointerTo(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): void {
  const { local, offset } = placeOf(cx, buffer, indices, false);
  cx.f.get(local);
  if (offset === 0) return;
  cx.f.i32(offset);
  cx.f.op("i32.add");
}
