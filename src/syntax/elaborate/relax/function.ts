/** R functions: signature, body, result. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { relaxVar, seqExpr, tuple, type Func, type Var } from "../../../ir/relax/expr.js";
import {
  funcInfo,
  objectInfo,
  primInfo,
  type FuncInfo,
  type StructInfo,
} from "../../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";
import { erase } from "../../../op/deduce/index.js";
import { int64, tryDType, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { define, memberOf, spanOf, withScope, type ElabContext } from "../../context.js";
import { plainLiteral } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { closureInfo, infoOf } from "./infer.js";
import { isPureText } from "./purity.js";
import { elaborateReturn, resultOf } from "./return.js";
import { fail, finishFrame, makeState, type FunctionState } from "./state.js";
import { elaborateStatement } from "./statement.js";
import { introduce, introduceFrom, scalarAnnotation } from "./symbols.js";
import { elaborateType } from "./types.js";

const signatureSite = { strings: true, introduces: true } as const;

/** A function; undefined when its signature cannot be read (reported). */
export function elaborateFunction(
  ctx: ElabContext,
  def: A.FunctionDef,
  isNested: boolean,
): Func | undefined {
  return withScope(ctx, () => {
    const state = makeState(ctx, def.name, isNested);
    const options = decoratorOptions(state, def);
    const params = elaborateParams(state, def);
    const written = def.returns === undefined ? undefined : returnType(state, def.returns);
    const outer = symbolsInScope(state);
    // Names of the body may hide parameters without changing what the signature means.
    return withScope(ctx, () => {
      const ok = elaborateBody(state, def);
      if (params === undefined || !ok) return undefined;
      const result = resultOf(state) ?? tuple([]);
      const retSinfo = written ?? inferredReturn(state, result, params, outer);
      const name = functionName(state, def, options.isPrivate);
      return {
        kind: "relax.Function",
        name,
        params,
        body: seqExpr(finishFrame(state), result),
        retSinfo,
        isPure: options.isPure ?? (ctx.era === "2022" ? isPureText(ctx, def) : true),
        isPrivate: isNested || options.isPrivate,
        attrs: state.attrs,
        retInferred: def.returns === undefined,
        span: spanOf(ctx, def),
      };
    });
  });
}

interface Options {
  readonly isPure: boolean | undefined;
  readonly isPrivate: boolean;
}

/** Options of the decorator: `pure`, `private`; `check_well_formed` says nothing about the function. */
function decoratorOptions(state: FunctionState, def: A.FunctionDef): Options {
  let isPure: boolean | undefined;
  let isPrivate = false;
  for (const decorator of def.decorators) {
    if (decorator.kind !== "Call" || memberOf(state.ctx, decorator.func)?.dialect !== "R") continue;
    for (const a of decorator.args) {
      const name = a.name ?? "";
      const value = plainLiteral(state.ctx, a.value);
      const at = spanOf(state.ctx, a);
      if (name === "metadata") continue;
      if (name !== "pure" && name !== "private" && name !== "check_well_formed") {
        fail(
          state,
          codes.unknownOption({
            at,
            decorator: "R.function",
            name: name === "" ? "(by position)" : name,
            hints: ["it has `pure`, `private`"],
          }),
        );
      } else if (typeof value !== "boolean") fail(state, codes.optionNotConstant({ at, name }));
      else if (name === "pure") isPure = value;
      else if (name === "private") isPrivate = value;
    }
  }
  return { isPure, isPrivate };
}

/** Parameters; undefined when one of them has no type (reported). */
export function elaborateParams(state: FunctionState, def: A.FunctionDef): Var[] | undefined {
  const { ctx } = state;
  for (const p of def.typeParams) introduce(ctx, ctx.scope, p.name, int64, p);
  const scalars = new Map<A.Parameter, Symbol>();
  for (const p of def.params) {
    const dtype = p.annotation === undefined ? undefined : scalarAnnotation(ctx, p.annotation);
    if (dtype !== undefined) scalars.set(p, introduce(ctx, ctx.scope, p.name, dtype, p));
  }
  const declared = declaredSymbols(ctx, def);
  for (const p of def.params)
    if (p.annotation !== undefined) introduceFrom(ctx, ctx.scope, p.annotation, true, declared);
  const params: Var[] = [];
  const seen = new Set<string>();
  let ok = true;
  for (const p of def.params) {
    const at = { source: ctx.source, start: p.start, end: p.nameEnd };
    if (!checkParameter(state, p, seen)) ok = false;
    const symbol = scalars.get(p);
    const info =
      symbol === undefined ? parameterType(state, p) : primInfo(symbol.dtype, symbol, at);
    if (info === undefined) {
      define(ctx, p.name, { kind: "error" });
      ok = false;
      continue;
    }
    params.push(defineParameter(state, p, info, at));
  }
  return ok ? params : undefined;
}

/** Dtypes of symbols that the body declares: `n = T.float16()`. */
function declaredSymbols(ctx: ElabContext, def: A.FunctionDef): ReadonlyMap<string, DType> {
  const found = new Map<string, DType>();
  for (const stmt of def.body.body) {
    if (stmt.kind !== "Assign" || stmt.targets.length !== 1 || stmt.value.kind !== "Call") continue;
    const [target] = stmt.targets;
    const member = memberOf(ctx, stmt.value.func);
    const dtype =
      member?.dialect === "T" && stmt.value.args.length === 0 ? tryDType(member.name) : undefined;
    if (target?.kind === "Name" && dtype !== undefined) found.set(target.id, dtype);
  }
  return found;
}

function parameterType(state: FunctionState, p: A.Parameter): StructInfo | undefined {
  return p.annotation === undefined ? undefined : elaborateType(state, p.annotation, signatureSite);
}

function checkParameter(state: FunctionState, p: A.Parameter, seen: Set<string>): boolean {
  const { ctx } = state;
  const at = { source: ctx.source, start: p.start, end: p.nameEnd };
  if (p.star !== undefined) fail(state, codes.starParameter({ at, star: p.star, name: p.name }));
  else if (p.annotation === undefined) {
    fail(
      state,
      codes.missingAnnotation({ at, name: p.name, example: 'R.Tensor((2, 3), "float32")' }),
    );
  } else if (p.default !== undefined)
    fail(state, codes.defaultArgument({ at: spanOf(ctx, p.default), name: p.name }));
  else if (seen.has(p.name)) fail(state, codes.repeatedParameter({ at, name: p.name }));
  else {
    seen.add(p.name);
    return true;
  }
  return false;
}

/** A scalar parameter is its symbol; of `R.Prim(value=n)` the value written. */
function defineParameter(
  state: FunctionState,
  p: A.Parameter,
  info: StructInfo,
  at: FuncInfo["span"],
): Var {
  const made = relaxVar(p.name, info, { annotated: true, span: at });
  state.names.add(p.name);
  if (info.kind !== "relax.PrimInfo" || info.value === undefined)
    define(state.ctx, p.name, { kind: "relax", value: made });
  else if (info.value.kind === "tir.Var")
    define(state.ctx, p.name, { kind: "scalar", var: info.value });
  else define(state.ctx, p.name, { kind: "alias", value: info.value });
  return made;
}

function returnType(state: FunctionState, node: A.Expr): StructInfo | undefined {
  introduceFrom(state.ctx, state.ctx.scope, node, false);
  return elaborateType(state, node, signatureSite);
}

/** Signature of a function before its body is read; symbols are its own. What cannot be read is `R.Any`. */
export function signatureOfText(ctx: ElabContext, def: A.FunctionDef): FuncInfo {
  const silent: ElabContext = { ...ctx, sink: { report: () => undefined } };
  const isOld = ctx.era === "2022";
  return withScope(silent, () => {
    const state = makeState(silent, def.name, false);
    const options = decoratorOptions(state, def);
    const params = elaborateParams(state, def);
    const ret = def.returns === undefined ? undefined : returnType(state, def.returns);
    const isPure = options.isPure ?? (isOld ? isPureText(ctx, def) : true);
    const infos = params?.map((p) => p.sinfo ?? objectInfo) ?? def.params.map(() => objectInfo);
    return funcInfo(infos, ret ?? objectInfo, isPure);
  });
}

function symbolsInScope(state: FunctionState): ReadonlySet<Symbol> {
  const found = new Set<Symbol>();
  for (let s: typeof state.top | undefined = state.top; s !== undefined; s = s.parent) {
    for (const entity of s.names.values()) if (entity.kind === "scalar") found.add(entity.var);
  }
  return found;
}

/** Type of the result in terms of the signature: other symbols are forgotten. */
function inferredReturn(
  state: FunctionState,
  result: Parameters<typeof infoOf>[1],
  params: readonly Var[],
  symbols: ReadonlySet<Symbol>,
): StructInfo {
  const vars = new Set(params);
  const info = infoOf(state.ctx, result);
  return erase(info.kind === "relax.FuncInfo" ? closureInfo(state.ctx, info) : info, {
    symbol: (v) => (symbols.has(v) ? v : undefined),
    shape: (v) => (vars.has(v) ? v : undefined),
  });
}

/** False when the function has no result (reported). */
function elaborateBody(state: FunctionState, def: A.FunctionDef): boolean {
  let after = false;
  for (const stmt of def.body.body) {
    if (stmt.kind === "Return") {
      elaborateReturn(state, stmt);
      after = true;
    } else if (
      after &&
      stmt.kind !== "Pass" &&
      !(stmt.kind === "ExprStmt" && stmt.value.kind === "Str")
    ) {
      fail(state, relaxCodes.returnLast({ at: spanOf(state.ctx, stmt) }));
      return false;
    } else elaborateStatement(state, stmt);
  }
  if (resultOf(state) !== undefined) return true;
  // The line that returns may be the one that could not be read.
  if (def.body.body.some((stmt) => stmt.kind === "ErrorStmt")) return false;
  const at = { source: state.ctx.source, start: def.nameStart, end: def.nameEnd };
  fail(state, relaxCodes.returnMissing({ at, name: def.name }));
  return false;
}

/** `global_symbol` names the function; it is no attribute of the IR. */
function functionName(state: FunctionState, def: A.FunctionDef, isPrivate: boolean): string {
  const symbol = state.attrs.get("global_symbol");
  if (typeof symbol !== "string") return def.name;
  const at = { source: state.ctx.source, start: def.nameStart, end: def.nameEnd };
  if (isPrivate) fail(state, relaxCodes.privateSymbol({ at }));
  if (symbol === def.name) state.attrs.delete("global_symbol");
  return def.name;
}
