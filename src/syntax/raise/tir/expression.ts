/** Scalar and vector expressions of T (and of R's shapes) as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type {
  Binary,
  Call,
  CompareOp,
  FloatImm,
  IntImm,
  Load,
  PrimExpr,
  Var,
} from "../../../ir/tir/expr.js";
import { intrinsicOf } from "../../../op/tir/index.js";
import {
  bool,
  float64,
  handle,
  int32,
  isInteger,
  laneOf,
  type DType,
} from "../../../support/dtype.js";
import { sumOf } from "../../../arith/index.js";
import { resultType } from "../../elaborate/tir/intrinsic-type.js";
import { raiseAttrValue } from "../attributes.js";
import {
  assign, binaryExpr, boolExpr, boolOpExpr, callExpr, compareExpr, intExpr, listExpr, member, nameExpr, num, path, slice,
  strExpr, subscript, unaryExpr,
} from "../build.js"; // prettier-ignore
import type { RaiseContext } from "../context.js";
import { floatText } from "../relax/float-text.js";
import { moduleMember } from "./member.js";

/** Integers of `options.intDtype` (int32) print bare. */
export function raisePrimExpr(ctx: RaiseContext, e: PrimExpr): A.Expr {
  switch (e.kind) {
    case "tir.Var":
      return varName(ctx, e);
    case "tir.IntImm":
      if (e.dtype === (ctx.options.intDtype ?? int32)) return intExpr(e.value);
      return typedConstant(ctx, e);
    case "tir.FloatImm":
      return typedConstant(ctx, e);
    case "tir.StringImm":
      return strExpr(e.value);
    case "tir.Cast":
      return callT(ctx, "Cast", [strExpr(e.dtype.name), raisePrimExpr(ctx, e.value)]);
    case "tir.Binary":
      return raiseBinary(ctx, e);
    case "tir.Compare":
      return compareExpr(COMPARE[e.op], raisePrimExpr(ctx, e.a), raisePrimExpr(ctx, e.b));
    case "tir.Logic":
      return boolOpExpr(e.op, raisePrimExpr(ctx, e.a), raisePrimExpr(ctx, e.b));
    case "tir.Unary":
      return raiseUnary(ctx, e);
    case "tir.Select":
      return callT(ctx, "Select", [
        raisePrimExpr(ctx, e.cond),
        raisePrimExpr(ctx, e.then),
        raisePrimExpr(ctx, e.otherwise),
      ]);
    case "tir.IfThenElse":
      return callT(ctx, "if_then_else", [
        raisePrimExpr(ctx, e.cond),
        raisePrimExpr(ctx, e.then),
        raisePrimExpr(ctx, e.otherwise),
      ]);
    case "tir.Load":
      return raiseLoad(ctx, e);
    case "tir.Ramp":
      return callT(ctx, "Ramp", [
        raisePrimExpr(ctx, e.base),
        raisePrimExpr(ctx, e.stride),
        raisePrimExpr(ctx, e.lanes),
      ]);
    case "tir.Broadcast":
      return callT(ctx, "Broadcast", [raisePrimExpr(ctx, e.value), raisePrimExpr(ctx, e.lanes)]);
    case "tir.Shuffle":
      return callT(ctx, "Shuffle", [
        listExpr(e.vectors.map((v) => raisePrimExpr(ctx, v))),
        listExpr(e.indices.map((i) => raisePrimExpr(ctx, i))),
      ]);
    case "tir.Let": {
      const value = raisePrimExpr(ctx, e.value);
      const name = ctx.names.get(e.var) === undefined ? declare(ctx, e.var) : varName(ctx, e.var);
      const where: A.Dict = { kind: "Dict", entries: [{ key: name, value }], start: -1, end: -1 };
      return callExpr(path(ctx.T, "Let"), [raisePrimExpr(ctx, e.body)], [["where", where]]);
    }
    case "tir.Call":
      return raiseCall(ctx, e);
    case "tir.CallGlobal":
      return callExpr(
        moduleMember(ctx, e.callee.name),
        e.args.map((a) => ctx.raisers.arg(ctx, a)),
      );
  }
}

const callT = (ctx: RaiseContext, name: string, args: readonly A.Expr[]): A.Call =>
  callExpr(path(ctx.T, name), args);

// ---- names -------------------------------------------------------------------

/** The text of a name, which may be a property such as `A.data`. */
export function varName(ctx: RaiseContext, v: Var): A.Expr {
  const known = ctx.names.get(v);
  return known === undefined ? declare(ctx, v) : textExpr(known);
}

const textExpr = (text: string): A.Expr => {
  const dot = text.indexOf(".");
  return dot < 0 ? nameExpr(text) : path(text.slice(0, dot), text.slice(dot + 1));
};

/** Declares a variable that nothing defines (a symbol, or free) at the top of the function. */
function declare(ctx: RaiseContext, v: Var): A.Expr {
  const name = ctx.names.keep(v, v.name);
  ctx.pending.push(assign(nameExpr(name), declarationOf(ctx, v)));
  return nameExpr(name);
}

/** `T.int64()`, `T.handle("float32", "shared")` */
export function declarationOf(ctx: RaiseContext, v: Var): A.Expr {
  if (v.dtype !== handle) return callT(ctx, v.dtype.name, []);
  if (v.pointer === undefined) return callT(ctx, "handle", []);
  const { element, scope } = v.pointer;
  if (scope === "tensormap") return callT(ctx, "TensorMap", []);
  return callT(
    ctx,
    "handle",
    scope === "global" ? [strExpr(element.name)] : [strExpr(element.name), strExpr(scope)],
  );
}

/** Name of a buffer; one that nothing defines is declared at the top of the function. */
export function bufferName(ctx: RaiseContext, buffer: Buffer): A.Expr {
  const known = ctx.names.get(buffer);
  return known === undefined ? ctx.declareBuffer(ctx, buffer) : textExpr(known);
}

// ---- constants ---------------------------------------------------------------

/** `T.int64(3)`, `T.float32(1.0)`, `T.bool(True)` */
export function typedConstant(ctx: RaiseContext, e: IntImm | FloatImm): A.Expr {
  const { dtype } = e;
  if (e.kind === "tir.IntImm")
    return callT(ctx, dtype.name, [dtype === bool ? boolExpr(e.value !== 0) : intExpr(e.value)]);
  // TVM keeps the double that it reads.
  const exact = ctx.dialect !== "native" && Number.isFinite(e.value);
  return callT(ctx, dtype.name, [
    exact ? floatOperand(e.written ?? e.value, float64) : floatOperand(e.value, dtype),
  ]);
}

function floatOperand(value: number, dtype: DType): A.Expr {
  if (Number.isNaN(value)) return strExpr("nan");
  if (!Number.isFinite(value)) return strExpr(value > 0 ? "inf" : "-inf");
  if (value < 0 || Object.is(value, -0)) return unaryExpr("-", num(floatText(-value, dtype)));
  return num(floatText(value, dtype));
}

// ---- operators ---------------------------------------------------------------

const COMPARE: Readonly<Record<CompareOp, A.CompareOperator>> = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const OPERATORS: Readonly<Partial<Record<Binary["op"], A.BinaryOperator>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  floordiv: "//",
  floormod: "%",
  bitand: "&",
  bitor: "|",
  bitxor: "^",
  shl: "<<",
  shr: ">>",
};
const CALLS: Readonly<Partial<Record<Binary["op"], string>>> = {
  min: "min",
  max: "max",
  div: "truncdiv",
  mod: "truncmod",
  ceildiv: "ceildiv",
};

const RAW: Readonly<Partial<Record<Binary["op"], string>>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  floordiv: "FloorDiv",
  floormod: "FloorMod",
};

function raiseBinary(ctx: RaiseContext, e: Binary): A.Expr {
  const a = raisePrimExpr(ctx, e.a);
  const b = raisePrimExpr(ctx, e.b);
  const operator = OPERATORS[e.op];
  // TVM folds operators between constants while reading (and in R so do we), but not these calls.
  const raw =
    (ctx.dialect !== "native" || ctx.options.intDtype?.bits === 64) &&
    e.a.kind === "tir.IntImm" &&
    e.b.kind === "tir.IntImm"
      ? RAW[e.op]
      : undefined;
  // Both sides are constants here: a call takes bare ones for int32, whatever is bare elsewhere.
  const typed = (side: PrimExpr, text: A.Expr): A.Expr =>
    side.kind === "tir.IntImm" && side.dtype !== int32 ? typedConstant(ctx, side) : text;
  if (raw !== undefined) return callT(ctx, raw, [typed(e.a, a), typed(e.b, b)]);
  if (operator !== undefined) return binaryExpr(operator, a, b);
  if (e.op === "div" && !(isIntegral(e.a.dtype) && isIntegral(e.b.dtype)))
    return binaryExpr("/", a, b);
  return callT(ctx, CALLS[e.op]!, [a, b]);
}

const isIntegral = (d: DType): boolean => isInteger(laneOf(d)) || laneOf(d) === bool;

/** Minus before a literal belongs to the literal, so a negated constant keeps its type in sight. */
function raiseUnary(ctx: RaiseContext, e: Extract<PrimExpr, { kind: "tir.Unary" }>): A.Expr {
  const isConstant = e.a.kind === "tir.IntImm" || e.a.kind === "tir.FloatImm";
  const operand = isConstant ? typedConstant(ctx, e.a as IntImm) : raisePrimExpr(ctx, e.a);
  return unaryExpr(e.op === "neg" ? "-" : e.op === "not" ? "not" : "~", operand);
}

// ---- loads and calls -----------------------------------------------------------

/** Index items; a unit-stride ramp in the last place prints as a slice. */
export function raiseIndices(ctx: RaiseContext, indices: readonly PrimExpr[]): A.Expr[] {
  return indices.map((index, i) => {
    if (index.kind !== "tir.Ramp" || i !== indices.length - 1 || !isUnitRamp(index))
      return raisePrimExpr(ctx, index);
    return slice(
      raisePrimExpr(ctx, index.base),
      raisePrimExpr(ctx, sumOf(index.base, index.lanes)),
    );
  });
}

const isUnitRamp = (r: Extract<PrimExpr, { kind: "tir.Ramp" }>): boolean =>
  r.stride.kind === "tir.IntImm" &&
  r.stride.value === 1 &&
  r.stride.dtype === r.base.dtype &&
  r.lanes.kind === "tir.IntImm" &&
  r.lanes.value !== 1 &&
  r.lanes.dtype === int32;

function raiseLoad(ctx: RaiseContext, e: Load): A.Expr {
  const buffer = bufferName(ctx, e.buffer);
  if (e.predicate !== undefined) {
    const indices = listExpr(e.indices.map((i) => raisePrimExpr(ctx, i)));
    return callExpr(
      member(buffer, "vload"),
      [indices],
      [["predicate", raisePrimExpr(ctx, e.predicate)]],
    );
  }
  if (e.buffer.scalar && isFirst(e.indices)) return buffer;
  // TVM takes a slice as a value in some places only.
  const indices =
    ctx.dialect === "native"
      ? raiseIndices(ctx, e.indices)
      : e.indices.map((i) => raisePrimExpr(ctx, i));
  return subscript(buffer, indices);
}

/** The index of a mutable scalar. */
export const isFirst = (indices: readonly PrimExpr[]): boolean =>
  indices.length === 1 && indices[0]!.kind === "tir.IntImm" && indices[0]!.value === 0;

function raiseCall(ctx: RaiseContext, e: Call): A.Expr {
  const args = e.args.map((a) => ctx.raisers.arg(ctx, a));
  if (e.op === "type_annotation") return callT(ctx, "type_annotation", [strExpr(e.dtype.name)]);
  const keywords = [...e.attrs].map(([key, value]): readonly [string, A.Expr] => [
    key,
    raiseAttrValue(ctx, value),
  ]);
  // Members and items of accelerator objects.
  if (e.op.startsWith(".") && args.length > 0) {
    if (e.op === ".()") return callExpr(args[0]!, args.slice(1), keywords);
    if (e.op === ".[]") return subscript(args[0]!, args.slice(1));
    if (e.op.endsWith("[]")) return subscript(member(args[0]!, e.op.slice(1, -2)), args.slice(1));
    if (e.attrs.get("member") === true) return member(args[0]!, e.op.slice(1));
    return callExpr(member(args[0]!, e.op.slice(1)), args.slice(1), keywords);
  }
  if (e.attrs.get("member") === true && args.length === 0) return path(ctx.T, e.op);
  if (e.op.endsWith("[]")) return subscript(path(ctx.T, e.op.slice(0, -2)), args);
  const intrinsic = intrinsicOf(e.op);
  const name = path(ctx.T, e.op);
  const ty = e.attrs.get("ty");
  if (intrinsic !== undefined && Array.isArray(ty)) {
    const [element, scope] = ty as readonly string[];
    const pointer = callT(
      ctx,
      "handle",
      scope === "global" ? [strExpr(element!)] : [strExpr(element!), strExpr(scope!)],
    );
    const type = member(pointer, "ty");
    return callExpr(name, intrinsic.result === "trailing" ? [...args, type] : [type, ...args]);
  }
  if (intrinsic === undefined) return callExpr(name, args, keywords);
  if (intrinsic.result === "leading")
    return callExpr(name, [strExpr(e.dtype.name), ...args], keywords);
  if (intrinsic.result === "trailing")
    return callExpr(name, [...args, strExpr(e.dtype.name)], keywords);
  const isOdd = resultType(intrinsic, e.args) !== e.dtype;
  // TVM has another call under this name, and takes no dtype where its rule gives one.
  if (ctx.dialect === "tvm-0.27" && keywords.length === 0 && (isOdd || e.op === "prefetch")) {
    const op = strExpr(`tirx.${e.op}`);
    return callExpr(path(ctx.T, "Call"), [op, listExpr(args)], [["ret_ty", strExpr(e.dtype.name)]]);
  }
  if (isOdd) keywords.push(["dtype", strExpr(e.dtype.name)]);
  return callExpr(name, args, keywords);
}
