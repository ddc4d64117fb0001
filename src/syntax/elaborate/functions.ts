/** Functions of a module: all names first, then signatures, then bodies. */
import type { Expr, FunctionDef, Stmt } from "../../../grammar/ast/nodes.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../codes.js";
import { define, memberOf, report, spanOf, type Declared, type ElabContext } from "../context.js";
import { eraOf } from "../era.js";
import { declareRelaxFunction, elaborateRelaxFunction } from "./relax/index.js";
import { elaborateTirFunction } from "./tir/index.js";

/** Dotted text of a decorator, for messages. */
export function decoratorText(expr: Expr): string {
  if (expr.kind === "Call") return decoratorText(expr.func);
  if (expr.kind === "Attribute") return `${decoratorText(expr.value)}.${expr.name}`;
  return expr.kind === "Name" ? expr.id : "…";
}

/** Whether a definition is a T or an R function; undefined (reported) when it is neither. */
export function functionKind(ctx: ElabContext, def: FunctionDef): "T" | "R" | undefined {
  const at = spanOf(ctx, { start: def.nameStart, end: def.nameEnd });
  for (const decorator of def.decorators) {
    const member = memberOf(ctx, decorator.kind === "Call" ? decorator.func : decorator);
    if (member?.dialect === "T" && member.name === "prim_func") return "T";
    if (member?.dialect === "R" && member.name === "function") return "R";
    if (member?.dialect === "T" && member.name === "jit") return template(ctx, def);
    if (member?.name === "pyfunc") {
      report(ctx, codes.pythonFunction({ at }));
      return undefined;
    }
  }
  const foreign = def.decorators[0];
  if (foreign !== undefined) {
    const decorator = decoratorText(foreign);
    const near = didYouMean(decorator, [
      "T.prim_func",
      "R.function",
      "T.macro",
      "T.inline",
      "R.macro",
    ]);
    report(
      ctx,
      codes.foreignDecorator({
        at: spanOf(ctx, foreign),
        decorator,
        hints: near === undefined ? [] : [near],
      }),
    );
    return undefined;
  }
  const guessed = mentionsDialect(ctx, def, "R") ? "R" : "T";
  if (ctx.options.bare === true) return guessed;
  const decorator = guessed === "R" ? "@R.function" : "@T.prim_func";
  report(ctx, codes.noDecorator({ at, what: "function", name: def.name, decorator }));
  return undefined;
}

/** Templates need a value for each compile-time parameter before they are functions. */
function template(ctx: ElabContext, def: FunctionDef): undefined {
  const parameters = def.params.map((p) => `\`${p.name}\``).join(", ");
  report(
    ctx,
    codes.templateFunction({
      at: spanOf(ctx, { start: def.nameStart, end: def.nameEnd }),
      name: def.name,
      parameters,
    }),
  );
  return undefined;
}

/** Whether an annotation or the first statement of a function mentions a dialect. */
function mentionsDialect(ctx: ElabContext, def: FunctionDef, dialect: "T" | "R"): boolean {
  const inExpr = (e: Expr | undefined): boolean => {
    if (e === undefined) return false;
    if (e.kind === "Call") return inExpr(e.func);
    if (e.kind === "Subscript") return inExpr(e.value);
    return e.kind === "Attribute" && memberOf(ctx, e)?.dialect === dialect;
  };
  const inStmt = (s: Stmt): boolean =>
    (s.kind === "ExprStmt" || s.kind === "Assign" || s.kind === "Return") && inExpr(s.value);
  return (
    def.params.some((p) => inExpr(p.annotation)) ||
    inExpr(def.returns) ||
    def.body.body.some(inStmt)
  );
}

/** Enters the names of all functions; their definitions follow in any order. */
export function declareFunctions(ctx: ElabContext, defs: readonly FunctionDef[]): void {
  for (const def of defs) {
    const dialect = functionKind(ctx, def);
    if (dialect === undefined) continue;
    if (ctx.functions.has(def.name)) {
      report(
        ctx,
        codes.repeatedFunction({
          at: spanOf(ctx, { start: def.nameStart, end: def.nameEnd }),
          name: def.name,
        }),
      );
      continue;
    }
    ctx.functions.set(def.name, { name: def.name, dialect, def });
    define(ctx, def.name, { kind: "function", name: def.name });
  }
}

/** Empties a block whose statements have been taken, where the tree may be consumed. */
export function letGo(ctx: ElabContext, ...lists: readonly (readonly Stmt[])[]): void {
  if (ctx.options.consume === true) for (const list of lists) (list as Stmt[]).length = 0;
}

/** Signatures of the R functions, then all bodies in the order of the text. */
export function elaborateFunctions(ctx: ElabContext): void {
  const fileEra = ctx.era;
  const eraFor = (def: FunctionDef): void => {
    ctx.era = ctx.options.era ?? eraOf(ctx.source.text.slice(def.start, def.end)) ?? fileEra;
  };
  const declared = [...ctx.functions.values()];
  for (const d of declared) {
    if (d.dialect !== "R" || d.def === undefined) continue;
    eraFor(d.def);
    d.info = declareRelaxFunction(d.def, ctx);
  }
  // T functions first: calls from R know their signatures.
  const rank = (d: Declared): number => (d.dialect === "T" ? 0 : 1);
  for (const d of [...declared].sort((a, b) => rank(a) - rank(b))) {
    if (d.def === undefined) continue;
    eraFor(d.def);
    ctx.depth = 0;
    d.func =
      d.dialect === "T" ? elaborateTirFunction(d.def, ctx) : elaborateRelaxFunction(d.def, ctx);
    if (ctx.options.consume === true) d.def = { ...d.def, body: { body: [] } };
  }
  ctx.era = fileEra;
}
