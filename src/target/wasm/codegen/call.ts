/** Intrinsic calls. */
import type { Call, CallArg, PrimExpr } from "../../../ir/tir/expr.js";
import { binary, intImm } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, dtype, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { emitAddress, emitLow32 } from "./address.js";
import { emitCast } from "./cast.js";
import { coerce } from "./coerce.js";
import type { FunctionContext } from "./context.js";
import { emitRemainder, roundToType } from "./float.js";
import { emitHostCall } from "./host-call.js";
import { LANE_OF_REGISTER } from "./lanes.js";
import { emitReturn } from "./leave.js";
import { elementaryRoutine } from "./program.js";
import { emitMultiplyShift } from "./multiply-shift.js";
import { isSmallFloat, isUnsigned, registerOf } from "./register.js";
import { decodeRoutine, encodeRoutine } from "./small-float.js";
import { emitRegisterLane } from "./register-lane.js";

type Emit = (cx: FunctionContext, e: Call) => void;

/** The scalar operand at a position. */
export function operand(e: Call, index: number): PrimExpr {
  const arg: CallArg | undefined = e.args[index];
  if (arg === undefined || !("dtype" in arg) || arg.kind === "tir.Buffer") {
    throw new DiagnosticError(
      codes.operand({
        index: index + 1,
        name: e.op,
        expected: "a scalar",
        at: arg?.span ?? e.span,
      }),
    );
  }
  return arg;
}

/** One native float instruction, rounded to the type. */
const native =
  (name: string): Emit =>
  (cx, e) => {
    cx.emit(coerce(operand(e, 0), e.dtype));
    cx.f.op(`${registerOf(e.dtype)}.${name}` as PlainOp);
    roundToType(cx, e.dtype);
  };

const identity: Emit = (cx, e) => cx.emit(operand(e, 0));
const nothing: Emit = () => undefined;

const intrinsics: Readonly<Record<string, Emit>> = {
  sqrt: native("sqrt"),
  floor: (cx, e) => (isFloat(e.dtype) ? native("floor")(cx, e) : identity(cx, e)),
  ceil: (cx, e) => (isFloat(e.dtype) ? native("ceil")(cx, e) : identity(cx, e)),
  trunc: (cx, e) => (isFloat(e.dtype) ? native("trunc")(cx, e) : identity(cx, e)),
  nearbyint: (cx, e) => (isFloat(e.dtype) ? native("nearest")(cx, e) : identity(cx, e)),
  rint: (cx, e) => (isFloat(e.dtype) ? native("nearest")(cx, e) : identity(cx, e)),
  round: emitRound,
  fabs: emitAbs,
  abs: emitAbs,
  copysign(cx, e) {
    cx.emit(coerce(operand(e, 0), e.dtype));
    cx.emit(coerce(operand(e, 1), e.dtype));
    cx.f.op(`${registerOf(e.dtype)}.copysign` as PlainOp);
  },
  fmod(cx, e) {
    cx.emit(coerce(operand(e, 0), e.dtype));
    cx.emit(coerce(operand(e, 1), e.dtype));
    emitRemainder(cx, e.dtype, false);
  },
  isnan(cx, e) {
    const x = operand(e, 0);
    if (!isFloat(x.dtype)) return cx.f.i32(0);
    const reg = registerOf(x.dtype);
    const local = cx.f.local(reg);
    cx.emit(x);
    cx.f.tee(local);
    cx.f.get(local);
    cx.f.op(`${reg}.ne` as PlainOp);
  },
  isinf: (cx, e) => emitAgainstInfinity(cx, operand(e, 0), "eq", 0),
  isfinite: (cx, e) => emitAgainstInfinity(cx, operand(e, 0), "lt", 1),
  popcount(cx, e) {
    const x = operand(e, 0);
    const reg = registerOf(x.dtype);
    cx.emit(x);
    if (x.dtype.bits < 32 && x.dtype.code === "int") {
      cx.f.i32(2 ** x.dtype.bits - 1);
      cx.f.op("i32.and");
    }
    cx.f.op(`${reg}.popcnt` as PlainOp);
    emitCast(cx, dtype(reg === "i64" ? "int64" : "int32"), e.dtype);
  },
  clz(cx, e) {
    const x = operand(e, 0);
    const reg = registerOf(x.dtype);
    cx.emit(x);
    if (x.dtype.bits < 32) {
      cx.f.i32(32 - x.dtype.bits);
      cx.f.op("i32.shl");
      cx.f.i32(2 ** (32 - x.dtype.bits) - 1);
      cx.f.op("i32.or");
    }
    cx.f.op(`${reg}.clz` as PlainOp);
    emitCast(cx, dtype(reg === "i64" ? "int64" : "int32"), e.dtype);
  },
  likely: identity,
  assume: nothing,
  undef: (cx, e) => emitZero(cx, e.dtype),
  prefetch: nothing,
  start_profile_intrinsic: nothing,
  end_profile_intrinsic: nothing,
  reinterpret: emitReinterpret,
  large_uint_imm(cx, e) {
    const part = (i: number): bigint => {
      const arg = operand(e, i);
      return arg.kind === "tir.IntImm" ? BigInt.asUintN(32, BigInt(arg.value)) : 0n;
    };
    cx.emit(intImm((part(1) << 32n) | part(0), e.dtype));
  },
  isnullptr(cx, e) {
    cx.emit(operand(e, 0));
    cx.f.op("i32.eqz");
  },
  address_of: emitAddressOf,
  tvm_access_ptr(cx, e) {
    const element = operand(e, 0).dtype;
    cx.emit(operand(e, 1));
    emitLow32(cx, operand(e, 2));
    cx.f.i32(bytesOf(element));
    cx.f.op("i32.mul");
    cx.f.op("i32.add");
  },
  handle_add_byte_offset(cx, e) {
    cx.emit(operand(e, 0));
    emitLow32(cx, operand(e, 1));
    cx.f.op("i32.add");
  },
  q_multiply_shift: (cx, e) =>
    emitMultiplyShift(
      cx,
      [0, 1, 2, 3].map((i) => operand(e, i)) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr],
    ),
  ret: (cx, e) => emitReturn(cx, e.args.length === 0 ? undefined : operand(e, 0)),
  call_extern: emitHostCall,
  call_pure_extern: emitHostCall,
  [LANE_OF_REGISTER]: (cx, e) => emitRegisterLane(cx, e),
};

/** Names of the intrinsics with a WebAssembly form, elementary functions apart. */
export const intrinsicNames: readonly string[] = Object.keys(intrinsics).filter(
  (n) => !n.startsWith("wasm."),
);

/** Pushes the value of an intrinsic call (nothing for those without a value). */
export function emitCall(cx: FunctionContext, e: Call): void {
  const emit = Object.hasOwn(intrinsics, e.op) ? intrinsics[e.op] : undefined;
  if (emit !== undefined) return emit(cx, e);
  const width = e.dtype.code !== "handle" && e.dtype.bits === 64 ? "f64" : "f32";
  const routine = isFloat(e.dtype) ? elementaryRoutine(cx.shared, e.op, width) : undefined;
  if (routine === undefined)
    throw new DiagnosticError(codes.unsupportedIntrinsic({ name: e.op, at: e.span }));
  routine.params.forEach((_, i) => cx.emit(coerce(operand(e, i), e.dtype)));
  cx.f.call(routine);
  roundToType(cx, e.dtype);
}

/** Half away from zero; `x − trunc(x)` is exact. */
function emitRound(cx: FunctionContext, e: Call): void {
  const { f } = cx;
  const x = operand(e, 0);
  if (!isFloat(e.dtype)) return cx.emit(x);
  const reg = registerOf(e.dtype) as "f32" | "f64";
  const value = f.local(reg);
  const whole = f.local(reg);
  const push = (v: number): void => (reg === "f32" ? f.f32(v) : f.f64(v));
  cx.emit(coerce(x, e.dtype));
  f.tee(value);
  f.op(`${reg}.trunc`);
  f.tee(whole);
  push(1);
  push(0);
  f.get(value);
  f.get(whole);
  f.op(`${reg}.sub`);
  f.op(`${reg}.abs`);
  push(0.5);
  f.op(`${reg}.ge`);
  f.op("select");
  f.get(value);
  f.op(`${reg}.copysign`);
  f.op(`${reg}.add`);
  f.get(value);
  f.op(`${reg}.copysign`);
  roundToType(cx, e.dtype);
}

function emitAbs(cx: FunctionContext, e: Call): void {
  if (isFloat(e.dtype)) return native("abs")(cx, e);
  const x = coerce(operand(e, 0), e.dtype);
  if (isUnsigned(e.dtype)) return cx.emit(x);
  cx.emit(binary("max", x, binary("sub", intImm(0, laneOf(e.dtype)), x)));
}

function emitAgainstInfinity(
  cx: FunctionContext,
  x: PrimExpr,
  op: "eq" | "lt",
  forIntegers: number,
): void {
  if (!isFloat(x.dtype)) return cx.f.i32(forIntegers);
  const reg = registerOf(x.dtype) as "f32" | "f64";
  cx.emit(x);
  cx.f.op(`${reg}.abs`);
  if (reg === "f32") cx.f.f32(Infinity);
  else cx.f.f64(Infinity);
  cx.f.op(`${reg}.${op}`);
}

function emitZero(cx: FunctionContext, type: DType): void {
  const reg = registerOf(type);
  if (reg === "i32") cx.f.i32(0);
  else if (reg === "i64") cx.f.i64(0);
  else if (reg === "f32") cx.f.f32(0);
  else cx.f.f64(0);
}

/** The same bits as another type of the same width. */
function emitReinterpret(cx: FunctionContext, e: Call): void {
  const { f } = cx;
  const x = operand(e, e.args.length - 1);
  const from = laneOf(x.dtype);
  const to = laneOf(e.dtype);
  cx.emit(x);
  if (from === to) return;
  if (isSmallFloat(from)) f.call(encodeRoutine(cx.shared, from));
  else if (registerOf(from) === "f32") f.op("i32.reinterpret_f32");
  else if (registerOf(from) === "f64") f.op("i64.reinterpret_f64");
  if (isSmallFloat(to)) {
    f.i32(to.bits === 16 ? 0xffff : 0xff);
    f.op("i32.and");
    f.call(decodeRoutine(cx.shared, to));
  } else if (registerOf(to) === "f32") f.op("f32.reinterpret_i32");
  else if (registerOf(to) === "f64") f.op("f64.reinterpret_i64");
  else if (registerOf(to) === "i32") emitCast(cx, dtype(isUnsigned(to) ? "int32" : "uint32"), to);
}

function emitAddressOf(cx: FunctionContext, e: Call): void {
  const target = operand(e, 0);
  if (target.kind !== "tir.Load")
    throw new DiagnosticError(
      codes.operand({ index: 1, name: e.op, expected: "a buffer element", at: e.span }),
    );
  const indices = target.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));
  const offset = emitAddress(cx, target.buffer, indices);
  if (offset === 0) return;
  cx.f.i32(offset);
  cx.f.op("i32.add");
}
