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

/** Floats to short integers by vectors: clamped first, which the instructions for single elements would each do. */
function emitNarrow(cx: FunctionContext, ref: Ref, from: DType, to: DType): Ref {
  const { f, shared } = cx;
  const { dialect } = shared.module;
  const type = registerType(dialect, from);
  const { lanes } = from;
  const bits = isUnsigned(to) ? to.bits : to.bits - 1;
  const limit = (value: number): Ref => splat(registerType(dialect, laneOf(from)), `${value}.0`, lanes); // prettier-ignore
  const choose = (test: string, x: Ref, other: Ref): Ref => {
    const cond = f.value(`fcmp ${test} ${type} ${x}, ${other}`);
    return f.value(`select <${lanes} x i1> ${cond}, ${type} ${x}, ${type} ${other}`);
  };
  // What is no number becomes 0.
  const isNumber = f.value(`fcmp ord ${type} ${ref}, ${ref}`);
  const number = isUnsigned(to)
    ? ref
    : f.value(`select <${lanes} x i1> ${isNumber}, ${type} ${ref}, ${type} zeroinitializer`);
  const least = choose("ogt", number, limit(isUnsigned(to) ? 0 : -(2 ** bits)));
  const within = choose("olt", least, limit(2 ** bits - 1));
  const wide = f.value(`fptosi ${type} ${within} to <${lanes} x i32>`);
  return f.value(`trunc <${lanes} x i32> ${wide} to ${registerType(dialect, to)}`);
}

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
    if (lanes > 1 && target.bits <= 16) return emitNarrow(cx, ref, from, result);
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
