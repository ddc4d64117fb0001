/** C for intrinsic calls. */
import { binary, intImm, type Call, type PrimExpr } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { dtype,int32,isFloat,laneOf,type DType } from "../../../support/dtype.js"; // prettier-ignore
import { codegenCodes } from "../../codes.js";
import { definedIntrinsics, definitionOf, namedType, operandOf } from "../../intrinsic.js";
import { codes } from "../codes.js";
import { bitsRoutine, fromBitsRoutine } from "../routine/bits.js";
import { countRoutine, nextAfterRoutine, powerRoutine, scaleRoutine } from "../routine/number.js";
import { elementaryRoutine } from "../routine/elementary.js";
import { decodeRoutine, encodeRoutine } from "../routine/small-float.js";
import { castPiece, wrapped } from "./cast.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType, emitPointer } from "./element.js";
import { emitExpr, named } from "./expr.js";
import { mathName, rounded } from "./float.js";
import { emitHostCall } from "./host-call.js";
import { LANE } from "./lanes.js";
import { emitReturn } from "./leave.js";
import { emitMultiplyShift, emitMultiplyShiftPerAxis } from "./multiply-shift.js";
import { emitPrefetch } from "./prefetch.js";
import { stopIf } from "./stop.js";
import {
  called,
  conditional,
  converted,
  infix,
  level,
  prefix,
  primary,
  type Piece,
} from "./text.js";
import { isSmallFloat, isUnsigned, laneName, scalarType } from "./types.js";
import { emitJoined, emitLaneCall, pickLane } from "./vector.js";
import { addressOf } from "./vector-native.js";

type Emit = (cx: FunctionContext, e: Call) => Piece;

const unsupported = (e: Call): never => {
  throw new DiagnosticError(codes.unsupportedIntrinsic({ name: e.op, at: e.span }));
};

/** A function of `math.h` on floats. */
const maths =
  (name: string): Emit =>
  (cx, e) => {
    if (!isFloat(e.dtype)) return unsupported(e);
    const args = e.args.map((_, k) => emitExpr(cx, coerce(operandOf(e, k), e.dtype)));
    return rounded(cx.shared, called(mathName(name, e.dtype), ...args), e.dtype);
  };

/** As {@link maths}; integers are whole already. */
const rounding =
  (name: string): Emit =>
  (cx, e) =>
    isFloat(e.dtype) ? maths(name)(cx, e) : emitExpr(cx, operandOf(e, 0));

const nothing: Emit = () => primary("");

const intrinsics: Readonly<Record<string, Emit>> = {
  sqrt: maths("sqrt"),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  trunc: rounding("trunc"),
  nearbyint: rounding("rint"),
  rint: rounding("rint"),
  round: rounding("rint"),
  fabs: emitAbs,
  abs: emitAbs,
  copysign: maths("copysign"),
  fmod: maths("fmod"),
  pow: emitPower,
  power: emitPower,
  ldexp(cx, e) {
    const x = emitExpr(cx, coerce(operandOf(e, 0), e.dtype));
    const n = emitExpr(cx, coerce(operandOf(e, 1), int32));
    const scaled = called(scaleRoutine(cx.shared), converted("double", x), n);
    if (isSmallFloat(e.dtype)) return rounded(cx.shared, converted("float", scaled), e.dtype);
    return e.dtype.bits === 64 ? scaled : converted("float", scaled);
  },
  nextafter(cx, e) {
    if (!isFloat(e.dtype) || e.dtype.bits < 32) return unsupported(e);
    const args = [0, 1].map((k) => emitExpr(cx, coerce(operandOf(e, k), e.dtype)));
    return called(nextAfterRoutine(cx.shared, e.dtype.bits === 64 ? "f64" : "f32"), ...args);
  },
  dp4a: emitDotOfFour,
  isnan(cx, e) {
    const arg = operandOf(e, 0);
    if (!isFloat(arg.dtype)) return primary("0");
    const x = named(cx, emitExpr(cx, arg), arg.dtype, "x");
    return infix("!=", x, x);
  },
  isinf: (cx, e) => emitAgainstInfinity(cx, operandOf(e, 0), "==", "0"),
  isfinite: (cx, e) => emitAgainstInfinity(cx, operandOf(e, 0), "<", "1"),
  popcount: (cx, e) => emitCount(cx, e, "popcount"),
  clz: (cx, e) => emitCount(cx, e, "clz"),
  assume: nothing,
  check_index: emitCheckedIndex,
  undef: (_, e) => primary(isFloat(e.dtype) ? "0.0f" : "0"),
  prefetch: emitPrefetch,
  start_profile_intrinsic: nothing,
  end_profile_intrinsic: nothing,
  reinterpret: emitReinterpret,
  isnullptr: (cx, e) => prefix("!", emitExpr(cx, operandOf(e, 0))),
  address_of(cx, e) {
    const target = operandOf(e, 0);
    if (target.kind !== "tir.Load")
      throw new DiagnosticError(
        codegenCodes.operand({ index: 1, name: e.op, expected: "a buffer element", at: e.span }),
      );
    const at = target.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));
    return addressOf(cx, target.buffer, at);
  },
  tvm_access_ptr(cx, e) {
    const element = elementType(namedType(e.args[0]));
    const data = e.args[1];
    const base =
      data?.kind === "tir.Buffer" ? emitPointer(cx, data) : emitExpr(cx, operandOf(e, 1));
    const offset = emitExpr(cx, operandOf(e, 2), true);
    return infix("+", primary(`((${element} *)${base.text})`), offset);
  },
  handle_add_byte_offset: (cx, e) =>
    infix("+", primary(`((uint8_t *)${emitExpr(cx, operandOf(e, 0)).text})`), emitExpr(cx, operandOf(e, 1), true)), // prettier-ignore
  q_multiply_shift: (cx, e) =>
    emitMultiplyShift(
      cx,
      [0, 1, 2, 3].map((i) => operandOf(e, i)),
    ),
  q_multiply_shift_per_axis: (cx, e) =>
    emitMultiplyShiftPerAxis(cx, [0, 1, 2, 3, 4].map((i) => operandOf(e, i))), // prettier-ignore
  ret(cx, e) {
    emitReturn(cx, e.args.length === 0 ? undefined : operandOf(e, 0));
    return primary("");
  },
  call_extern: emitHostCall,
  call_pure_extern: emitHostCall,
  call_packed: emitHostCall,
  call_cpacked: emitHostCall,
  call_packed_lowered: emitHostCall,
  tvm_call_packed: emitHostCall,
  [LANE]: emitLaneCall,
};

/** Names of the intrinsics with a C form, elementary functions apart. */
export const intrinsicNames: readonly string[] = [
  ...Object.keys(intrinsics),
  ...definedIntrinsics,
].filter((n) => n !== LANE);

/** The value of an intrinsic call; an empty text for those without a value. */
export function emitCall(cx: FunctionContext, e: Call): Piece {
  const emit = Object.hasOwn(intrinsics, e.op) ? intrinsics[e.op] : undefined;
  if (emit !== undefined) return emit(cx, e);
  const definition = definitionOf(e);
  return definition === undefined ? emitElementary(cx, e) : emitExpr(cx, definition);
}

function emitElementary(cx: FunctionContext, e: Call): Piece {
  const width = e.dtype.bits === 64 ? "f64" : "f32";
  const routine = isFloat(e.dtype) ? elementaryRoutine(cx.shared, e.op, width) : undefined;
  if (routine === undefined) return unsupported(e);
  const args = e.args.map((_, k) => emitExpr(cx, coerce(operandOf(e, k), e.dtype)));
  return rounded(cx.shared, called(routine, ...args), e.dtype);
}

/** Integer powers multiply; a negative exponent stops, as there is no result. */
function emitPower(cx: FunctionContext, e: Call): Piece {
  if (isFloat(e.dtype)) return emitElementary(cx, { ...e, op: "pow" });
  const x = emitExpr(cx, coerce(operandOf(e, 0), e.dtype));
  const n = named(cx, emitExpr(cx, coerce(operandOf(e, 1), e.dtype)), e.dtype, "exponent");
  if (!isUnsigned(e.dtype) && !/^\d/.test(n.text))
    stopIf(cx, `${n.text} < 0`, { kind: "unreachable", message: "negative power of an integer", span: e.span }); // prettier-ignore
  return wrapped(cx.shared, called(powerRoutine(cx.shared, laneName(e.dtype)), x, n), e.dtype);
}

/** Sum of the products of four bytes each, added to the third operand. */
function emitDotOfFour(cx: FunctionContext, e: Call): Piece {
  const lane = (i: number, k: number): PrimExpr => coerce(pickLane(cx, operandOf(e, i), intImm(k)), e.dtype); // prettier-ignore
  const products = [0, 1, 2, 3].map((k) => binary("mul", lane(0, k), lane(1, k)));
  return emitExpr(
    cx,
    products.reduce<PrimExpr>((sum, p) => binary("add", sum, p), coerce(operandOf(e, 2), e.dtype)),
  );
}

function emitAbs(cx: FunctionContext, e: Call): Piece {
  if (isFloat(e.dtype)) return maths("fabs")(cx, e);
  const x = coerce(operandOf(e, 0), e.dtype);
  if (isUnsigned(e.dtype)) return emitExpr(cx, x);
  const value = named(cx, emitExpr(cx, x), e.dtype, "x");
  const unsigned = e.dtype.bits === 64 ? "uint64_t" : "uint32_t";
  const negated = converted(scalarType(e.dtype), infix("-", primary("0u"), converted(unsigned, value))); // prettier-ignore
  return conditional(infix("<", value, primary("0")), negated, value);
}

function emitAgainstInfinity(
  cx: FunctionContext,
  x: PrimExpr,
  op: "==" | "<",
  forIntegers: string,
): Piece {
  // prettier-ignore
  if (!isFloat(x.dtype)) return primary(forIntegers);
  const infinity = x.dtype.bits === 64 ? "(double)INFINITY" : "INFINITY";
  return infix(op, called(mathName("fabs", x.dtype), emitExpr(cx, x)), { text: infinity, level: level.unary }); // prettier-ignore
}

function emitCount(cx: FunctionContext, e: Call, which: "popcount" | "clz"): Piece {
  const x = operandOf(e, 0);
  const routine = countRoutine(cx.shared, which, x.dtype.bits);
  const c = x.dtype.bits === 64 ? "uint64_t" : "uint32_t";
  const pattern = converted(c, emitExpr(cx, x));
  const masked = x.dtype.bits < 32 ? infix("&", pattern, primary(`${2 ** x.dtype.bits - 1}u`)) : pattern; // prettier-ignore
  return castPiece(cx.shared, called(routine, masked), int32, e.dtype);
}

/** The same bits as another type of the same width. */
function emitReinterpret(cx: FunctionContext, e: Call): Piece {
  const x = operandOf(e, e.args.length - 1);
  if (x.dtype.lanes > 1) return emitJoined(cx, e, x);
  const [from, to] = [laneOf(x.dtype), laneOf(e.dtype)];
  const value = emitExpr(cx, x);
  if (from === to) return value;
  const floatWidth = (t: DType): "f32" | "f64" => (t.bits === 64 ? "f64" : "f32");
  let bits = value;
  if (isSmallFloat(from)) bits = called(encodeRoutine(cx.shared, from), value);
  else if (isFloat(from)) bits = called(bitsRoutine(cx.shared, floatWidth(from)), value);
  if (isSmallFloat(to))
    return called(decodeRoutine(cx.shared, to), converted(elementType(to), bits));
  if (isFloat(to)) return called(fromBitsRoutine(cx.shared, floatWidth(to)), converted(to.bits === 64 ? "int64_t" : "int32_t", bits)); // prettier-ignore
  const source = dtype(`${isFloat(from) ? "uint" : from.code === "bool" ? "uint" : from.code}${from.bits}`); // prettier-ignore
  return castPiece(cx.shared, bits, isFloat(from) && from.bits >= 32 ? dtype(`int${from.bits}`) : source, to); // prettier-ignore
}

/** `T.check_index(index, extent, "A[i]")` */
function emitCheckedIndex(cx: FunctionContext, e: Call): Piece {
  const index = named(cx, emitExpr(cx, coerce(operandOf(e, 0), e.dtype), true), e.dtype, "index");
  const extent = emitExpr(cx, coerce(operandOf(e, 1), e.dtype), true);
  const name = e.args[2];
  const access = name?.kind === "tir.StringImm" ? `\`${name.value}\`` : "an access";
  const below = infix("<", index, primary("0"));
  const outside = infix("||", below, infix(">=", index, extent));
  stopIf(cx, outside.text, { kind: "bounds", message: `${access} is outside its buffer`, span: e.span }); // prettier-ignore
  return index;
}
