/** Stores of scalars and vectors. */
import type { Store } from "../../../ir/tir/stmt.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { bytesOf, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import type { Local } from "../encoder/function.js";
import { emitAddress } from "./address.js";
import { coerce } from "../../coerce.js";
import type { Chunks, FunctionContext } from "./context.js";
import { emitStore, emitStoreAt } from "./element.js";
import { laneAt } from "./lanes.js";
import { registerOf, shapeOf } from "./register.js";
import { contiguous, groupFor, type Group } from "./vector-plan.js";
import { emitChunk, vectorState } from "./vector.js";

/** All values of a vector are computed before the first is written. */
export function emitStoreStmt(cx: FunctionContext, s: Store): void {
  const home = cx.vectors.get(s.buffer.data);
  if (home?.kind === "chunks") return emitToRegisters(cx, s, home);
  const lanes = Math.max(s.value.dtype.lanes, ...s.indices.map((i) => i.dtype.lanes));
  if (lanes > 1) {
    const ramp = contiguous(s);
    const value = coerce(s.value, s.buffer.dtype);
    const isGrouped =
      ramp !== undefined && !cx.promoted.has(s.buffer) && s.value.dtype.lanes === lanes;
    const group = isGrouped ? groupFor(cx, [value]) : undefined;
    if (group !== undefined && groupCanStore(s.buffer.dtype, group))
      return emitGrouped(cx, s, value, group);
    return emitByLane(cx, s, lanes);
  }
  if (s.predicate === undefined) return emitStore(cx, s.buffer, s.indices, s.value);
  cx.emit(s.predicate);
  cx.f.if(undefined, () => cx.region.inside(() => emitStore(cx, s.buffer, s.indices, s.value)));
}

/** All parts are computed before the first changes. */
function emitToRegisters(cx: FunctionContext, s: Store, home: Chunks): void {
  const { f } = cx;
  const value = coerce(s.value, laneOf(s.buffer.dtype));
  if (groupFor(cx, [value]) === home.group) {
    const state = vectorState(cx, home.group);
    home.locals.forEach((_, chunk) => emitChunk(state, value, chunk));
  } else {
    const shape = shapeOf(s.buffer.dtype);
    home.locals.forEach((_, chunk) => {
      for (let lane = 0; lane < home.group; lane++) {
        cx.emit(laneAt(cx, value, chunk * home.group + lane));
        if (lane === 0) f.op(`${shape}.splat`);
        else f.lane(`${shape}.replace_lane`, lane);
      }
    });
  }
  for (const local of [...home.locals].reverse()) f.set(local);
}

const groupCanStore = (type: DType, group: Group): boolean =>
  type.code !== "bool" && (group === 4 || bytesOf(laneOf(type)) >= 4);

function emitGrouped(cx: FunctionContext, s: Store, value: PrimExpr, group: Group): void {
  const { f } = cx;
  const lanes = value.dtype.lanes;
  const chunks = Math.floor(lanes / group);
  const state = vectorState(cx, group);
  const values: Local[] = [];
  for (let c = 0; c < chunks; c++) {
    const local = f.local("v128");
    emitChunk(state, value, c);
    f.set(local);
    values.push(local);
  }
  const tail: Local[] = [];
  for (let lane = chunks * group; lane < lanes; lane++) {
    const local = f.local(registerOf(laneOf(value.dtype)));
    cx.emit(laneAt(cx, value, lane));
    f.set(local);
    tail.push(local);
  }
  const address = f.local("i32");
  const ramp = contiguous(s)!;
  const offset = emitAddress(cx, s.buffer, [...s.indices.slice(0, -1), ramp.base]);
  f.set(address);
  const type = laneOf(s.buffer.dtype);
  const bytes = bytesOf(type);
  values.forEach((local, c) => {
    f.get(address);
    f.get(local);
    storeGroup(cx, type, group, offset + c * group * bytes);
  });
  tail.forEach((local, k) => {
    f.get(address);
    f.get(local);
    emitStoreAt(cx, type, offset + (chunks * group + k) * bytes);
  });
}

/** Takes address and vector; narrow integers are packed first. */
function storeGroup(cx: FunctionContext, type: DType, group: Group, offset: number): void {
  const { f } = cx;
  cx.region.forgetLoads();
  const bytes = bytesOf(type);
  if (bytes * group === 16) return f.memory("v128.store", offset, 2);
  if (bytes === 4) return f.laneMemory("v128.store64_lane", 0, offset);
  const v = f.local("v128");
  f.tee(v);
  f.get(v);
  if (bytes === 2) {
    f.op(isSigned(type) ? "i16x8.narrow_i32x4_s" : "i16x8.narrow_i32x4_u");
    return f.laneMemory("v128.store64_lane", 0, offset);
  }
  f.op("i16x8.narrow_i32x4_s");
  f.tee(v);
  f.get(v);
  f.op(isSigned(type) ? "i8x16.narrow_i16x8_s" : "i8x16.narrow_i16x8_u");
  f.laneMemory("v128.store32_lane", 0, offset);
}

function emitByLane(cx: FunctionContext, s: Store, lanes: number): void {
  const { f } = cx;
  const type = laneOf(s.buffer.dtype);
  const state = Array.from({ length: lanes }, (_, lane) => {
    const value = f.local(registerOf(type));
    const isOn = s.predicate === undefined ? undefined : f.local("i32");
    const compute = (): void => {
      cx.emit(coerce(laneAt(cx, s.value, lane), type));
      f.set(value);
    };
    const indices = s.indices.map((i) => laneAt(cx, i, lane));
    const promoted = cx.promoted.has(s.buffer);
    const address = promoted ? undefined : f.local("i32");
    let offset = 0;
    const locate = (): void => {
      if (address === undefined) return;
      offset = emitAddress(cx, s.buffer, indices);
      f.set(address);
    };
    if (isOn === undefined) {
      compute();
      locate();
    } else {
      cx.emit(laneAt(cx, s.predicate!, lane));
      f.tee(isOn);
      f.if(undefined, () =>
        cx.region.inside(() => {
          compute();
          locate();
        }),
      );
    }
    return { value, isOn, address, offset, indices };
  });
  for (const { value, isOn, address, offset, indices } of state) {
    const write = (): void => {
      if (address === undefined) {
        const [index] = indices;
        f.get(value);
        f.set(cx.promoted.get(s.buffer)![index?.kind === "tir.IntImm" ? Number(index.value) : 0]!);
        return;
      }
      f.get(address);
      f.get(value);
      emitStoreAt(cx, type, offset);
    };
    if (isOn === undefined) write();
    else {
      f.get(isOn);
      f.if(undefined, write);
    }
  }
}
