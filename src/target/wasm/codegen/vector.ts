/** v128 code for vector expressions that the plan admits, one group of lanes at a time. */
import type {
  Binary,
  Call,
  Cast,
  Compare,
  Let,
  Load,
  PrimExpr,
  Select,
  Var,
} from "../../../ir/tir/expr.js";
import { bytesOf, isFloat, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import type { Local } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { placeOf, type Place } from "./address.js";
import { readsMemory } from "./linear-form.js";
import { coerce } from "../../coerce.js";
import { bindLocal, type FunctionContext } from "./context.js";
import { emitVectorProgram } from "./program.js";
import { firstLane, pairProductOf } from "./dot.js";
import { isUnsigned, registerOf, shapeOf } from "./register.js";
import { emitShuffle } from "./shuffle.js";
import { emitGather } from "./gather.js";
import { contiguous, splatConstant, vectorInstructions, type Group } from "./vector-plan.js";

/** Splats already computed in this statement. */
export interface VectorState {
  readonly cx: FunctionContext;
  readonly group: Group;
  readonly splats: Map<PrimExpr, Local>;
  /** Locals of variables bound inside the statement. */
  readonly lets: Map<Var, readonly Local[]>;
}

export const vectorState = (cx: FunctionContext, group: Group): VectorState => ({
  cx,
  group,
  splats: new Map(),
  lets: new Map(),
});

/** Width of the lanes of a mask: that of the values compared. */
const maskWidth = (e: PrimExpr): 32 | 64 => {
  switch (e.kind) {
    case "tir.Compare":
      return shapeOf(e.a.dtype).endsWith("x2") ? 64 : 32;
    case "tir.Logic":
      return Math.max(maskWidth(e.a), maskWidth(e.b)) as 32 | 64;
    case "tir.Unary":
      return maskWidth(e.a);
    case "tir.Cast":
      return shapeOf(e.value.dtype).endsWith("x2") ? 64 : 32;
    default:
      return 32;
  }
};

/** Pushes lanes [chunk·group, (chunk + 1)·group) of the expression. */
export function emitChunk(s: VectorState, e: PrimExpr, chunk: number): void {
  const { f } = s.cx;
  const part = (child: PrimExpr): void => emitChunk(s, child, chunk);
  switch (e.kind) {
    case "tir.Ramp":
      return emitRamp(s, e, chunk);
    case "tir.Broadcast":
      return emitSplat(s, e);
    case "tir.Var": {
      const home = s.cx.vectors.get(e);
      if (home?.kind === "chunks") f.get(home.locals[chunk]!);
      return;
    }
    case "tir.Load":
      return emitVectorLoad(s, e, chunk);
    case "tir.Cast":
      return emitVectorCast(s, e, chunk);
    case "tir.Binary":
      return emitVectorBinary(s, e, chunk);
    case "tir.Compare":
      return emitVectorCompare(s, e, chunk);
    case "tir.Logic": {
      const width = maskWidth(e);
      emitMask(s, e.a, chunk, width);
      emitMask(s, e.b, chunk, width);
      return f.op(e.op === "and" ? "v128.and" : "v128.or");
    }
    case "tir.Unary":
      part(e.a);
      if (e.op === "neg") {
        f.op(`${shapeOf(e.dtype)}.neg`);
        return wrapLanes(s, e.dtype);
      }
      f.op("v128.not");
      return e.dtype.code === "bool" ? undefined : wrapLanes(s, e.dtype);
    case "tir.IfThenElse": {
      s.cx.emit(e.cond);
      const branch = (value: PrimExpr) => (): void =>
        s.cx.region.inside(() => emitChunk(vectorState(s.cx, s.group), value, chunk));
      return f.if("v128", branch(e.then), branch(e.otherwise));
    }
    case "tir.Let":
      return emitVectorLet(s, e, chunk);
    case "tir.Shuffle":
      return emitShuffle(s.cx, e, chunk, s.group, (vector, at) => emitChunk(s, vector, at));
    case "tir.Select": {
      const extreme = extremeOf(s.cx, e);
      if (extreme !== undefined) {
        extreme.args.forEach(part);
        return f.op(`${shapeOf(e.dtype)}.${extreme.op}` as PlainOp);
      }
      part(e.then);
      part(e.otherwise);
      emitMask(s, e.cond, chunk, shapeOf(e.dtype).endsWith("x2") ? 64 : 32);
      return f.op("v128.bitselect");
    }
    case "tir.Call":
      return emitVectorCall(s, e, chunk);
    default:
      throw new Error(`no vector code for ${e.kind}`);
  }
}

/** `p < q ? q : p` and `p < q ? p : q` of floats are single instructions, not-a-numbers included. */
function extremeOf(
  cx: FunctionContext,
  { cond, then, otherwise }: Select,
): { readonly op: "pmax" | "pmin"; readonly args: readonly PrimExpr[] } | undefined {
  if (cond.kind !== "tir.Compare" || !isFloat(cond.a.dtype)) return undefined;
  if (cond.op !== "lt" && cond.op !== "gt") return undefined;
  const [p, q] = cond.op === "lt" ? [cond.a, cond.b] : [cond.b, cond.a];
  const same = (x: PrimExpr, y: PrimExpr): boolean =>
    x === y || (!readsMemory(x) && cx.terms.keyOf(x) === cx.terms.keyOf(y));
  if (same(then, q) && same(otherwise, p)) return { op: "pmax", args: [p, q] };
  return same(then, p) && same(otherwise, q) ? { op: "pmin", args: [q, p] } : undefined;
}

/** The value is computed where the first part of the body is. */
function emitVectorLet(s: VectorState, e: Let, chunk: number): void {
  const { cx } = s;
  const { f } = cx;
  const at = s.lets.get(e.var);
  if (e.var.dtype.lanes === 1) {
    if (at === undefined) {
      const local = f.local(registerOf(e.var.dtype));
      cx.emit(coerce(e.value, e.var.dtype));
      f.set(local);
      bindLocal(cx, e.var, local);
      s.lets.set(e.var, [local]);
    }
    return emitChunk(s, e.body, chunk);
  }
  if (at === undefined) {
    const value = coerce(e.value, e.var.dtype);
    const locals = Array.from({ length: e.var.dtype.lanes / s.group }, (_, part) => {
      const local = f.local("v128");
      emitChunk(s, value, part);
      f.set(local);
      return local;
    });
    s.lets.set(e.var, locals);
    cx.vectors.set(e.var, { kind: "chunks", group: s.group, locals });
  }
  emitChunk(s, e.body, chunk);
}

function emitRamp(s: VectorState, e: Extract<PrimExpr, { kind: "tir.Ramp" }>, chunk: number): void {
  const { f } = s.cx;
  const wide = registerOf(e.base.dtype) === "i64";
  const shape = wide ? "i64x2" : "i32x4";
  s.cx.emit(e.base);
  f.op(`${shape}.splat`);
  s.cx.emit(e.stride);
  f.op(`${shape}.splat`);
  const ids = new DataView(new ArrayBuffer(16));
  for (let k = 0; k < (wide ? 2 : 4); k++) {
    const lane = chunk * s.group + k;
    if (wide) ids.setBigInt64(8 * k, BigInt(lane), true);
    else ids.setInt32(4 * k, lane, true);
  }
  f.v128(new Uint8Array(ids.buffer));
  f.op(`${shape}.mul`);
  f.op(`${shape}.add`);
}

function emitSplat(s: VectorState, e: Extract<PrimExpr, { kind: "tir.Broadcast" }>): void {
  const { f } = s.cx;
  const known = s.splats.get(e);
  if (known !== undefined) return f.get(known);
  const local = f.local("v128");
  s.splats.set(e, local);
  if (e.value.kind === "tir.Load" && isSplatLoad(s.cx, e.value)) {
    const { value } = e;
    const place = placeOf(s.cx, value.buffer, value.indices);
    const bits = value.dtype.bits as 32 | 64;
    loadOnce(s.cx, value, `splat${bits}`, place, () =>
      f.memory(`v128.load${bits}_splat`, place.offset),
    );
    return f.tee(local);
  }
  s.cx.emit(e.value);
  if (e.dtype.code === "bool") {
    // As a mask: 0 or −1.
    f.op("i32x4.splat");
    f.op("i32x4.neg");
  } else f.op(`${shapeOf(e.dtype)}.splat`);
  f.tee(local);
}

/** Whether one instruction loads the element into all lanes. */
const isSplatLoad = (cx: FunctionContext, e: Load): boolean =>
  e.predicate === undefined &&
  !cx.promoted.has(e.buffer) &&
  (e.dtype.bits === 32 || e.dtype.bits === 64) &&
  e.dtype.code !== "bool" &&
  e.dtype.code !== "handle";

function emitVectorLoad(s: VectorState, e: Load, chunk: number): void {
  const { f } = s.cx;
  const home = s.cx.vectors.get(e.buffer.data);
  if (home?.kind === "chunks") return f.get(home.locals[chunk]!);
  const ramp = contiguous(e);
  if (ramp === undefined) return emitGather(s.cx, e, chunk, s.group);
  const type = laneOf(e.dtype);
  const bytes = bytesOf(type);
  const place = placeOf(s.cx, e.buffer, [...e.indices.slice(0, -1), ramp.base]);
  const offset = place.offset + chunk * s.group * bytes;
  loadOnce(s.cx, e, `${type.name}:${s.group}`, { ...place, offset }, () => {
    if (bytes * s.group === 16) return f.memory("v128.load", offset, 2);
    if (bytes * s.group === 8 && bytes === 4) return f.memory("v128.load64_zero", offset, 2);
    const sign = isSigned(type) ? "s" : "u";
    if (bytes === 2) return f.memory(`v128.load16x4_${sign}`, offset, 1);
    f.memory("v128.load32_zero", offset, 0);
    f.op(`i16x8.extend_low_i8x16_${sign}`);
    f.op(`i32x4.extend_low_i16x8_${sign}`);
    if (type.bits < 8) wrapLanes(s, type);
  });
}

/** Pushes what `read` makes of the address on the stack; a value that is known to be there already is used again. */
function loadOnce(cx: FunctionContext, e: Load, how: string, at: Place, read: () => void): void {
  const { f } = cx;
  const key = `${at.local}:${at.offset}:${how}`;
  const isStable = !e.indices.some(readsMemory);
  const known = isStable ? cx.region.loaded(key) : undefined;
  if (known !== undefined) return f.get(known);
  f.get(at.local);
  read();
  if (!isStable) return;
  const local = f.local("v128");
  f.tee(local);
  cx.region.addLoaded(key, local);
}

/** Wraps 32-bit lanes to the width of a narrower integer type. */
function wrapLanes(s: VectorState, type: DType): void {
  const { f } = s.cx;
  const { bits, code } = laneOf(type);
  if (isFloat(type) || bits >= 32 || code === "bool") return;
  f.i32(32 - bits);
  f.op("i32x4.shl");
  f.i32(32 - bits);
  f.op(code === "int" ? "i32x4.shr_s" : "i32x4.shr_u");
}

/** Pushes a condition as a mask of the given lane width. */
function emitMask(s: VectorState, e: PrimExpr, chunk: number, width: 32 | 64): void {
  const { f } = s.cx;
  emitChunk(s, e, chunk);
  const have = maskWidth(e);
  if (have === width) return;
  if (width === 64) return f.op("i64x2.extend_low_i32x4_s");
  pickLowWords(s);
}

/** The low 32 bits of both 64-bit lanes, in the low half. */
function pickLowWords(s: VectorState): void {
  const { f } = s.cx;
  const v = f.local("v128");
  f.tee(v);
  f.get(v);
  f.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
}

function emitVectorCast(s: VectorState, e: Cast, chunk: number): void {
  const { f } = s.cx;
  const from = laneOf(e.value.dtype);
  const to = laneOf(e.dtype);
  if (from.code === "bool" && to.code !== "bool") {
    emitMask(s, e.value, chunk, 32);
    if (isFloat(to)) f.f32(1);
    else f.i32(1);
    f.op(isFloat(to) ? "f32x4.splat" : "i32x4.splat");
    return f.op("v128.and");
  }
  emitChunk(s, e.value, chunk);
  if (from === to) return;
  if (to.code === "bool") {
    if (isFloat(from)) {
      if (from.bits === 64) f.f64(0);
      else f.f32(0);
    } else f.i32(0);
    f.op(`${shapeOf(from)}.splat`);
    return f.op(`${shapeOf(from)}.ne`);
  }
  const fromSign = isUnsigned(from) ? "u" : "s";
  if (isFloat(from) && isFloat(to)) {
    if (from.bits < to.bits) f.op("f64x2.promote_low_f32x4");
    else if (from.bits > to.bits) f.op("f32x4.demote_f64x2_zero");
  } else if (isFloat(from)) {
    const sign = isUnsigned(to) ? "u" : "s";
    f.op(from.bits === 64 ? `i32x4.trunc_sat_f64x2_${sign}_zero` : `i32x4.trunc_sat_f32x4_${sign}`);
  } else if (isFloat(to)) {
    f.op(
      to.bits === 64 ? `f64x2.convert_low_i32x4_${fromSign}` : `f32x4.convert_i32x4_${fromSign}`,
    );
  } else {
    if (from.bits === 64 && to.bits < 64) pickLowWords(s);
    else if (from.bits < 64 && to.bits === 64) f.op(`i64x2.extend_low_i32x4_${fromSign}`);
    if (to.bits < 32) wrapLanes(s, to);
  }
}

function emitVectorBinary(s: VectorState, e: Binary, chunk: number): void {
  const { f } = s.cx;
  const type = laneOf(e.dtype);
  const shape = shapeOf(type);
  const sign = isUnsigned(type) ? "u" : "s";
  if (isFloat(type) && (e.op === "min" || e.op === "max")) {
    // pmin(b, a) is `a < b ? a : b`.
    emitChunk(s, e.b, chunk);
    emitChunk(s, e.a, chunk);
    return f.op(`${shape}.p${e.op}` as PlainOp);
  }
  const pairs = s.group === 4 ? pairProductOf(s.cx, e) : undefined;
  if (pairs !== undefined) {
    emitPairs(s.cx, pairs.vector, "pairs", chunk * 16, "v128.load");
    emitPairs(s.cx, pairs.scalar, "splat32", 0, "v128.load32_splat");
    return f.op("i32x4.dot_i16x8_s");
  }
  if (s.cx.shared.fma && isFloat(type) && emitFused(s, e, chunk)) return;
  emitChunk(s, e.a, chunk);
  switch (e.op) {
    case "shl":
    case "shr":
      f.i32(splatConstant(e.b)!);
      f.op(`${shape}.${e.op === "shl" ? "shl" : `shr_${sign}`}` as PlainOp);
      return wrapLanes(s, type);
    case "floordiv":
      f.i32(Math.log2(splatConstant(e.b)!));
      return f.op(`${shape}.shr_${sign}` as PlainOp);
    case "floormod":
      if (shape === "i64x2") f.i64(splatConstant(e.b)! - 1);
      else f.i32(splatConstant(e.b)! - 1);
      f.op(`${shape}.splat`);
      return f.op("v128.and");
    default:
  }
  emitChunk(s, e.b, chunk);
  switch (e.op) {
    case "bitand":
      return f.op("v128.and");
    case "bitor":
      return f.op("v128.or");
    case "bitxor":
      return f.op("v128.xor");
    case "min":
    case "max":
      return f.op(`${shape}.${e.op}_${sign}` as PlainOp);
    default:
      f.op(`${shape}.${e.op}` as PlainOp);
      wrapLanes(s, type);
  }
}

function emitPairs(
  cx: FunctionContext,
  e: Load,
  how: string,
  shift: number,
  instruction: "v128.load" | "v128.load32_splat",
): void {
  const place = placeOf(cx, e.buffer, firstLane(e));
  const at = { ...place, offset: place.offset + shift };
  loadOnce(cx, e, how, at, () => cx.f.memory(instruction, at.offset, 1));
}

/** `a·b + c` and `c − a·b` by one rounding; false when it is neither. */
function emitFused(s: VectorState, { op, a, b, dtype }: Binary, chunk: number): boolean {
  const isProduct = (x: PrimExpr): x is Binary =>
    x.kind === "tir.Binary" && x.op === "mul" && x.dtype === dtype;
  const [product, rest] = op === "add" && isProduct(a) ? [a, b] : [b, a];
  if ((op !== "add" && op !== "sub") || !isProduct(product)) return false;
  for (const operand of [product.a, product.b, rest]) emitChunk(s, operand, chunk);
  const shape = shapeOf(dtype) as "f32x4" | "f64x2";
  s.cx.f.op(`${shape}.${op === "add" ? "relaxed_madd" : "relaxed_nmadd"}`);
  return true;
}

function emitVectorCompare(s: VectorState, e: Compare, chunk: number): void {
  const type = laneOf(e.a.dtype);
  const shape = shapeOf(type);
  const plain = isFloat(type) || e.op === "eq" || e.op === "ne";
  emitChunk(s, e.a, chunk);
  emitChunk(s, e.b, chunk);
  s.cx.f.op(`${shape}.${e.op}${plain ? "" : isUnsigned(type) ? "_u" : "_s"}` as PlainOp);
}

function emitVectorCall(s: VectorState, e: Call, chunk: number): void {
  for (const arg of e.args) emitChunk(s, arg as PrimExpr, chunk);
  if (e.op === "reinterpret") return;
  const instruction = Object.hasOwn(vectorInstructions, e.op)
    ? vectorInstructions[e.op]
    : undefined;
  if (instruction !== undefined) return s.cx.f.op(`${shapeOf(e.dtype)}.${instruction}` as PlainOp);
  emitVectorProgram(s.cx, e.op, e.dtype.bits === 64 ? "f64" : "f32");
}
