/** Struct info of values while they are bound. Mistakes are left to the checker, which infers again. */
import type { Expr, Func } from "../../../ir/relax/expr.js";
import { opaqueFunc, type FuncInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { makeVar, type Var } from "../../../ir/tir/expr.js";
import {
  erase,
  functionSignature,
  inferExpr,
  makeInferContext,
  signatureOf,
  type Images,
} from "../../../op/deduce/index.js";
import type { InferContext } from "../../../op/infer-context.js";
import type { ElabContext } from "../../context.js";
import { lookup } from "../../scope.js";
import { plainSymbols } from "./plain-symbols.js";

/** Struct info of any value. */
export const infoOf = (ctx: ElabContext, value: Expr | Func): StructInfo =>
  value.kind === "relax.Function"
    ? closureInfo(ctx, functionSignature(value))
    : inferExpr(value, contextFor(ctx));

/** Type of a closure: symbols that its parameters introduce are the type's own, not the function's. */
export function closureInfo(ctx: ElabContext, info: FuncInfo): FuncInfo {
  const plain = new Set<Var>();
  for (const p of info.params ?? []) plainSymbols(p, plain);
  const fresh = new Map<Var, Var>();
  for (const v of plain) {
    const entity = lookup(ctx.scope, v.name);
    if (entity?.kind !== "scalar" || entity.var !== v)
      fresh.set(v, makeVar(v.name, v.dtype, v.span));
  }
  if (fresh.size === 0) return info;
  const images: Images = { symbol: (v) => fresh.get(v) ?? v, shape: (v) => v };
  return {
    ...info,
    params: info.params?.map((p) => erase(p, images)),
    ret: erase(info.ret, images),
  };
}

const contexts = new WeakMap<ElabContext, InferContext>();

function contextFor(ctx: ElabContext): InferContext {
  let made = contexts.get(ctx);
  if (made === undefined) {
    made = makeInferContext({
      signature: (name) => declaredInfo(ctx, name),
      // Symbols that are visible where the value stands outlive the branches inside it.
      isOuter: (v) => {
        const entity = lookup(ctx.scope, v.name);
        return entity?.kind === "scalar" && entity.var === v;
      },
    });
    contexts.set(ctx, made);
  }
  return made;
}

/** Signature of a function of the module; a T function that is not elaborated yet is opaque. */
function declaredInfo(ctx: ElabContext, name: string): FuncInfo | undefined {
  const declared = ctx.functions.get(name);
  if (declared === undefined) return undefined;
  // What is elaborated says more: a return type that was not written.
  if (declared.func !== undefined) return signatureOf(declared.func);
  if (declared.info !== undefined) return declared.info;
  return declared.extern?.sinfo ?? opaqueFunc;
}
