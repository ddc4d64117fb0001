/** R functions as definitions. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { visit } from "../../../ir/core/visit.js";
import type { Func, Var } from "../../../ir/relax/expr.js";
import { objectInfo, scalarSymbol } from "../../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import {
  assign,
  boolExpr,
  callExpr,
  exprStmt,
  functionDef,
  nameExpr,
  parameter,
  path,
  returnStmt,
} from "../build.js";
import { plainSymbols } from "../../elaborate/relax/plain-symbols.js";
import type { RaiseContext } from "../context.js";
import { makeBody, raiseBlocks } from "./binding.js";
import { raiseType, showsAllTypes } from "./types.js";
import { raiseValue } from "./value.js";
import { attrsExpr } from "./scalar.js";

/** A function of the module, or (with `closure`, the variable it is bound to) one inside another. */
export function raiseFunction(
  outer: RaiseContext,
  func: Func,
  name: string,
  closure?: Var,
): A.FunctionDef {
  const isNested = closure !== undefined;
  const ctx: RaiseContext = {
    ...outer,
    options: { ...outer.options, intDtype: int64 },
    usesModule: false,
    pending: [],
  };
  ctx.names.push();
  const site = new Set<Symbol>();
  const params = raiseParams(ctx, func, site);
  const returns = returnExpr(ctx, func, site);
  const alias = isNested ? undefined : moduleAlias(outer);
  if (alias !== undefined) ctx.moduleRef = alias;
  const body = makeBody(ctx, usedVars(func));
  const stmts = raiseBlocks(body, func.body.blocks);
  const result = func.body.body;
  stmts.push(
    returnStmt(raiseValue(ctx, result, result.kind === "relax.PrimValue" ? "bare" : "wrapped")),
  );
  ctx.names.pop();
  if (isNested && ctx.usesModule) outer.usesModule = true;
  const head: A.Stmt[] = [];
  if (func.attrs.size > 0)
    head.push(exprStmt(callExpr(path(ctx.R, "func_attr"), [attrsExpr(ctx, func.attrs)])));
  if (alias !== undefined && ctx.usesModule && alias !== outer.moduleRef)
    head.push(assign(nameExpr(alias), nameExpr(outer.moduleRef)));
  return functionDef({
    decorators: [decorator(ctx, func, isNested)],
    name,
    params,
    returns,
    body: [...head, ...ctx.pending, ...stmts],
  });
}

/** Name under which the body refers to the module: its alias, or undefined for loose functions. */
function moduleAlias(ctx: RaiseContext): string | undefined {
  if (ctx.moduleRef === "") return undefined;
  const alias = ctx.options.moduleAlias ?? "cls";
  return alias === "" ? ctx.moduleRef : alias;
}

function decorator(ctx: RaiseContext, func: Func, isNested: boolean): A.Expr {
  const keywords: (readonly [string, A.Expr])[] = [];
  if (!func.isPure) keywords.push(["pure", boolExpr(false)]);
  if (func.isPrivate && !isNested) keywords.push(["private", boolExpr(true)]);
  const name = path(ctx.R, "function");
  return keywords.length === 0 ? name : callExpr(name, [], keywords);
}

/** Parameters; scalars are named first, because earlier annotations may mention them. */
function raiseParams(ctx: RaiseContext, func: Func, site: Set<Symbol>): A.Parameter[] {
  const { names } = ctx;
  for (const p of func.params) {
    const name = names.give(p, p.name);
    const symbol = scalarSymbol(p.sinfo);
    if (symbol !== undefined && names.get(symbol) === undefined) names.alias(symbol, name);
  }
  // Plain dimensions name their symbols before compound ones, which stand in strings, mention them.
  const plain = new Set<Symbol>();
  for (const p of func.params) plainSymbols(p.sinfo ?? objectInfo, plain);
  for (const symbol of plain) {
    if (names.get(symbol) !== undefined) continue;
    names.give(symbol, symbol.name);
    site.add(symbol);
  }
  return func.params.map((p) => {
    const info = p.sinfo ?? objectInfo;
    const isScalar =
      info.kind === "relax.PrimInfo" &&
      scalarSymbol(info) !== undefined &&
      names.get(info.value!) === names.get(p);
    const type = isScalar
      ? raiseType(ctx, { ...info, value: undefined }, site)
      : raiseType(ctx, info, site);
    return parameter(names.get(p)!, type);
  });
}

/** The return type; text for TVM says it only where the source did. */
function returnExpr(ctx: RaiseContext, func: Func, site: Set<Symbol>): A.Expr | undefined {
  if (!showsAllTypes(ctx) && func.retInferred === true) return undefined;
  return raiseType(ctx, func.retSinfo, site);
}

/** Variables that something reads. */
function usedVars(func: Func): ReadonlySet<Var> {
  const used = new Set<Var>();
  visit(func.body, {
    enter(node, defining) {
      if (node.kind === "relax.Var" && !defining) used.add(node);
    },
  });
  return used;
}
