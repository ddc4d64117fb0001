/** Struct info of expressions. */
import type { Call, Expr, SeqExpr, Var as RelaxVar } from "../../ir/relax/expr.js";
import { shapeExpr } from "../../ir/relax/expr.js";
import {
  objectInfo,
  opaqueFunc,
  primInfo,
  scalarSymbol,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  type StructInfo,
} from "../../ir/relax/struct-info.js";
import type { Var } from "../../ir/tir/expr.js";
import { lookupBuiltin } from "../builtins.js";
import { typeCodes } from "../codes.js";
import { describe } from "../describe.js";
import { errorInfo, isErrorInfo } from "../error-info.js";
import type { InferContext } from "../infer-context.js";
import { lookupOp, opRegistry } from "../registry.js";
import { dim } from "../rules/dims.js";
import { deriveCallReturn } from "./derive-call.js";
import { erase, hiding } from "./erase.js";
import { join } from "./join.js";
import { eachDim, symbolsOf } from "./symbols.js";

const MAX_DEPTH = 400;
let depth = 0;

/** Struct info of an expression; the variables in it carry theirs. */
export function inferExpr(expr: Expr, ctx: InferContext): StructInfo {
  if (depth > MAX_DEPTH) return objectInfo;
  depth++;
  try {
    return infer(expr, ctx);
  } finally {
    depth--;
  }
}

function infer(expr: Expr, ctx: InferContext): StructInfo {
  switch (expr.kind) {
    case "relax.Var":
      return expr.sinfo ?? objectInfo;
    case "relax.Const":
      if (expr.sinfo !== undefined) return expr.sinfo;
      return tensorInfo({
        shape: shapeExpr(expr.data.shape.map((d) => dim(d))),
        dtype: expr.data.dtype,
      });
    case "relax.ShapeExpr":
      return shapeInfo(expr.values);
    case "relax.PrimValue":
      return primInfo(expr.value.dtype, expr.value);
    case "relax.Str":
    case "relax.DTypeValue":
    case "relax.Op":
      return objectInfo;
    case "relax.Tuple":
      return tupleInfo(expr.fields.map((f) => inferExpr(f, ctx)));
    case "relax.TupleGetItem":
      return item(expr.tuple, expr.index, expr, ctx);
    case "ir.GlobalVar":
      return ctx.signature(expr.name) ?? errorInfo;
    case "ir.ExternFunc":
      return expr.sinfo ?? opaqueFunc;
    case "relax.Call":
      return inferCall(expr, ctx);
    case "relax.If": {
      return join(inferSeq(expr.then, ctx), inferSeq(expr.otherwise, ctx), ctx);
    }
    case "relax.SeqExpr":
      return inferSeq(expr, ctx);
  }
}

function item(tuple: Expr, index: number, at: Expr, ctx: InferContext): StructInfo {
  const info = inferExpr(tuple, ctx);
  if (info.kind === "relax.ObjectInfo") return isErrorInfo(info) ? errorInfo : objectInfo;
  if (info.kind !== "relax.TupleInfo") {
    ctx.report(typeCodes.noTuple({ found: describe(info), at: at.span }));
    return errorInfo;
  }
  const field = info.fields[index];
  if (field !== undefined) return field;
  ctx.report(typeCodes.tupleIndex({ index, size: info.fields.length, at: at.span }));
  return errorInfo;
}

/** The body's info without what is defined inside. */
export function inferSeq(seq: SeqExpr, ctx: InferContext): StructInfo {
  const symbols = new Set<Var>();
  const vars = new Set<RelaxVar>();
  for (const block of seq.blocks) {
    for (const binding of block.bindings) {
      vars.add(binding.var);
      const scalar = scalarSymbol(binding.var.sinfo);
      if (scalar !== undefined) symbols.add(scalar);
      if (binding.kind !== "relax.MatchCast") continue;
      eachDim(binding.sinfo, {
        dim: (e) => {
          if (e.kind === "tir.Var") symbols.add(e);
        },
      });
    }
  }
  const info = inferExpr(seq.body, ctx);
  if (symbols.size === 0 && vars.size === 0) return info;
  // A match_cast may also mention outer symbols; those that the context knows stay.
  const inner = new Set([...symbols].filter((v) => !(ctx.isOuter?.(v) ?? false)));
  return erase(info, hiding(inner, vars));
}

/** The written types of a call: one, or several as a tuple. */
export function writtenInfo(call: Call): StructInfo | undefined {
  const { sinfoArgs } = call;
  return sinfoArgs.length === 0
    ? undefined
    : sinfoArgs.length === 1
      ? sinfoArgs[0]
      : tupleInfo(sinfoArgs);
}

function inferCall(call: Call, ctx: InferContext): StructInfo {
  const callee = call.op;
  switch (callee.kind) {
    case "relax.Op": {
      const op = lookupOp(callee.name);
      if (op !== undefined) return op.infer(call, ctx);
      const hint = opRegistry.suggest(callee.name);
      ctx.report(
        typeCodes.unknownOp({
          name: callee.name,
          at: callee.span ?? call.span,
          hints: hint ? [hint] : [],
        }),
      );
      return errorInfo;
    }
    case "ir.ExternFunc": {
      const written = writtenInfo(call);
      if (written !== undefined) return written;
      const builtin = lookupBuiltin(callee.symbol);
      if (builtin?.result !== undefined) return builtin.result(call, ctx);
      return callOf(callee.sinfo ?? opaqueFunc, call, callee.symbol, ctx);
    }
    case "ir.GlobalVar": {
      const signature = ctx.signature(callee.name);
      if (signature === undefined) {
        ctx.report(
          typeCodes.undefinedFunction({ name: callee.name, at: callee.span ?? call.span }),
        );
        return errorInfo;
      }
      return callOf(signature, call, callee.name, ctx);
    }
    case "relax.Var":
      return callOf(callee.sinfo ?? objectInfo, call, callee.name, ctx);
  }
}

function callOf(info: StructInfo, call: Call, name: string, ctx: InferContext): StructInfo {
  if (isErrorInfo(info)) return errorInfo;
  const written = writtenInfo(call);
  if (info.kind === "relax.ObjectInfo") return written ?? objectInfo;
  if (info.kind !== "relax.FuncInfo") {
    ctx.report(typeCodes.notCallable({ found: describe(info), at: call.op.span ?? call.span }));
    return errorInfo;
  }
  if (info.params === undefined && written !== undefined) return written;
  return (
    deriveCallReturn(
      info,
      call.args.map((a) => ctx.infoOf(a)),
      ctx,
      { name, call },
    ) ??
    written ??
    objectInfo
  );
}

/** Symbols of struct info, function types included. */
export function symbolsOfInfo(info: StructInfo): ReadonlySet<Var> {
  const found = new Set<Var>();
  eachDim(info, { dim: (e) => symbolsOf([e]).forEach((v) => found.add(v)) }, true);
  return found;
}
