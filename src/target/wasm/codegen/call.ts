/** Intrinsic calls. */
import type { Call, PrimExpr } from "../../../ir/tir/expr.js";
import { binary, intImm } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, dtype, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { definedIntrinsics, definitionOf, namedType, operandOf } from "../../intrinsic.js";
import { codes } from "../codes.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { emitLow32, emitPointerTo } from "./address.js";
import { emitCast } from "./cast.js";
import { coerce } from "../../coerce.js";
import { stop, type FunctionContext } from "./context.js";
import { emitRemainder, roundToType } from "./float.js";
import { emitHostCall } from "./host-call.js";
import { laneAt, LANE_OF_REGISTER } from "./lanes.js";
import { emitReturn } from "./leave.js";
import { elementaryRoutine } from "./program.js";
import { emitMultiplyShift, emitMultiplyShiftPerAxis } from "./multiply-shift.js";
import { emitNextAfter, emitScaleByPower, powerRoutine } from "./float-bits.js";
import { isSmallFloat, isUnsigned, registerOf, wrapToWidth } from "./register.js";
import { decodeRoutine, encodeRoutine } from "./small-float.js";
import { emitRegisterLane } from "./register-lane.js";

type Emit = (cx: FunctionContext, e: Call) => void;

/** One native float instruction whose result needs no rounding to the type. */
const native =
  (name: string): Emit =>
  (cx, e) => {
    if (!isFloat(e.dtype))
      throw new DiagnosticError(codes.unsupportedIntrinsic({ name: e.op, at: e.span }));
    cx.emit(coerce(operandOf(e, 0), e.dtype));
    cx.f.op(`${registerOf(e.dtype)}.${name}` as PlainOp);
    roundToType(cx, e.dtype);
  };

const identity: Emit = (cx, e) => cx.emit(operandOf(e, 0));
const nothing: Emit = () => undefined;

const intrinsics: Readonly<Record<string, Emit>> = {
  sqrt(cx, e) {
    native("sqrt")(cx, e);
    roundToType(cx, e.dtype);
  },
  floor: (cx, e) => (isFloat(e.dtype) ? native("floor")(cx, e) : identity(cx, e)),
  ceil: (cx, e) => (isFloat(e.dtype) ? native("ceil")(cx, e) : identity(cx, e)),
  trunc: (cx, e) => (isFloat(e.dtype) ? native("trunc")(cx, e) : identity(cx, e)),
  nearbyint: (cx, e) => (isFloat(e.dtype) ? native("nearest")(cx, e) : identity(cx, e)),
  rint: (cx, e) => (isFloat(e.dtype) ? native("nearest")(cx, e) : identity(cx, e)),
  round: (cx, e) => (isFloat(e.dtype) ? native("nearest")(cx, e) : identity(cx, e)),
  fabs: emitAbs,
  abs: emitAbs,
  copysign(cx, e) {
    cx.emit(coerce(operandOf(e, 0), e.dtype));
    cx.emit(coerce(operandOf(e, 1), e.dtype));
    cx.f.op(`${registerOf(e.dtype)}.copysign` as PlainOp);
    roundToType(cx, e.dtype);
  },
  pow: emitPower,
  power: emitPower,
  ldexp: emitScaleByPower,
  nextafter: emitNextAfter,
  dp4a: emitDotOfFour,
  fmod(cx, e) {
    cx.emit(coerce(operandOf(e, 0), e.dtype));
    cx.emit(coerce(operandOf(e, 1), e.dtype));
    emitRemainder(cx, e.dtype);
  },
  isnan(cx, e) {
    const x = operandOf(e, 0);
    if (!isFloat(x.dtype)) return cx.f.i32(0);
    const reg = registerOf(x.dtype);
    const local = cx.f.local(reg);
    cx.emit(x);
    cx.f.tee(local);
    cx.f.get(local);
    cx.f.op(`${reg}.ne` as PlainOp);
  },
  isinf: (cx, e) => emitAgainstInfinity(cx, operandOf(e, 0), "eq", 0),
  isfinite: (cx, e) => emitAgainstInfinity(cx, operandOf(e, 0), "lt", 1),
  popcount(cx, e) {
    const x = operandOf(e, 0);
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
    const x = operandOf(e, 0);
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
  assume: nothing,
  check_index: emitCheckedIndex,
  undef: (cx, e) => emitZero(cx, e.dtype),
  prefetch: nothing,
  start_profile_intrinsic: nothing,
  end_profile_intrinsic: nothing,
  reinterpret: emitReinterpret,
  isnullptr(cx, e) {
    cx.emit(operandOf(e, 0));
    cx.f.op("i32.eqz");
  },
  address_of: emitAddressOf,
  tvm_access_ptr(cx, e) {
    const element = namedType(e.args[0]);
    cx.emit(operandOf(e, 1));
    emitLow32(cx, operandOf(e, 2));
    cx.f.i32(bytesOf(element));
    cx.f.op("i32.mul");
    cx.f.op("i32.add");
  },
  handle_add_byte_offset(cx, e) {
    cx.emit(operandOf(e, 0));
    emitLow32(cx, operandOf(e, 1));
    cx.f.op("i32.add");
  },
  q_multiply_shift: (cx, e) =>
    emitMultiplyShift(
      cx,
      [0, 1, 2, 3].map((i) => operandOf(e, i)) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr],
    ),
  q_multiply_shift_per_axis: (cx, e) =>
    emitMultiplyShiftPerAxis(
      cx,
      [0, 1, 2, 3, 4].map((i) => operandOf(e, i)),
    ),
  ret: (cx, e) => emitReturn(cx, e.args.length === 0 ? undefined : operandOf(e, 0)),
  call_extern: emitHostCall,
  call_pure_extern: emitHostCall,
  call_packed: emitHostCall,
  call_cpacked: emitHostCall,
  call_packed_lowered: emitHostCall,
  tvm_call_packed: emitHostCall,
  [LANE_OF_REGISTER]: (cx, e) => emitRegisterLane(cx, e),
};

/** Names of the intrinsics with a WebAssembly form, elementary functions apart. */
export const intrinsicNames: readonly string[] = [
  ...Object.keys(intrinsics),
  ...definedIntrinsics,
].filter((n) => !n.startsWith("wasm."));

/** Pushes the value of an intrinsic call (nothing for those without a value). */
export function emitCall(cx: FunctionContext, e: Call): void {
  const emit = Object.hasOwn(intrinsics, e.op) ? intrinsics[e.op] : undefined;
  if (emit !== undefined) return emit(cx, e);
  const definition = definitionOf(e);
  return definition === undefined ? emitElementary(cx, e) : cx.emit(definition);
}

function emitElementary(cx: FunctionContext, e: Call): void {
  const width = e.dtype.code !== "handle" && e.dtype.bits === 64 ? "f64" : "f32";
  const routine = isFloat(e.dtype) ? elementaryRoutine(cx.shared, e.op, width) : undefined;
  if (routine === undefined)
    throw new DiagnosticError(codes.unsupportedIntrinsic({ name: e.op, at: e.span }));
  routine.params.forEach((_, i) => cx.emit(coerce(operandOf(e, i), e.dtype)));
  cx.f.call(routine);
  roundToType(cx, e.dtype);
}

/** Integer powers multiply; a negative exponent stops, as there is no result. */
function emitPower(cx: FunctionContext, e: Call): void {
  if (isFloat(e.dtype)) return emitElementary(cx, { ...e, op: "pow" });
  const reg = registerOf(e.dtype) as "i32" | "i64";
  cx.emit(coerce(operandOf(e, 0), e.dtype));
  cx.emit(coerce(operandOf(e, 1), e.dtype));
  cx.f.call(powerRoutine(cx.shared, reg));
  if (reg === "i32") wrapToWidth(cx.f, e.dtype);
}

/** Sum of the products of four bytes each, added to the third operand. */
function emitDotOfFour(cx: FunctionContext, e: Call): void {
  const lanes = [0, 1, 2, 3].map((k) => {
    const [a, b] = [laneAt(cx, operandOf(e, 0), k), laneAt(cx, operandOf(e, 1), k)];
    return binary("mul", coerce(a, e.dtype), coerce(b, e.dtype));
  });
  cx.emit(
    lanes.reduce<PrimExpr>(
      (sum, product) => binary("add", sum, product),
      coerce(operandOf(e, 2), e.dtype),
    ),
  );
}

function emitAbs(cx: FunctionContext, e: Call): void {
  if (isFloat(e.dtype)) return native("abs")(cx, e);
  const x = coerce(operandOf(e, 0), e.dtype);
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
  const x = operandOf(e, e.args.length - 1);
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
  const target = operandOf(e, 0);
  if (target.kind !== "tir.Load")
    throw new DiagnosticError(
      codegenCodes.operand({ index: 1, name: e.op, expected: "a buffer element", at: e.span }),
    );
  const indices = target.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));
  emitPointerTo(cx, target.buffer, indices);
}

/** `T.check_index(index, extent, "A[i]")` */
function emitCheckedIndex(cx: FunctionContext, e: Call): void {
  const { f } = cx;
  const reg = registerOf(e.dtype);
  const local = f.local(reg);
  cx.emit(coerce(operandOf(e, 0), e.dtype));
  f.tee(local);
  cx.emit(coerce(operandOf(e, 1), e.dtype));
  f.op(`${reg}.ge_s` as PlainOp);
  f.get(local);
  if (reg === "i64") f.i64(0n);
  else f.i32(0);
  f.op(`${reg}.lt_s` as PlainOp);
  f.op("i32.or");
  const name = e.args[2];
  const access = name?.kind === "tir.StringImm" ? `\`${name.value}\`` : "an access";
  const message = `${access} is outside its buffer`;
  f.if(undefined, () => stop(cx, { kind: "bounds", message, span: e.span }));
  f.get(local);
}
