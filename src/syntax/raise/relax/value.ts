/** Relax expressions as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { ExternFunc } from "../../../ir/module.js";
import type { Expr } from "../../../ir/relax/expr.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import {
  callExpr,
  intExpr,
  listExpr,
  member,
  nameExpr,
  path,
  strExpr,
  subscript,
  tupleExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { raiseCall } from "./call.js";
import { raiseConst } from "./constant.js";
import { raiseType } from "./types.js";
import { scalarExpr } from "./scalar.js";

/** How scalars, strings and dtypes stand: bare where only those can, else wrapped in `R.prim_value` and its kin. */
export type Style = "wrapped" | "bare";

/** Any expression; what is no leaf stands in place, since ill-formed modules print too. */
export function raiseValue(ctx: RaiseContext, value: Expr, style: Style = "wrapped"): A.Expr {
  const R = (name: string): A.Expr => path(ctx.R, name);
  switch (value.kind) {
    case "relax.Var":
      return nameExpr(ctx.names.get(value) ?? ctx.names.give(value, value.name));
    case "relax.Const":
      return raiseConst(ctx, value);
    case "relax.ShapeExpr":
      return callExpr(R("shape"), [listExpr(value.values.map((v) => scalarExpr(ctx, v)))]);
    case "relax.PrimValue":
      return raiseScalar(ctx, value.value, style);
    case "relax.Str":
      return style === "bare" ? strExpr(value.value) : callExpr(R("str"), [strExpr(value.value)]);
    case "relax.DTypeValue":
      return style === "bare"
        ? strExpr(value.value.name)
        : callExpr(R("dtype"), [strExpr(value.value.name)]);
    case "relax.Tuple":
      return tupleExpr(value.fields.map((f) => raiseValue(ctx, f, tupleStyle(f))));
    case "relax.TupleGetItem":
      // `(a, b)[0]` would be `a` itself.
      if (value.tuple.kind === "relax.Tuple") {
        const fields = value.tuple.fields.map((f) => raiseValue(ctx, f));
        return callExpr(R("TupleGetItem"), [callExpr(R("tuple"), fields), intExpr(value.index)]);
      }
      return subscript(raiseValue(ctx, value.tuple), [intExpr(value.index)]);
    case "relax.Call":
      return raiseCall(ctx, value);
    case "ir.GlobalVar":
      return raiseGlobal(ctx, value.name);
    case "ir.ExternFunc":
      return raiseExtern(ctx, value);
    case "relax.Op":
      return R(value.name);
    case "relax.If":
    case "relax.SeqExpr":
      return nameExpr("_");
  }
}

/** Strings and dtypes keep their wrapper in tuples; scalars stand bare there. */
const tupleStyle = (field: Expr): Style => (field.kind === "relax.PrimValue" ? "bare" : "wrapped");

function raiseScalar(ctx: RaiseContext, value: PrimExpr, style: Style): A.Expr {
  const inner = scalarExpr(ctx, value);
  // A name or an expression over names is a scalar already.
  if (style === "bare" || (ctx.dialect !== "tvm-0.18" && value.kind === "tir.Var")) return inner;
  return callExpr(path(ctx.R, "prim_value"), [inner]);
}

/** A function of the module. */
export function raiseGlobal(ctx: RaiseContext, name: string): A.Expr {
  if (ctx.moduleRef === "") return nameExpr(name);
  ctx.usesModule = true;
  return member(nameExpr(ctx.moduleRef), name);
}

/** `R.ExternFunc("symbol")`, with its type when that is not the opaque default. */
export function raiseExtern(ctx: RaiseContext, value: ExternFunc): A.Expr {
  const args = [strExpr(value.symbol)];
  if (value.sinfo !== undefined) args.push(raiseType(ctx, value.sinfo, "body") as A.Str);
  return callExpr(path(ctx.R, "ExternFunc"), args);
}
