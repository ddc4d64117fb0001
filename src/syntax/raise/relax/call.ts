/** Calls as text: operands by position, attributes and types by keyword. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Call, Expr } from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { LOWER_BY } from "../../../op/lowering.js";
import type { OpDef, OpParam } from "../../../op/op.js";
import { lookupOp } from "../../../op/registry.js";
import { callExpr, intExpr, listExpr, path, strExpr } from "../build.js";
import type { RaiseContext } from "../context.js";
import { raiseAttribute } from "./attribute.js";
import { deviceKind } from "../../elaborate/relax/device.js";
import { raiseTypeOperand } from "./types.js";
import { raiseExtern, raiseValue } from "./value.js";
import { attrExpr } from "./scalar.js";

type Keywords = (readonly [string, A.Expr])[];

/** Any call. */
export function raiseCall(ctx: RaiseContext, call: Call): A.Expr {
  switch (call.op.kind) {
    case "relax.Op": {
      const def = lookupOp(call.op.name);
      return def === undefined ? unknownOp(ctx, call, call.op.name) : opCall(ctx, call, def);
    }
    case "ir.ExternFunc":
      return packedCall(ctx, call);
    default: {
      const args = call.args.map((a) => raiseValue(ctx, a));
      return callExpr(raiseValue(ctx, call.op), args, [
        ...rawAttributes(ctx, call),
        ...typeArguments(ctx, "ty_args", call.sinfoArgs),
      ]);
    }
  }
}

/** `R.call_packed("name", …)`; a callee with a type is called by itself. */
function packedCall(ctx: RaiseContext, call: Call): A.Expr {
  const callee = call.op;
  if (callee.kind !== "ir.ExternFunc") return raiseValue(ctx, callee);
  const keywords: Keywords = [
    ...rawAttributes(ctx, call),
    ...typeArguments(ctx, "ty_args", call.sinfoArgs),
  ];
  const args = call.args.map((a) => raiseValue(ctx, a));
  if (callee.sinfo !== undefined && keywords.length === 0)
    return callExpr(raiseExtern(ctx, callee), args);
  const name = callee.sinfo === undefined ? strExpr(callee.symbol) : raiseExtern(ctx, callee);
  return callExpr(path(ctx.R, "call_packed"), [name, ...args], keywords);
}

const rawAttributes = (ctx: RaiseContext, call: Call): Keywords =>
  [...call.attrs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, attrExpr(ctx, value)] as const);

/** `out_ty=`, `ty_args=` in the spelling of the dialect. */
function typeArguments(ctx: RaiseContext, name: string, infos: readonly StructInfo[]): Keywords {
  if (infos.length === 0) return [];
  const old: Readonly<Record<string, string>> = { out_ty: "out_sinfo", ty_args: "sinfo_args" };
  const keyword = ctx.dialect === "tvm-0.18" ? (old[name] ?? name) : name;
  const [only] = infos;
  // Several outputs of one call are a list of types.
  const several =
    name === "out_ty" && only!.kind === "relax.TupleInfo" && only!.fields.length !== 1
      ? only!.fields
      : undefined;
  if (several !== undefined)
    return [[keyword, listExpr(several.map((i) => raiseTypeOperand(ctx, i)))]];
  if (infos.length > 1) return [[keyword, listExpr(infos.map((i) => raiseTypeOperand(ctx, i)))]];
  return [[keyword, raiseTypeOperand(ctx, only!)]];
}

function unknownOp(ctx: RaiseContext, call: Call, name: string): A.Expr {
  const args = call.args.map((a) => raiseValue(ctx, a));
  return callExpr(path(ctx.R, name), args, [
    ...rawAttributes(ctx, call),
    ...typeArguments(ctx, "ty_args", call.sinfoArgs),
  ]);
}

/** A call of a registered operator, in the order of its signature. */
function opCall(ctx: RaiseContext, call: Call, def: OpDef): A.Expr {
  if (def.name === "hint_on_device") return hintOnDevice(ctx, call);
  const args: A.Expr[] = [];
  const keywords: Keywords = [];
  let next = 0;
  let byKeyword = false;
  for (const param of def.params) {
    if (param.role === "sinfo") {
      keywords.push(...typeArguments(ctx, param.name, call.sinfoArgs));
    } else if (param.role === "attr") {
      const value = call.attrs.get(param.name);
      const text = value === undefined ? undefined : raiseAttribute(ctx, param, value);
      if (text !== undefined) keywords.push([param.name, text]);
    } else if (param.variadic === true) {
      const rest = call.args.slice(next).map((a) => raiseValue(ctx, a));
      next = call.args.length;
      if (param.name !== "format_args") args.push(...rest);
      else if (rest.length > 0) args.push(rest.length === 1 ? rest[0]! : listExpr(rest));
    } else {
      const operand = call.args[next++];
      if (operand === undefined) continue;
      if (isAbsent(operand, param) && call.args.slice(next).some((a) => !isEmptyTuple(a))) {
        byKeyword = true;
        continue;
      }
      const text = raiseOperand(ctx, operand, param);
      if (byKeyword || param.keyword === true) keywords.push([param.name, text]);
      else args.push(text);
    }
  }
  // Operands beyond the signature: ill-formed, but they print.
  for (const extra of call.args.slice(next)) args.push(raiseValue(ctx, extra));
  const lowerBy = call.attrs.get(LOWER_BY);
  if (typeof lowerBy === "string" && ctx.dialect === "native")
    keywords.push(["lower", strExpr(lowerBy)]);
  return callExpr(path(ctx.R, opName(def, call)), args, keywords);
}

/** The device of a hint is a literal of its own. */
function hintOnDevice(ctx: RaiseContext, call: Call): A.Expr {
  const device = call.attrs.get("dst_vdevice");
  const scope = call.attrs.get("memory_scope");
  const args = call.args.map((a) => raiseValue(ctx, a));
  if (
    typeof device === "object" &&
    device !== null &&
    "kind" in device &&
    device.kind === "ir.VDevice"
  ) {
    args.push(
      callExpr(path(ctx.R, "device"), [strExpr(deviceKind(device)), intExpr(device.index)]),
    );
  }
  const keywords: Keywords =
    typeof scope === "string" && scope !== "global" ? [["memory_scope", strExpr(scope)]] : [];
  return callExpr(path(ctx.R, "hint_on_device"), args, keywords);
}

/** Distributed outputs have a call of their own in TVM's text. */
function opName(def: OpDef, call: Call): string {
  if (def.name !== "call_tir") return def.name;
  const [out] = call.sinfoArgs;
  const fields = out?.kind === "relax.TupleInfo" ? out.fields : out === undefined ? [] : [out];
  return fields.some((f) => f.kind === "relax.DTensorInfo") ? "dist.call_tir" : def.name;
}

/** The empty tuple stands for an optional operand that is absent and before given ones. */
const isAbsent = (operand: Expr, param: OpParam): boolean =>
  param.optional === true &&
  param.default === undefined &&
  param.type !== "tuple" &&
  isEmptyTuple(operand);

const isEmptyTuple = (operand: Expr): boolean =>
  operand.kind === "relax.Tuple" && operand.fields.length === 0;

function raiseOperand(ctx: RaiseContext, operand: Expr, param: OpParam): A.Expr {
  // `()` alone reads as a shape or a list.
  if (param.type !== "tuple" && isEmptyTuple(operand)) return callExpr(path(ctx.R, "tuple"), []);
  switch (param.type) {
    case "func":
      return operand.kind === "ir.ExternFunc" && operand.sinfo === undefined
        ? strExpr(operand.symbol)
        : raiseValue(ctx, operand);
    case "prim":
      return raiseValue(ctx, operand, operand.kind === "relax.PrimValue" ? "bare" : "wrapped");
    case "str":
      return raiseValue(
        ctx,
        operand,
        param.keyword === true && operand.kind === "relax.Str" ? "bare" : "wrapped",
      );
    default:
      return raiseValue(ctx, operand);
  }
}
