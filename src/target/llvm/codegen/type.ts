/**
 * How values are held: integers in as many bits as their type has, bool in one, float64 in double, all other floats
 * in float, already rounded to their type; vectors as vectors of these. In memory bool and integers below 8 bits take
 * a byte, floats below 32 bits their bit pattern.
 */
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../codes.js";
import type { Dialect } from "../../llvm-dialect.js";

/** Bytes of a line of the cache. */
export const CACHE_LINE = 64;

const spread = (type: string, lanes: number): string =>
  lanes === 1 ? type : `<${lanes} x ${type}>`;

/** The type of a value. */
export function registerType(dialect: Dialect, type: DType, at?: Span): string {
  if (type.scalable || type.code === "void")
    throw new DiagnosticError(codes.noLlvmForm({ what: `type \`${type.name}\``, at }));
  return spread(laneType(dialect, type), type.lanes);
}

function laneType(dialect: Dialect, type: DType): string {
  if (type.code === "handle") return dialect.pointer;
  if (type.code === "bool") return "i1";
  if (isFloat(type)) return type.bits === 64 ? "double" : "float";
  return `i${type.bits}`;
}

/** The type that the value has in memory. */
export function memoryType(dialect: Dialect, type: DType): string {
  if (type.code === "handle") return spread(dialect.pointer, type.lanes);
  const bytes = bytesOf(laneOf(type));
  if (isFloat(type) && type.bits >= 32) return registerType(dialect, type);
  return spread(`i${8 * bytes}`, type.lanes);
}

/** Whether values of the type are f32 values rounded further. */
export const isSmallFloat = (type: DType): boolean => isFloat(type) && type.bits < 32;
export const isUnsigned = (type: DType): boolean =>
  type.code === "uint" || type.code === "bool" || type.code === "handle";
export const isDouble = (type: DType): boolean => isFloat(type) && type.bits === 64;

/** The part of the name of an intrinsic that stands for a type: `v16f32`. */
export function mangled(type: DType): string {
  const lane =
    type.code === "bool"
      ? "i1"
      : isFloat(type)
        ? isDouble(type)
          ? "f64"
          : "f32"
        : `i${type.bits}`;
  return type.lanes === 1 ? lane : `v${type.lanes}${lane}`;
}

/** The type with as many lanes as another. */
export const vectorOf = (scalar: string, lanes: number): string => spread(scalar, lanes);

const ZEROS = new Set(["0", "0.0", "false", "0x0000000000000000"]);
/** From so many lanes on the spread of one is shorter than the list. */
const MANY_LANES = 4;

/** A constant in all lanes. */
export function splat(scalar: string, constant: string, lanes: number): string {
  if (lanes === 1) return constant;
  if (ZEROS.has(constant)) return "zeroinitializer";
  if (lanes < MANY_LANES)
    return `<${Array<string>(lanes).fill(`${scalar} ${constant}`).join(", ")}>`;
  const type = vectorOf(scalar, lanes);
  const first = `insertelement (${type} undef, ${scalar} ${constant}, i32 0)`;
  return `shufflevector (${type} ${first}, ${type} undef, <${lanes} x i32> zeroinitializer)`;
}

/** A float constant as LLVM reads it exactly: the bits of the double, also for float. */
export function floatConstant(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Number.isNaN(value) ? Number.NaN : value);
  return `0x${view.getBigUint64(0).toString(16).padStart(16, "0").toUpperCase()}`;
}
