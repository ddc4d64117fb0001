/** Conversions between types, of scalars and of vectors alike. */
import {
  float64,
  isFloat,
  isSigned,
  laneOf,
  withLanes,
  type DType,
} from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { roundToSmall } from "./small-float.js";
import { isDouble, isSmallFloat, isUnsigned, mangled, registerType, splat } from "./type.js";

/** Integers wrap, floats round to nearest even, floats to integers truncate and saturate. */
export function emitCast(cx: FunctionContext, ref: Ref, from: DType, to: DType): Ref {
  const source = laneOf(from);
  const target = laneOf(to);
  if (source === target) return ref;
  const { f, shared } = cx;
  const { dialect } = shared.module;
  const { lanes } = from;
  const result = withLanes(target, lanes);
  const [fromType, toType] = [registerType(dialect, from), registerType(dialect, result)];
  const convert = (op: string): Ref => f.value(`${op} ${fromType} ${ref} to ${toType}`);
  if (source.code === "handle" || target.code === "handle") {
    if (target.code === "handle") return convert("inttoptr");
    return convert("ptrtoint");
  }
  if (target.code === "bool") {
    const zero = splat(registerType(dialect, source), isFloat(source) ? "0.0" : "0", lanes);
    return f.value(`${isFloat(source) ? "fcmp une" : "icmp ne"} ${fromType} ${ref}, ${zero}`);
  }
  if (isFloat(source) && isFloat(target)) {
    if (isSmallFloat(target)) return roundToSmall(cx, ref, from, target);
    if (isDouble(source) === isDouble(target)) return ref;
    return convert(isDouble(target) ? "fpext" : "fptrunc");
  }
  if (isFloat(source)) {
    const name = `llvm.fpto${isUnsigned(target) ? "u" : "s"}i.sat.${mangled(result)}.${mangled(from)}`;
    shared.module.declare(name, toType, [fromType]);
    return f.value(`call ${toType} @${name}(${fromType} ${ref})`);
  }
  if (isFloat(target)) {
    const op = isSigned(source) ? "sitofp" : "uitofp";
    if (!isSmallFloat(target)) return convert(op);
    const wide = registerType(dialect, withLanes(float64, lanes));
    const exact = f.value(`${op} ${fromType} ${ref} to ${wide}`);
    return roundToSmall(cx, exact, withLanes(float64, lanes), target);
  }
  const width = (t: DType): number => (t.code === "bool" ? 1 : t.bits);
  if (width(source) === width(target)) return ref;
  if (width(source) > width(target)) return convert("trunc");
  return convert(isSigned(source) ? "sext" : "zext");
}
