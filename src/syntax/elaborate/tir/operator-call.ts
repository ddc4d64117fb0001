/** Operators in function form: `T.max(a, b)`, `T.truncdiv(a, b)`, `T.Add(a, b)`, casts, choices, vectors, lets. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import {
  broadcast, call as makeCall, cast, letIn, load, ramp, shuffle, type BinaryOp, type CompareOp, type PrimExpr, type Var,
} from "../../../ir/tir/expr.js"; // prettier-ignore
import { intrinsicOf } from "../../../op/tir/index.js";
import { isVector, withLanes, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateDType } from "../literal.js";
import { bindArguments } from "./arguments.js";
import { elaboratePrimExpr, elaborateValue, errorValue } from "./reader.js";
import { describe, toCallArg, toPrim } from "./operand.js";
import {
  arithmetic,
  bitwise,
  castTo,
  choice,
  comparison,
  convertConstant,
  logical,
  negation,
} from "./operators.js";
import type { SpecialCall } from "./special-call.js";

/** Binary operators in function form. */
export const BINARY: Readonly<Record<string, BinaryOp>> = {
  Add: "add", Sub: "sub", Mul: "mul", Div: "div", Mod: "mod", FloorDiv: "floordiv", FloorMod: "floormod", Min: "min",
  Max: "max", min: "min", max: "max", floordiv: "floordiv", floormod: "floormod", truncdiv: "div", truncmod: "mod",
  div: "div", indexdiv: "floordiv", indexmod: "floormod", add: "add", subtract: "sub", multiply: "mul",
  ceildiv: "ceildiv",
}; // prettier-ignore
/** Bit operations in function form. */
export const BITS: Readonly<Record<string, BinaryOp>> = {
  shift_left: "shl", shift_right: "shr", bitwise_and: "bitand", bitwise_or: "bitor", bitwise_xor: "bitxor",
}; // prettier-ignore
/** Comparisons in function form. */
export const COMPARE: Readonly<Record<string, CompareOp>> = {
  EQ: "eq",
  NE: "ne",
  LT: "lt",
  LE: "le",
  GT: "gt",
  GE: "ge",
};

/** Expressions of the given parameters, or undefined when one is missing or wrong (reported). */
function operands(
  ctx: ElabContext,
  call: Call,
  name: string,
  params: readonly string[],
): PrimExpr[] | undefined {
  const { values } = bindArguments(ctx, `T.${name}`, call, [...params, "/span?", "/dtype?"]);
  // Text of 2022 repeats the type of the result.
  const dtypeAt = values.get("dtype");
  if (dtypeAt !== undefined) dtypeOperand(ctx, dtypeAt);
  const out: PrimExpr[] = [];
  for (const param of params) {
    const at = values.get(param);
    const value = at && elaboratePrimExpr(ctx, at);
    if (value === undefined) return undefined;
    out.push(value);
  }
  return out;
}

const two =
  (make: (ctx: ElabContext, a: PrimExpr, b: PrimExpr, call: Call) => Value): SpecialCall =>
  (ctx, call, name) => {
    const args = operands(ctx, call, name, ["a", "b"]);
    return args === undefined ? errorValue : make(ctx, args[0]!, args[1]!, call);
  };

const table: [string, SpecialCall][] = [];
for (const [name, op] of Object.entries(BINARY)) {
  table.push([name, two((ctx, a, b, call) => arithmetic(ctx, op, a, b, call))]);
}
for (const [name, op] of Object.entries(BITS))
  table.push([name, two((ctx, a, b, call) => bitwise(ctx, op, a, b, call))]);
for (const [name, op] of Object.entries(COMPARE)) {
  table.push([name, two((ctx, a, b, call) => comparison(ctx, op, a, b, call))]);
}
table.push(["And", two((ctx, a, b, call) => logical(ctx, "and", a, b, call))]);
table.push(["Or", two((ctx, a, b, call) => logical(ctx, "or", a, b, call))]);

const one =
  (op: "not" | "bitnot" | "neg"): SpecialCall =>
  (ctx, call, name) => {
    const args = operands(ctx, call, name, ["a"]);
    return args === undefined ? errorValue : negation(ctx, op, args[0]!, call);
  };

const chooser =
  (lazy: boolean, params: readonly string[]): SpecialCall =>
  (ctx, call, name) => {
    const args = operands(ctx, call, name, params);
    if (args === undefined) return errorValue;
    return choice(ctx, lazy, args[0]!, args[1]!, args[2]!, call);
  };

/** Reads a dtype operand; reports when it is none. */
function dtypeOperand(ctx: ElabContext, at: Expr | undefined): DType | undefined {
  if (at === undefined) return undefined;
  const direct = elaborateDType(ctx, at);
  if (direct !== undefined || at.kind === "Str") return direct;
  const value = elaborateValue(ctx, at);
  if (value.kind === "type") return value.dtype;
  if (value.kind !== "error") {
    report(
      ctx,
      codes.expectedKind({ at: spanOf(ctx, at), expected: "a dtype", found: describe(value) }),
    );
  }
  return undefined;
}

const castCall =
  (params: readonly [string, string]): SpecialCall =>
  (ctx, call, name) => {
    const { values } = bindArguments(ctx, `T.${name}`, call, [...params, "span?"]);
    // `tir.cast("int32", x)` of 2022 has the type first.
    const swapped =
      name === "cast" && values.get("value")?.kind === "Str" && values.get("dtype")?.kind !== "Str";
    const dtype = dtypeOperand(ctx, values.get(swapped ? "value" : "dtype"));
    const at = values.get(swapped ? "dtype" : "value");
    const value = at && elaboratePrimExpr(ctx, at);
    if (dtype === undefined || value === undefined) return errorValue;
    const wanted =
      isVector(value.dtype) && !isVector(dtype)
        ? withLanes(dtype, value.dtype.lanes, value.dtype.scalable)
        : dtype;
    // `T.cast` of a constant or to the type it has is that constant, as in every TVM.
    if (
      name === "cast" &&
      (value.dtype === wanted || value.kind === "tir.IntImm" || value.kind === "tir.FloatImm")
    ) {
      return castTo(value, wanted);
    }
    return cast(value, wanted, spanOf(ctx, call));
  };

const rampCall: SpecialCall = (ctx, call, name) => {
  const args = operands(ctx, call, name, ["base", "stride", "lanes"]);
  if (args === undefined) return errorValue;
  const [base, stride, lanes] = args as [PrimExpr, PrimExpr, PrimExpr];
  if (!isLanes(ctx, lanes, call)) return errorValue;
  const step = stride.dtype === base.dtype ? stride : convertConstant(stride, base.dtype);
  return ramp(base, step, lanes, spanOf(ctx, call));
};
const broadcastCall: SpecialCall = (ctx, call, name) => {
  const args = operands(ctx, call, name, ["value", "lanes"]);
  if (args === undefined || !isLanes(ctx, args[1]!, call)) return errorValue;
  return broadcast(args[0]!, args[1]!, spanOf(ctx, call));
};

/** Lanes are a positive constant, or a multiple of the run-time vector scale. */
function isLanes(ctx: ElabContext, lanes: PrimExpr, call: Call): boolean {
  const constant =
    lanes.kind === "tir.IntImm" && typeof lanes.value === "number" && lanes.value > 0;
  const scaled =
    (lanes.kind === "tir.Call" && lanes.op === "vscale") ||
    (lanes.kind === "tir.Binary" &&
      lanes.op === "mul" &&
      [lanes.a, lanes.b].some((s) => s.kind === "tir.Call" && s.op === "vscale"));
  if (constant || scaled) return true;
  report(ctx, codes.vectorLanes({ at: spanOf(ctx, call) }));
  return false;
}

const shuffleCall: SpecialCall = (ctx, call, name) => {
  const { values } = bindArguments(ctx, `T.${name}`, call, ["vectors", "indices"]);
  const read = (param: string): PrimExpr[] | undefined => {
    const at = values.get(param);
    const value = at && elaborateValue(ctx, at);
    if (at === undefined || value?.kind !== "items") return undefined;
    const out = value.items.map((item) => toPrim(ctx, item, at));
    return out.every((e) => e !== undefined) ? (out as PrimExpr[]) : undefined;
  };
  const vectors = read("vectors");
  const indices = read("indices");
  if (vectors === undefined || indices === undefined || vectors.length === 0) {
    report(
      ctx,
      codes.intrinsicMeta({
        at: spanOf(ctx, call),
        callee: "T.Shuffle",
        what: "a list of vectors and a list of indices",
      }),
    );
    return errorValue;
  }
  return shuffle(vectors, indices, spanOf(ctx, call));
};

/** `T.Let(body, where={x: value})`, and `T.let(x, value, body)` of 2022. */
const letCall: SpecialCall = (ctx, call, name) => {
  const old = name === "let" || call.args.length === 3;
  const { values } = bindArguments(
    ctx,
    `T.${name}`,
    call,
    old ? ["var", "value", "body"] : ["body", "where"],
  );
  const bodyAt = values.get("body");
  const where = values.get("where");
  const pairs: [Expr, Expr][] = [];
  if (where?.kind === "Dict") for (const { key, value } of where.entries) pairs.push([key, value]);
  const [v, value] = [values.get("var"), values.get("value")];
  if (v !== undefined && value !== undefined) pairs.push([v, value]);
  if (bodyAt === undefined || pairs.length === 0) {
    if (bodyAt !== undefined && !old) {
      report(
        ctx,
        codes.intrinsicMeta({
          at: spanOf(ctx, call),
          callee: "T.Let",
          what: "`where={variable: value}`",
        }),
      );
    }
    return errorValue;
  }
  const bound: [Var, PrimExpr][] = [];
  for (const [target, source] of pairs) {
    const variable = elaborateValue(ctx, target);
    const bindTo = elaboratePrimExpr(ctx, source);
    if (variable.kind !== "tir.Var" || bindTo === undefined) {
      if (variable.kind !== "error" && variable.kind !== "tir.Var") {
        report(
          ctx,
          codes.expectedKind({
            at: spanOf(ctx, target),
            expected: "a variable",
            found: describe(variable),
          }),
        );
      }
      return errorValue;
    }
    bound.push([variable, castTo(bindTo, variable.dtype)]);
  }
  let body = elaboratePrimExpr(ctx, bodyAt);
  if (body === undefined) return errorValue;
  for (let i = bound.length - 1; i >= 0; i--)
    body = letIn(bound[i]![0], bound[i]![1], body, spanOf(ctx, call));
  return body;
};

/** `T.type_annotation("float32")`: a type as an operand. */
const typeAnnotation: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "T.type_annotation", call, ["dtype"]);
  const dtype = dtypeOperand(ctx, values.get("dtype"));
  return dtype === undefined
    ? errorValue
    : makeCall("type_annotation", [], dtype, spanOf(ctx, call));
};

/** `T.BufferLoad(A, [i])` */
const bufferLoad: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "T.BufferLoad", call, ["buffer", "indices", "predicate?"]);
  const bufferAt = values.get("buffer");
  const indicesAt = values.get("indices");
  const predicateAt = values.get("predicate");
  if (bufferAt === undefined || indicesAt === undefined) return errorValue;
  const buffer = elaborateValue(ctx, bufferAt);
  const items = elaborateValue(ctx, indicesAt);
  if (buffer.kind !== "tir.Buffer" || items.kind !== "items") {
    report(
      ctx,
      codes.intrinsicMeta({
        at: spanOf(ctx, call),
        callee: "T.BufferLoad",
        what: "a buffer and a list of indices",
      }),
    );
    return errorValue;
  }
  const indices = items.items.map((item) => toPrim(ctx, item, indicesAt));
  const predicate =
    predicateAt && predicateAt.kind !== "Constant"
      ? elaboratePrimExpr(ctx, predicateAt)
      : undefined;
  if (!indices.every((i) => i !== undefined)) return errorValue;
  return load(buffer, indices as PrimExpr[], spanOf(ctx, call), predicate);
};

/** `T.Call("int32", "tir.exp", [x])`: what has no syntax of its own. */
const rawCall: SpecialCall = (ctx, call) => {
  // The type stands first, or at the end by name: `T.Call("tirx.exp", [x], ret_ty="float32")`.
  const isNamed = call.args.some((a) => a.name === "ret_ty");
  const params = isNamed ? ["op", "args", "/ret_ty"] : ["dtype", "op", "args", "attrs?"];
  const { values } = bindArguments(ctx, "T.Call", call, params);
  const dtype = dtypeOperand(ctx, values.get(isNamed ? "ret_ty" : "dtype"));
  const opAt = values.get("op");
  const argsAt = values.get("args");
  if (dtype === undefined || opAt === undefined || argsAt === undefined) return errorValue;
  const op = elaborateValue(ctx, opAt);
  const items = elaborateValue(ctx, argsAt);
  if (
    items.kind !== "items" ||
    (op.kind !== "tir.StringImm" && op.kind !== "ir.GlobalVar" && op.kind !== "path")
  ) {
    report(
      ctx,
      codes.intrinsicMeta({
        at: spanOf(ctx, call),
        callee: "T.Call",
        what: "a name and a list of operands",
      }),
    );
    return errorValue;
  }
  const args = items.items.flatMap((item) => toCallArg(ctx, item, argsAt) ?? []);
  const span = spanOf(ctx, call);
  if (op.kind === "ir.GlobalVar") return { kind: "tir.CallGlobal", callee: op, args, dtype, span };
  const written = op.kind === "path" ? op.name : op.value.replace(/^tirx?\./, "");
  return makeCall(intrinsicOf(written)?.name ?? written, args, dtype, span);
};

/** `tvm.ir.Op.get("tirx.exp")`: an operator by its name. */
const operatorByName: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "Op.get", call, ["name"]);
  const at = values.get("name");
  return at === undefined ? errorValue : elaborateValue(ctx, at);
};

const metaVar: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "meta_var", call, ["value"]);
  const at = values.get("value");
  return at === undefined ? errorValue : elaborateValue(ctx, at);
};

export const operatorCalls: ReadonlyMap<string, SpecialCall> = new Map([
  ...table,
  ["Not", one("not")],
  ["bitwise_not", one("bitnot")],
  ["Select", chooser(false, ["condition", "true_value", "false_value"])],
  ["if_then_else", chooser(true, ["cond", "t", "f"])],
  ["Cast", castCall(["dtype", "value"])],
  ["cast", castCall(["value", "dtype"])],
  ["Ramp", rampCall],
  ["ramp", rampCall],
  ["Broadcast", broadcastCall],
  ["broadcast", broadcastCall],
  ["Shuffle", shuffleCall],
  ["Let", letCall],
  ["let", letCall],
  ["type_annotation", typeAnnotation],
  ["BufferLoad", bufferLoad],
  ["Call", rawCall],
  ["meta_var", metaVar],
  ["I.meta_var", metaVar],
  ["I.Op.get", operatorByName],
]);
