/**
 * Floats below 32 bits: rounding, storage bits and back, as helper functions of the module for any number of lanes.
 * Values are computed in f32 and rounded to nearest even after each operation.
 */
import { float64, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import {
  decodeFloat,
  floatFormat,
  type FloatFormat,
} from "../../../support/numeric/float-format.js";
import { functionText, type FunctionText, type Ref } from "../text/function.js";
import type { ModuleText } from "../text/module.js";
import type { FunctionContext } from "./context.js";
import { floatConstant, isDouble, splat, vectorOf } from "./type.js";

/** Instructions on a fixed number of lanes. */
interface Lanes {
  readonly f: FunctionText;
  /** A scalar type with all lanes. */
  type(scalar: string): string;
  constant(scalar: string, value: string): Ref;
  op(name: string, scalar: string, a: Ref, b: Ref): Ref;
  convert(name: string, from: string, a: Ref, to: string): Ref;
  select(cond: Ref, scalar: string, a: Ref, b: Ref): Ref;
  call(name: string, scalar: string, ...args: readonly Ref[]): Ref;
}

const MANGLED: Readonly<Record<string, string>> = { double: "f64", float: "f32" };

function lanesOf(f: FunctionText, lanes: number): Lanes {
  const type = (scalar: string): string => vectorOf(scalar, lanes);
  return {
    f,
    type,
    constant: (scalar, value) => splat(scalar, value, lanes),
    op: (name, scalar, a, b) => f.value(`${name} ${type(scalar)} ${a}, ${b}`),
    convert: (name, from, a, to) => f.value(`${name} ${type(from)} ${a} to ${type(to)}`),
    select: (cond, scalar, a, b) =>
      f.value(`select ${type("i1")} ${cond}, ${type(scalar)} ${a}, ${type(scalar)} ${b}`),
    call(name, scalar, ...args) {
      const suffix = `${lanes === 1 ? "" : `v${lanes}`}${MANGLED[scalar]!}`;
      const full = `llvm.${name}.${suffix}`;
      f.module.declare(
        full,
        type(scalar),
        args.map(() => type(scalar)),
      );
      const given = args.map((a) => `${type(scalar)} ${a}`).join(", ");
      return f.value(`call ${type(scalar)} @${full}(${given})`);
    },
  };
}

function helper(
  module: ModuleText,
  name: string,
  lanes: number,
  [from, to]: readonly [string, string],
  write: (v: Lanes, x: Ref) => Ref,
): (f: FunctionText, x: Ref) => Ref {
  const full = `${name}.v${lanes}`;
  const [source, result] = [vectorOf(from, lanes), vectorOf(to, lanes)];
  module.helper(full, () => {
    const f = functionText(module);
    f.ret(`ret ${result} ${write(lanesOf(f, lanes), "%x")}`);
    return f.render(`define internal ${result} @${full}(${source} %x) nounwind readnone`);
  });
  return (f, x) => f.value(`call ${result} @${full}(${source} ${x})`);
}

/** A float or double rounded to a small type, as float. */
export function roundToSmall(cx: FunctionContext, ref: Ref, from: DType, to: DType): Ref {
  const { f } = cx;
  const { lanes } = from;
  const format = floatFormat(to)!;
  const wide = vectorOf("double", lanes);
  const x = isDouble(from) ? ref : f.value(`fpext ${vectorOf("float", lanes)} ${ref} to ${wide}`);
  const write = format.exponentOnly ? writeRoundToPower : writeRound;
  const call = helper(
    cx.shared.module,
    `round.${laneOf(to).name}`,
    lanes,
    ["double", "float"],
    (v, value) => write(v, value, format),
  );
  return call(f, x);
}

function writeRound(v: Lanes, x: Ref, format: FloatFormat): Ref {
  const { mantissaBits: m, minExponent } = format;
  const real = (value: number): Ref => v.constant("double", floatConstant(value));
  const whole = (value: bigint): Ref => v.constant("i64", String(value));
  const size = v.call("fabs", "double", x);
  // Below the normal range the distance of neighbours is fixed.
  const step = real(2 ** (minExponent - m + 52));
  const small = v.op("fsub", "double", v.op("fadd", "double", size, step), step);
  const bits = v.convert("bitcast", "double", size, "i64");
  const shift = BigInt(52 - m);
  const odd = v.op("and", "i64", v.op("lshr", "i64", bits, whole(shift)), whole(1n));
  const up = v.op("add", "i64", v.op("add", "i64", bits, odd), whole((1n << (shift - 1n)) - 1n));
  const large = v.convert("bitcast", "i64", v.op("and", "i64", up, whole(-(1n << shift))), "double"); // prettier-ignore
  const isSmall = v.op("fcmp olt", "double", size, real(2 ** minExponent));
  const rounded = v.select(isSmall, "double", small, large);
  const beyond =
    format.overflow === "infinity" ? Infinity : format.overflow === "nan" ? NaN : format.maxFinite;
  const isBeyond = v.op("fcmp ogt", "double", rounded, real(format.maxFinite));
  const bounded = v.select(isBeyond, "double", real(beyond), rounded);
  let signed = v.call("copysign", "double", bounded, x);
  if (!format.hasNegativeZero) signed = v.op("fadd", "double", signed, real(0));
  const isNan = v.op("fcmp uno", "double", x, x);
  const nan = real(format.overflow === "saturate" ? -0 : NaN);
  return v.convert("fptrunc", "double", v.select(isNan, "double", nan, signed), "float");
}

/** Nearest power of two, the middle goes up; NaN for what is not positive and finite. */
function writeRoundToPower(v: Lanes, x: Ref, format: FloatFormat): Ref {
  const real = (value: number): Ref => v.constant("double", floatConstant(value));
  const smallest = 2 ** format.minExponent;
  const bits = v.convert("bitcast", "double", x, "i64");
  const power = v.op("and", "i64", bits, v.constant("i64", String(-(1n << 52n))));
  const low = v.convert("bitcast", "i64", power, "double");
  const rest = v.op("fsub", "double", x, low);
  const isUp = v.op("fcmp oge", "double", rest, v.op("fmul", "double", low, real(0.5)));
  const near = v.select(isUp, "double", v.op("fadd", "double", low, low), low);
  const isBeyond = v.op("fcmp ogt", "double", near, real(format.maxFinite));
  const bounded = v.select(isBeyond, "double", real(NaN), near);
  const isSmall = v.op("fcmp olt", "double", x, real(smallest));
  const some = v.select(isSmall, "double", real(smallest), bounded);
  const isPositive = v.op("fcmp ogt", "double", x, real(0));
  const isFinite = v.op("fcmp olt", "double", x, real(Infinity));
  const isRight = v.op("and", "i1", isPositive, isFinite);
  return v.convert("fptrunc", "double", v.select(isRight, "double", some, real(NaN)), "float");
}

const storageType = (format: FloatFormat): "i8" | "i16" => (format.bits <= 8 ? "i8" : "i16");

/** Float, already rounded to the type → bit pattern in 8 or 16 bits. */
export function encodeSmall(cx: FunctionContext, ref: Ref, type: DType): Ref {
  const format = floatFormat(type)!;
  const call = helper(
    cx.shared.module,
    `encode.${laneOf(type).name}`,
    type.lanes,
    ["float", storageType(format)],
    (v, x) => writeEncode(v, x, format),
  );
  return call(cx.f, ref);
}

function writeEncode(v: Lanes, x: Ref, format: FloatFormat): Ref {
  const { mantissaBits: m, minExponent } = format;
  const to = storageType(format);
  const word = (value: number): Ref => v.constant("i32", String(value));
  const real = (value: number): Ref => v.constant("double", floatConstant(value));
  const size = v.convert("fpext", "float", v.call("fabs", "float", x), "double");
  const top = v.op(
    "lshr",
    "i64",
    v.convert("bitcast", "double", size, "i64"),
    v.constant("i64", String(52 - m)),
  );
  const bias = (1023 + minExponent - (format.exponentOnly ? 0 : 1)) * 2 ** m;
  const significant = v.op("sub", "i32", v.convert("trunc", "i64", top, "i32"), word(bias));
  const isNan = v.op("fcmp uno", "float", x, x);
  const finish = (bits: Ref): Ref =>
    v.convert("trunc", "i32", v.select(isNan, "i32", word(format.nanBits), bits), to);
  if (format.exponentOnly) return finish(significant);
  const bits = v.convert("bitcast", "float", x, "i32");
  const sign = v.op("shl", "i32", v.op("lshr", "i32", bits, word(31)), word(format.bits - 1));
  const isSmall = v.op("fcmp olt", "double", size, real(2 ** minExponent));
  // What is not small is not converted: the result would be poison.
  const scaled = v.op("fmul", "double", size, real(2 ** (m - minExponent)));
  const kept = v.select(isSmall, "double", scaled, real(0));
  const fixed = v.convert("fptoui", "double", kept, "i32");
  let magnitude = v.select(isSmall, "i32", fixed, significant);
  if (format.overflow === "infinity") {
    const isInfinite = v.op("fcmp oeq", "double", size, real(Infinity));
    magnitude = v.select(isInfinite, "i32", word(format.nanBits - 2 ** (m - 1)), magnitude);
  }
  return finish(v.op("or", "i32", magnitude, sign));
}

/** Bit pattern in 8 or 16 bits → float. */
export function decodeSmall(cx: FunctionContext, ref: Ref, type: DType): Ref {
  const format = floatFormat(type)!;
  const { module } = cx.shared;
  const write = format.bits <= 8 ? writeDecodeByTable : format.mantissaBits === 7 ? writeDecodeBfloat : writeDecodeHalf; // prettier-ignore
  const call = helper(
    module,
    `decode.${laneOf(type).name}`,
    type.lanes,
    [storageType(format), "float"],
    (v, x) => write(v, x, format, type.lanes),
  );
  return call(cx.f, ref);
}

function writeDecodeByTable(v: Lanes, x: Ref, format: FloatFormat, lanes: number): Ref {
  const { f } = v;
  const { dialect } = f.module;
  const values = Float32Array.from({ length: 2 ** format.bits }, (_, bits) =>
    decodeFloat(format, bits),
  );
  const table = f.module.constant(new Uint8Array(values.buffer), 64);
  const bytes = `[${4 * values.length} x i8]`;
  const read = (bits: Ref): Ref => {
    const index = f.value(`and i8 ${bits}, ${2 ** format.bits - 1}`);
    const wide = f.value(`zext i8 ${index} to i64`);
    const offset = f.value(`shl i64 ${wide}, 2`);
    const at = f.value(
      `getelementptr ${bytes}, ${dialect.pointerTo(bytes)} ${table}, i64 0, i64 ${offset}`,
    );
    const pointer =
      dialect.pointerTo("float") === "ptr"
        ? at
        : f.value(`bitcast i8* ${at} to ${dialect.pointerTo("float")}`);
    return f.value(`load float, ${dialect.pointerTo("float")} ${pointer}, align 4`);
  };
  if (lanes === 1) return read(x);
  let out = "undef";
  for (let k = 0; k < lanes; k++) {
    const value = read(f.value(`extractelement ${v.type("i8")} ${x}, i32 ${k}`));
    out = f.value(`insertelement ${v.type("float")} ${out}, float ${value}, i32 ${k}`);
  }
  return out;
}

function writeDecodeBfloat(v: Lanes, x: Ref): Ref {
  const wide = v.convert("zext", "i16", x, "i32");
  return v.convert("bitcast", "i32", v.op("shl", "i32", wide, v.constant("i32", "16")), "float");
}

function writeDecodeHalf(v: Lanes, x: Ref): Ref {
  const word = (value: number): Ref => v.constant("i32", String(value));
  const bits = v.convert("zext", "i16", x, "i32");
  const size = v.op("and", "i32", bits, word(0x7fff));
  const isSmall = v.op("icmp ult", "i32", size, word(0x400));
  const scale = v.constant("float", floatConstant(2 ** -24));
  const small = v.op("fmul", "float", v.convert("uitofp", "i32", size, "float"), scale);
  const isFinite = v.op("icmp ult", "i32", size, word(0x7c00));
  const bias = v.select(isFinite, "i32", word(112 << 23), word(0x70000000));
  const shifted = v.op("add", "i32", v.op("shl", "i32", size, word(13)), bias);
  const large = v.convert("bitcast", "i32", shifted, "float");
  const magnitude = v.select(isSmall, "float", small, large);
  const sign = v.convert("bitcast", "i32", v.op("shl", "i32", bits, word(16)), "float");
  return v.call("copysign", "float", magnitude, sign);
}

/** The type in which doubles are, with as many lanes. */
export const doubles = (lanes: number): DType => withLanes(float64, lanes);
