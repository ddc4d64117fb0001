/** Intrinsic calls, on scalars and on vectors. */
import type { Call, PrimExpr } from "../../../ir/tir/expr.js";
import { binary,cast,compare,floatImm,intImm,select } from "../../../ir/tir/expr.js"; // prettier-ignore
import { DiagnosticError } from "../../../support/diagnostic.js";
import {
  bool,
  bytesOf,
  float64,
  int32,
  int64,
  int8,
  isFloat,
  isInteger,
  laneOf,
  tryDType,
  uint8,
  withLanes,
  type DType,
} from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { definedIntrinsics, definitionOf, namedType, operandOf } from "../../intrinsic.js";
import { codes } from "../codes.js";
import type { Ref } from "../text/function.js";
import { emitCast } from "./cast.js";
import { stopIf, type FunctionContext } from "./context.js";
import { emitElementaryFunction } from "./elementary.js";
import { emitAs, emitExpr, pickLanes } from "./expr.js";
import { emitRemainder, roundToType } from "./float.js";
import { emitHostCall } from "./host-call.js";
import { emitIndex, indexOp } from "./index-value.js";
import { emitReturn } from "./leave.js";
import { addressOf } from "./memory.js";
import { decodeSmall, encodeSmall } from "./small-float.js";
import { powerHelper } from "./power.js";
import { floatConstant, isDouble, isSmallFloat, isUnsigned, mangled, splat } from "./type.js";
import {
  binaryOp,
  integer,
  intrinsic,
  laneOfValue,
  selectOp,
  splatValue,
  typeOf,
  vectorOfLanes,
} from "./value.js";

/** Gives the value; the empty text for what has none. */
type Emit = (cx: FunctionContext, e: Call) => Ref;

const refused = (e: Call): never => {
  throw new DiagnosticError(codes.noLlvmForm({ what: `\`T.${e.op}\``, at: e.span }));
};

/** An LLVM intrinsic on floats. */
const native =
  (name: string): Emit =>
  (cx, e) => {
    if (!isFloat(e.dtype)) return refused(e);
    return roundToType(cx, intrinsic(cx, name, e.dtype, emitAs(cx, operandOf(e, 0), e.dtype)), e.dtype); // prettier-ignore
  };
/** Rounding to whole numbers; integers are whole. */
const whole =
  (name: string): Emit =>
  (cx, e) =>
    isFloat(e.dtype) ? native(name)(cx, e) : emitAs(cx, operandOf(e, 0), e.dtype);

const nothing: Emit = () => "";

const intrinsics: Readonly<Record<string, Emit>> = {
  sqrt: native("sqrt"),
  floor: whole("floor"),
  ceil: whole("ceil"),
  trunc: whole("trunc"),
  nearbyint: whole("nearbyint"),
  rint: whole("nearbyint"),
  round: whole("nearbyint"),
  fabs: emitAbs,
  abs: emitAbs,
  copysign: (cx, e) =>
    intrinsic(
      cx,
      "copysign",
      e.dtype,
      emitAs(cx, operandOf(e, 0), e.dtype),
      emitAs(cx, operandOf(e, 1), e.dtype),
    ),
  pow: emitPower,
  power: emitPower,
  ldexp: (cx, e) => perLane(cx, e, (args) => scaleByPower(cx, e.dtype, args[0]!, args[1]!), int32),
  nextafter: emitNextAfter,
  dp4a: emitDotOfFour,
  fmod: (cx, e) =>
    emitRemainder(
      cx,
      e.dtype,
      emitAs(cx, operandOf(e, 0), e.dtype),
      emitAs(cx, operandOf(e, 1), e.dtype),
    ),
  isnan(cx, e) {
    const x = operandOf(e, 0);
    if (!isFloat(x.dtype)) return integer(cx, e.dtype, 0);
    const ref = emitExpr(cx, x);
    return binaryOp(cx, "fcmp uno", x.dtype, ref, ref);
  },
  isinf: (cx, e) => againstInfinity(cx, e, "fcmp oeq", 0),
  isfinite: (cx, e) => againstInfinity(cx, e, "fcmp olt", 1),
  popcount(cx, e) {
    const x = operandOf(e, 0);
    const count = intrinsic(cx, "ctpop", x.dtype, emitExpr(cx, x));
    return emitCast(cx, count, asUnsigned(x.dtype), e.dtype);
  },
  clz(cx, e) {
    const x = operandOf(e, 0);
    const type = typeOf(cx, x.dtype);
    const name = `llvm.ctlz.${mangled(x.dtype)}`;
    cx.shared.module.declare(name, type, [type, "i1"]);
    const count = cx.f.value(`call ${type} @${name}(${type} ${emitExpr(cx, x)}, i1 false)`);
    return emitCast(cx, count, asUnsigned(x.dtype), e.dtype);
  },
  assume: nothing,
  check_index: emitCheckedIndex,
  undef: (cx, e) => (e.dtype.lanes > 1 ? "zeroinitializer" : emitExpr(cx, zeroImm(e.dtype))),
  prefetch: emitPrefetch,
  start_profile_intrinsic: nothing,
  end_profile_intrinsic: nothing,
  reinterpret: emitReinterpret,
  isnullptr: (cx, e) =>
    cx.f.value(
      `icmp eq ${cx.shared.module.dialect.pointer} ${emitExpr(cx, operandOf(e, 0))}, null`,
    ),
  address_of(cx, e) {
    const target = operandOf(e, 0);
    if (target.kind !== "tir.Load")
      throw new DiagnosticError(
        codegenCodes.operand({ index: 1, name: e.op, expected: "a buffer element", at: e.span }),
      );
    const indices = target.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));
    return addressOf(cx, target.buffer, indices);
  },
  tvm_access_ptr: (cx, e) =>
    byteOffset(
      cx,
      emitExpr(cx, operandOf(e, 1)),
      indexOp(cx, "mul", emitIndex(cx, operandOf(e, 2)), String(bytesOf(namedType(e.args[0])))),
    ),
  handle_add_byte_offset: (cx, e) =>
    byteOffset(cx, emitExpr(cx, operandOf(e, 0)), emitIndex(cx, operandOf(e, 1))),
  q_multiply_shift(cx, e) {
    const [x, y, q, s] = [0, 1, 2, 3].map((i) => operandOf(e, i)) as [
      PrimExpr,
      PrimExpr,
      PrimExpr,
      PrimExpr,
    ];
    const zero = like(x, 0);
    const isLeft = compare("gt", wide(s, x), zero);
    const left = select(isLeft, wide(s, x), zero);
    const right = binary("add", select(isLeft, zero, binary("sub", zero, wide(s, x))), wide(q, x));
    return emitExpr(cx, rounded(binary("mul", binary("shl", wide(x, x), left), wide(y, x)), right));
  },
  q_multiply_shift_per_axis(cx, e) {
    const all = [0, 1, 2, 3, 4].map((i) => operandOf(e, i));
    const [x, y, left, right, q] = all.map((o) => wide(o, all[0]!)) as [
      PrimExpr,
      PrimExpr,
      PrimExpr,
      PrimExpr,
      PrimExpr,
    ];
    return emitExpr(cx, rounded(binary("mul", binary("shl", x, left), y), binary("add", right, q)));
  },
  vectorlow: (cx, e) => halfOf(cx, e, 0),
  vectorhigh: (cx, e) => halfOf(cx, e, e.dtype.lanes),
  vectorcombine(cx, e) {
    const parts = [operandOf(e, 0), operandOf(e, 1)];
    const vectors = parts.map((p) => ({ ref: emitExpr(cx, p), type: p.dtype }));
    return pickLanes(
      cx,
      vectors,
      Array.from({ length: e.dtype.lanes }, (_, k) => k),
    );
  },
  get_active_lane_mask(cx, e) {
    const { lanes } = e.dtype;
    const type = withLanes(int64, lanes);
    const base = splatValue(cx, emitIndex(cx, operandOf(e, 0)), type);
    const numbers = `<${Array.from({ length: lanes }, (_, k) => `i64 ${k}`).join(", ")}>`;
    const limit = splatValue(cx, emitIndex(cx, operandOf(e, 1)), type);
    return binaryOp(cx, "icmp slt", type, binaryOp(cx, "add", type, base, numbers), limit);
  },
  ret: (cx, e) => {
    emitReturn(cx, e.args.length === 0 ? undefined : operandOf(e, 0));
    return "";
  },
  call_extern: emitHostCall,
  call_pure_extern: emitHostCall,
  call_packed: emitHostCall,
  call_cpacked: emitHostCall,
  call_packed_lowered: emitHostCall,
  tvm_call_packed: emitHostCall,
};

/** Names of the intrinsics with a native form, elementary functions apart. */
export const intrinsicNames: readonly string[] = [...Object.keys(intrinsics), ...definedIntrinsics];

/** The value of an intrinsic call; the empty text for those without one. */
export function emitCall(cx: FunctionContext, e: Call): Ref {
  const emit = Object.hasOwn(intrinsics, e.op) ? intrinsics[e.op] : undefined;
  if (emit !== undefined) return emit(cx, e);
  const definition = definitionOf(e);
  return definition === undefined ? emitElementary(cx, e) : emitExpr(cx, definition);
}

function emitElementary(cx: FunctionContext, e: Call): Ref {
  if (!isFloat(e.dtype)) return refused(e);
  const args = e.args.map((_, i) => emitAs(cx, operandOf(e, i), e.dtype));
  const width = isDouble(e.dtype) ? "f64" : "f32";
  const value = emitElementaryFunction(cx, e.op, width, e.dtype.lanes, args);
  return value === undefined ? refused(e) : roundToType(cx, value, e.dtype);
}

/** A function that exists for scalars only, on each lane; the second operand is of the type given, if any. */
function perLane(
  cx: FunctionContext,
  e: Call,
  scalar: (args: readonly Ref[]) => Ref,
  second = laneOf(e.dtype),
): Ref {
  const { lanes } = e.dtype;
  const types = e.args.map((_, i) => withLanes(i === 1 ? second : laneOf(e.dtype), lanes));
  const args = types.map((type, i) => emitAs(cx, operandOf(e, i), type));
  const values = Array.from({ length: lanes }, (_, k) =>
    scalar(args.map((a, i) => laneOfValue(cx, a, types[i]!, k))),
  );
  return vectorOfLanes(cx, laneOf(e.dtype), values);
}

/** Integer powers multiply; a negative exponent gives 0. */
function emitPower(cx: FunctionContext, e: Call): Ref {
  if (isFloat(e.dtype)) return emitElementary(cx, { ...e, op: "pow" });
  const type = laneOf(e.dtype);
  const name = powerHelper(cx.shared.module, type.bits, isUnsigned(type));
  const text = typeOf(cx, type);
  return perLane(cx, e, ([x, n]) =>
    cx.f.value(`call ${text} @${name}(${text} ${x!}, ${text} ${n!})`),
  );
}

/** `x · 2^n`, rounded once. */
function scaleByPower(cx: FunctionContext, type: DType, x: Ref, n: Ref): Ref {
  const lane = laneOf(type);
  cx.shared.module.declare("ldexp", "double", ["double", "i32"]);
  const exact = isDouble(lane) ? x : cx.f.value(`fpext float ${x} to double`);
  const scaled = cx.f.value(`call double @ldexp(double ${exact}, i32 ${n})`);
  return isDouble(lane) ? scaled : emitCast(cx, scaled, float64, lane);
}

/** The neighbour of the first operand towards the second; float32 and float64 only. */
function emitNextAfter(cx: FunctionContext, e: Call): Ref {
  const lane = laneOf(e.dtype);
  if (isSmallFloat(lane) || !isFloat(lane)) return refused(e);
  const name = isDouble(lane) ? "nextafter" : "nextafterf";
  const text = typeOf(cx, lane);
  cx.shared.module.declare(name, text, [text, text]);
  return perLane(cx, e, ([x, y]) =>
    cx.f.value(`call ${text} @${name}(${text} ${x!}, ${text} ${y!})`),
  );
}

const zeroImm = (type: DType): PrimExpr => (isFloat(type) ? floatImm(0, type) : intImm(0, type));

/** Bits of the vector instruction for so many sums. */
const DOT_WIDTHS: Readonly<Record<number, number>> = { 4: 128, 8: 256, 16: 512 };

/** Sum of the products of four bytes each, added to the third operand. */
function emitDotOfFour(cx: FunctionContext, e: Call): Ref {
  const [x, y] = [operandOf(e, 0), operandOf(e, 1)];
  const [a, b] = [emitExpr(cx, x), emitExpr(cx, y)];
  let sum = emitAs(cx, operandOf(e, 2), e.dtype);
  const native = DOT_WIDTHS[e.dtype.lanes];
  const isNative =
    cx.shared.machine.vnni === true &&
    native !== undefined &&
    native <= cx.shared.machine.vectorBits &&
    laneOf(e.dtype) === int32 &&
    laneOf(x.dtype) === uint8 &&
    laneOf(y.dtype) === int8;
  if (isNative) {
    const type = typeOf(cx, e.dtype);
    const name = `llvm.x86.avx512.vpdpbusd.${native}`;
    cx.shared.module.declare(name, type, [type, type, type]);
    const words = (ref: Ref, from: DType): string =>
      `${type} ${cx.f.value(`bitcast ${typeOf(cx, from)} ${ref} to ${type}`)}`;
    return cx.f.value(
      `call ${type} @${name}(${type} ${sum}, ${words(a, x.dtype)}, ${words(b, y.dtype)})`,
    );
  }
  for (let k = 0; k < 4; k++) {
    const lanes = Array.from({ length: e.dtype.lanes }, (_, i) => 4 * i + k);
    const part = (ref: Ref, type: DType): Ref => {
      const picked = pickLanes(cx, [{ ref, type }], lanes);
      return emitCast(cx, picked, withLanes(laneOf(type), lanes.length), e.dtype);
    };
    const product = binaryOp(cx, "mul", e.dtype, part(a, x.dtype), part(b, y.dtype));
    sum = binaryOp(cx, "add", e.dtype, sum, product);
  }
  return sum;
}

function emitAbs(cx: FunctionContext, e: Call): Ref {
  if (isFloat(e.dtype)) return native("fabs")(cx, e);
  const x = emitAs(cx, operandOf(e, 0), e.dtype);
  if (isUnsigned(e.dtype)) return x;
  const negative = binaryOp(cx, "sub", e.dtype, integer(cx, e.dtype, 0), x);
  return selectOp(cx, binaryOp(cx, "icmp sgt", e.dtype, x, negative), e.dtype, x, negative);
}

function againstInfinity(cx: FunctionContext, e: Call, test: string, forIntegers: 0 | 1): Ref {
  const x = operandOf(e, 0);
  if (!isFloat(x.dtype)) return integer(cx, e.dtype, forIntegers);
  const size = intrinsic(cx, "fabs", x.dtype, emitExpr(cx, x));
  const infinity = splat(isDouble(x.dtype) ? "double" : "float", floatConstant(Infinity), x.dtype.lanes); // prettier-ignore
  return binaryOp(cx, test, x.dtype, size, infinity);
}

const asUnsigned = (type: DType): DType =>
  isInteger(type) ? (tryDType(`uint${type.bits}${type.lanes > 1 ? `x${type.lanes}` : ""}`) ?? type) : type; // prettier-ignore

/** The same bits as another type. */
function emitReinterpret(cx: FunctionContext, e: Call): Ref {
  const x = operandOf(e, e.args.length - 1);
  const from = x.dtype;
  const to = e.dtype;
  const ref = emitExpr(cx, x);
  if (from === to) return ref;
  const bitsOf = (type: DType): string => {
    const bits = type.code === "bool" ? 8 : type.bits;
    const stored = isFloat(type) ? 8 * bytesOf(laneOf(type)) : bits;
    return type.lanes === 1 ? `i${stored}` : `<${type.lanes} x i${stored}>`;
  };
  let bits = ref;
  if (isSmallFloat(from)) bits = encodeSmall(cx, ref, from);
  else if (isFloat(from))
    bits = cx.f.value(`bitcast ${typeOf(cx, from)} ${ref} to ${bitsOf(from)}`);
  else if (from.code === "bool")
    bits = cx.f.value(`zext ${typeOf(cx, from)} ${ref} to ${bitsOf(from)}`);
  const [source, target] = [bitsOf(from), bitsOf(to)];
  if (source !== target) {
    const width = (type: DType): number => type.lanes * Number(/i(\d+)/.exec(bitsOf(type))![1]);
    if (width(from) === width(to)) bits = cx.f.value(`bitcast ${source} ${bits} to ${target}`);
    else if (from.lanes === to.lanes)
      bits = cx.f.value(
        `${width(from) < width(to) ? "zext" : "trunc"} ${source} ${bits} to ${target}`,
      );
    else return refused(e);
  }
  if (isSmallFloat(to)) return decodeSmall(cx, bits, to);
  if (isFloat(to)) return cx.f.value(`bitcast ${target} ${bits} to ${typeOf(cx, to)}`);
  if (to.code === "bool")
    return cx.f.value(`icmp ne ${target} ${bits}, ${splat("i8", "0", to.lanes)}`);
  return bits;
}

const byteOffset = (cx: FunctionContext, pointer: Ref, offset: Ref): Ref =>
  cx.f.value(`getelementptr i8, ${cx.shared.module.dialect.pointer} ${pointer}, i64 ${offset}`);

/** In 64 bits, with the lanes of another. */
const wide = (e: PrimExpr, other: PrimExpr): PrimExpr =>
  e.kind === "tir.IntImm" && other.dtype.lanes === 1
    ? intImm(e.value, int64)
    : cast(e, withLanes(int64, e.dtype.lanes));
const like = (other: PrimExpr, value: number): PrimExpr => {
  const type = withLanes(int64, other.dtype.lanes);
  const one = intImm(value, int64);
  return type.lanes === 1
    ? one
    : { kind: "tir.Broadcast", value: one, lanes: intImm(type.lanes), dtype: type };
};

/** `(product + half) / 2^shift` as 32 bits; halves are rounded up. */
function rounded(product: PrimExpr, shift: PrimExpr): PrimExpr {
  const one = like(product, 1);
  const half = binary("shl", one, binary("sub", shift, one));
  return cast(
    binary("shr", binary("add", product, half), shift),
    withLanes(int32, product.dtype.lanes),
  );
}

function halfOf(cx: FunctionContext, e: Call, first: number): Ref {
  const x = operandOf(e, 0);
  const picks = Array.from({ length: e.dtype.lanes }, (_, k) => first + k);
  return pickLanes(cx, [{ ref: emitExpr(cx, x), type: x.dtype }], picks);
}

/** `T.prefetch(address, for writing, locality, 1 for data)` */
function emitPrefetch(cx: FunctionContext, e: Call): Ref {
  const { module } = cx.shared;
  const p = module.dialect.pointer;
  const number = (i: number, fallback: number): number => {
    const arg = e.args[i];
    return arg?.kind === "tir.IntImm" ? Number(arg.value) : fallback;
  };
  const name = `llvm.prefetch.${module.dialect.mangledPointer("i8")}`;
  module.declare(name, "void", [p, "i32", "i32", "i32"]);
  const address = emitExpr(cx, operandOf(e, 0));
  const hints = [number(1, 0), number(2, 3), number(3, 1)].map((n) => `i32 ${n}`).join(", ");
  cx.f.line(`call void @${name}(${p} ${address}, ${hints})`);
  return "";
}

/** `T.check_index(index, extent, "A[i]")` */
function emitCheckedIndex(cx: FunctionContext, e: Call): Ref {
  const type = e.dtype;
  const ref = emitAs(cx, operandOf(e, 0), type);
  const extent = emitAs(cx, operandOf(e, 1), type);
  const isBeyond = binaryOp(cx, "icmp sge", type, ref, extent);
  const isBelow = binaryOp(cx, "icmp slt", type, ref, integer(cx, type, 0));
  const isOutside = binaryOp(cx, "or", withLanes(bool, type.lanes), isBeyond, isBelow);
  const name = e.args[2];
  const access = name?.kind === "tir.StringImm" ? `\`${name.value}\`` : "an access";
  const message = `${access} is outside its buffer`;
  stopIf(cx, isOutside, { kind: "bounds", message, span: e.span });
  return ref;
}
