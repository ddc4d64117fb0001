/**
 * How values are held: integers of up to 32 bits, bool and pointers in i32 (sign- or zero-extended from their width,
 * bool as 0 or 1), 64-bit integers in i64, float64 in f64, all other floats in f32, already rounded to their type.
 */
import { isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import type { FunctionBuilder } from "../encoder/function.js";
import type { Span } from "../../../support/source.js";

export type Register = "i32" | "i64" | "f32" | "f64";

/** The register of one lane of the type. */
export function registerOf(type: DType, at?: Span): Register {
  if (type.scalable) throw new DiagnosticError(codes.scalableVector({ type: type.name, at }));
  switch (type.code) {
    case "handle":
    case "bool":
      return "i32";
    case "int":
    case "uint":
      return type.bits === 64 ? "i64" : "i32";
    case "float":
    case "bfloat":
    case "float8":
    case "float6":
    case "float4":
      return type.bits === 64 ? "f64" : "f32";
    case "void":
      throw new DiagnosticError(codes.unsupportedType({ type: type.name, at }));
  }
}

/** Whether values of the type are f32 values rounded further. */
export const isSmallFloat = (type: DType): boolean => isFloat(type) && type.bits < 32;
export const isUnsigned = (type: DType): boolean =>
  type.code === "uint" || type.code === "bool" || type.code === "handle";

/** Wraps the i32 on the stack to the width of an integer type. */
export function wrapToWidth(f: FunctionBuilder, type: DType): void {
  const { bits, code } = laneOf(type);
  if (code === "bool" || bits >= 32 || (code !== "int" && code !== "uint")) return;
  if (code === "uint") {
    f.i32(2 ** bits - 1);
    f.op("i32.and");
  } else if (bits === 8) f.op("i32.extend8_s");
  else if (bits === 16) f.op("i32.extend16_s");
  else {
    f.i32(32 - bits);
    f.op("i32.shl");
    f.i32(32 - bits);
    f.op("i32.shr_s");
  }
}

/** How the lanes of vectors of the type are held. */
export type Shape = "i32x4" | "i64x2" | "f32x4" | "f64x2";
export const shapeOf = (type: DType): Shape => {
  const reg = registerOf(laneOf(type));
  return reg === "i32" ? "i32x4" : reg === "i64" ? "i64x2" : reg === "f32" ? "f32x4" : "f64x2";
};
