/**
 * Which vector expressions have v128 code. Lanes are processed in groups of 4 (values of up to 32 bits, one 32-bit
 * lane each) or, when a 64-bit type takes part, of 2 (32-bit values then stand in the low half). Everything else is
 * computed lane by lane.
 */
import { visit } from "../../../ir/core/visit.js";
import type { Binary, Call, Cast, Let, Load, PrimExpr, Ramp } from "../../../ir/tir/expr.js";
import { bytesOf, isFloat, isInteger, laneOf, type DType } from "../../../support/dtype.js";
import type { FunctionContext } from "./context.js";
import { vectorProgram } from "./program.js";
import { pairProductOf } from "./dot.js";
import { isSmallFloat, isUnsigned } from "./register.js";

export type Group = 2 | 4;

/** The group for a vector expression; undefined when it must be computed lane by lane. */
export function groupFor(cx: FunctionContext, exprs: readonly PrimExpr[]): Group | undefined {
  let group: Group = 4;
  for (const e of exprs) {
    visit(e, {
      enter(node) {
        if ("dtype" in node && node.kind !== "tir.Buffer" && node.dtype !== undefined) {
          if (node.dtype.lanes > 1 && node.dtype.bits === 64) group = 2;
        }
        // What is inside (addresses, scalars) does not matter.
        if (node.kind === "tir.Broadcast" || node.kind === "tir.Load") return false;
        return;
      },
    });
  }
  return exprs.every((e) => fits(cx, e, group)) ? group : undefined;
}

const laneTypeFits = (type: DType, group: Group): boolean =>
  !isSmallFloat(type) &&
  type.code !== "handle" &&
  type.code !== "void" &&
  (group === 2 || type.bits <= 32);

/** Whether the expression has code in groups. */
export function fits(cx: FunctionContext, e: PrimExpr, group: Group): boolean {
  if (e.dtype.lanes === 1 || e.dtype.scalable || !laneTypeFits(e.dtype, group)) return false;
  const both = (a: PrimExpr, b: PrimExpr): boolean => fits(cx, a, group) && fits(cx, b, group);
  switch (e.kind) {
    case "tir.Ramp":
      return isInteger(e.dtype) && e.base.dtype === e.stride.dtype && e.dtype.bits >= 32;
    case "tir.Broadcast":
      return true;
    case "tir.Var": {
      const home = cx.vectors.get(e);
      return home?.kind === "chunks" && home.group === group && e.dtype.code !== "bool";
    }
    case "tir.Load": {
      const home = cx.vectors.get(e.buffer.data);
      if (home !== undefined) return home.kind === "chunks" && home.group === group;
      return (
        e.dtype.code !== "bool" &&
        !cx.promoted.has(e.buffer) &&
        (contiguous(e) === undefined ? gatherFits(e, group) : loadFits(e, group))
      );
    }
    case "tir.Cast":
      return fits(cx, e.value, group) && castFits(e);
    case "tir.Binary":
      return (
        laneOf(e.a.dtype) === laneOf(e.dtype) &&
        laneOf(e.b.dtype) === laneOf(e.dtype) &&
        binaryFits(cx, e, group)
      );
    case "tir.Compare":
      return (
        laneOf(e.a.dtype) === laneOf(e.b.dtype) &&
        e.a.dtype.code !== "bool" &&
        !(e.a.dtype.bits === 64 && isUnsigned(e.a.dtype) && e.op !== "eq" && e.op !== "ne") &&
        both(e.a, e.b)
      );
    case "tir.Logic":
      return e.a.dtype.code === "bool" && both(e.a, e.b);
    case "tir.Unary":
      return fits(cx, e.a, group);
    case "tir.Select":
      return (
        e.dtype.code !== "bool" &&
        e.cond.dtype.lanes > 1 &&
        laneOf(e.then.dtype) === laneOf(e.otherwise.dtype) &&
        fits(cx, e.cond, group) &&
        both(e.then, e.otherwise)
      );
    case "tir.IfThenElse":
      return (
        e.dtype.code !== "bool" &&
        e.cond.dtype.lanes === 1 &&
        laneOf(e.then.dtype) === laneOf(e.otherwise.dtype) &&
        both(e.then, e.otherwise)
      );
    case "tir.Let":
      return letFits(cx, e, group);
    case "tir.Shuffle":
      return (
        e.dtype.code !== "bool" &&
        e.indices.every((i) => i.kind === "tir.IntImm") &&
        e.vectors.every((v) => v.dtype.lanes % group === 0 && fits(cx, v, group))
      );
    case "tir.Call":
      return callFits(cx, e, group);
    default:
      return false;
  }
}

/** Where the variable will live, its uses can be looked at before it has a value. */
function letFits(cx: FunctionContext, e: Let, group: Group): boolean {
  if (e.var.dtype.lanes === 1) return fits(cx, e.body, group);
  if (e.var.dtype.code === "bool" || !fits(cx, e.value, group)) return false;
  const known = cx.vectors.get(e.var);
  cx.vectors.set(e.var, { kind: "chunks", group, locals: [] });
  const ok = fits(cx, e.body, group);
  if (known === undefined) cx.vectors.delete(e.var);
  else cx.vectors.set(e.var, known);
  return ok;
}

/** Elements of registers' width that lie apart are loaded one by one. */
const gatherFits = (e: Load, group: Group): boolean =>
  e.predicate === undefined &&
  e.buffer.dtype.lanes === 1 &&
  e.dtype.bits === (group === 4 ? 32 : 64) &&
  e.indices.every(
    (i) => i.dtype.lanes === 1 || i.kind === "tir.Ramp" || i.kind === "tir.Broadcast",
  );

/** The last index of a contiguous access: a Ramp of stride 1, all other indices scalar. */
export function contiguous(
  access: Pick<Load, "buffer" | "indices" | "predicate">,
): Ramp | undefined {
  const last = access.indices[access.indices.length - 1];
  if (
    access.predicate !== undefined ||
    last?.kind !== "tir.Ramp" ||
    access.buffer.dtype.lanes !== 1
  )
    return undefined;
  if (access.indices.slice(0, -1).some((i) => i.dtype.lanes !== 1)) return undefined;
  const { strides } = access.buffer;
  const step = strides[strides.length - 1];
  if (step !== undefined && !(step.kind === "tir.IntImm" && step.value === 1)) return undefined;
  return last.stride.kind === "tir.IntImm" && last.stride.value === 1 ? last : undefined;
}

const loadFits = (e: Load, group: Group): boolean => group === 4 || bytesOf(laneOf(e.dtype)) >= 4;

function castFits(e: Cast): boolean {
  const from = laneOf(e.value.dtype);
  const to = laneOf(e.dtype);
  if (to.code === "bool") return from.bits <= 32 || isFloat(from);
  if (from.code === "bool") return to.bits <= 32;
  if (isFloat(from) && isFloat(to)) return true;
  if (isFloat(from)) return to.bits === 32 && from.bits <= 64;
  if (isFloat(to)) return from.bits <= 32;
  return true;
}

function binaryFits(cx: FunctionContext, e: Binary, group: Group): boolean {
  const type = laneOf(e.dtype);
  if (type.code === "bool") return false;
  if (group === 4 && pairProductOf(cx, e) !== undefined) return true;
  const operands = fits(cx, e.a, group) && fits(cx, e.b, group);
  switch (e.op) {
    case "add":
    case "sub":
    case "mul":
      return operands;
    case "div":
      return operands && isFloat(type);
    case "min":
    case "max":
      return operands && (isFloat(type) || type.bits <= 32);
    case "bitand":
    case "bitor":
    case "bitxor":
      return operands && isInteger(type);
    case "shl":
    case "shr": {
      const count = splatConstant(e.b);
      return fits(cx, e.a, group) && count !== undefined && count >= 0 && count < type.bits;
    }
    case "floordiv":
    case "floormod": {
      const by = splatConstant(e.b);
      return (
        isInteger(type) &&
        fits(cx, e.a, group) &&
        by !== undefined &&
        by > 0 &&
        Number.isInteger(Math.log2(by))
      );
    }
    default:
      return false;
  }
}

/** The integer in all lanes. */
export function splatConstant(e: PrimExpr): number | undefined {
  return e.kind === "tir.Broadcast" && e.value.kind === "tir.IntImm"
    ? Number(e.value.value)
    : undefined;
}

/** Intrinsics that are one instruction on vectors. */
export const vectorInstructions: Readonly<
  Record<string, "sqrt" | "abs" | "floor" | "ceil" | "trunc" | "nearest">
> = {
  sqrt: "sqrt",
  fabs: "abs",
  abs: "abs",
  round: "nearest",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  nearbyint: "nearest",
  rint: "nearest",
};

function callFits(cx: FunctionContext, e: Call, group: Group): boolean {
  if (e.op === "reinterpret") {
    const [value] = e.args;
    return (
      value !== undefined &&
      "dtype" in value &&
      value.kind !== "tir.Buffer" &&
      value.dtype.lanes === e.dtype.lanes &&
      value.dtype.bits === e.dtype.bits &&
      e.dtype.bits === (group === 4 ? 32 : 64) &&
      fits(cx, value, group)
    );
  }
  if (!isFloat(e.dtype)) return false;
  const ok = e.args.every(
    (a) =>
      "dtype" in a &&
      a.kind !== "tir.Buffer" &&
      laneOf(a.dtype) === laneOf(e.dtype) &&
      fits(cx, a, group),
  );
  if (!ok) return false;
  if (Object.hasOwn(vectorInstructions, e.op)) return true;
  return vectorProgram(e.op, e.dtype.bits === 64 ? "f64" : "f32") !== undefined;
}
