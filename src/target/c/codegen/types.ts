/**
 * How values are held in C: integers and floats as the type of their width, bool as `uint8_t` with 0 and 1, floats
 * below 32 bits as `float` already rounded to their type (in memory: their bits), integers below 8 bits as 8 bits.
 */
import { DiagnosticError } from "../../../support/diagnostic.js";
import { isFloat, laneOf, type DType } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../codes.js";

/** Whether values of the type are float32 values rounded further. */
export const isSmallFloat = (type: DType): boolean => isFloat(type) && type.bits < 32;
export const isUnsigned = (type: DType): boolean => type.code === "uint" || type.code === "bool";
export const isVectorType = (type: DType): boolean => type.lanes > 1;

/** Bits that C has for an integer of the width. */
const widthOf = (bits: number): number => (bits <= 8 ? 8 : bits);

/** Short name of the C type of one lane as values are held: `f32`, `i64`, `u8`. */
export function laneName(type: DType): string {
  if (isFloat(type)) return type.bits === 64 ? "f64" : "f32";
  return `${isUnsigned(type) ? "u" : "i"}${type.code === "bool" ? 8 : widthOf(type.bits)}`;
}

/** Short name of the C type of one lane in memory. */
export const storedLaneName = (type: DType): string =>
  isSmallFloat(type) ? `u${widthOf(type.bits)}` : laneName(type);

const C_TYPES: Readonly<Record<string, string>> = {
  f32: "float",
  f64: "double",
  i8: "int8_t",
  i16: "int16_t",
  i32: "int32_t",
  i64: "int64_t",
  u8: "uint8_t",
  u16: "uint16_t",
  u32: "uint32_t",
  u64: "uint64_t",
};

/** The C type of a short name. */
export const cTypeOf = (name: string): string => C_TYPES[name]!;

/** Refuses what has no C type. */
export function checkType(type: DType, at?: Span): void {
  if (type.scalable || type.code === "void")
    throw new DiagnosticError(codes.unsupportedType({ type: type.name, at }));
}

/** Name of the type of vectors. */
export const vectorTypeName = (lane: string, lanes: number): string => `rx_${lane}x${lanes}`;

/** The C type of a scalar value. */
export function scalarType(type: DType): string {
  return type.code === "handle" ? "void *" : cTypeOf(laneName(laneOf(type)));
}
