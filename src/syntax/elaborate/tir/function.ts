/** T functions: decorator, parameters, body. */
import type {
  Call,
  Expr,
  FunctionDef,
  Parameter,
  Stmt as Ast,
} from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { boolImm, makeVar, type Var } from "../../../ir/tir/expr.js";
import { param, type Param, type PrimFunc } from "../../../ir/tir/function.js";
import { block, type Stmt } from "../../../ir/tir/stmt.js";
import { handle, int64, voidType, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { define, memberOf, report, spanOf, withScope, type ElabContext } from "../../context.js";
import { plainLiteral } from "../literal.js";
import { bindArguments, unknownKeyword } from "./arguments.js";
import { bracketArguments, bufferFrom, BUFFER_PARAMS } from "./buffer-args.js";
import { newFrame, type TirState } from "./state.js";
import { elaborateStatements } from "./reader.js";
import { statementList } from "./statement-list.js";
import { declaredDType, isDeclaration } from "./symbol.js";
import { scalarType } from "./type-annotation.js";

/** A T function; undefined when it could not be made (reported). */
export function elaborateTirFunction(def: FunctionDef, ctx: ElabContext): PrimFunc | undefined {
  const options = decoratorOptions(ctx, def);
  const saved = { tir: ctx.tir, functionScope: ctx.functionScope, literalInt: ctx.literalInt };
  const made = withScope(ctx, () => {
    ctx.functionScope = ctx.scope;
    ctx.tir = newState(ctx, def);
    const params = elaborateParams(ctx, def, ctx.tir);
    const retType = returnType(ctx, def.returns);
    const list = statementList();
    elaborateStatements(ctx, def.body, list);
    return finish(ctx, def, options, params, retType, list.finish());
  });
  ctx.tir = saved.tir;
  ctx.functionScope = saved.functionScope;
  ctx.literalInt = saved.literalInt;
  return made;
}

const newState = (ctx: ElabContext, def: FunctionDef): TirState => ({
  functionScope: ctx.scope,
  attrs: new Map(),
  loops: new Map(),
  threads: new Map(),
  declared: declaredSymbols(ctx, def.body.body),
  symbols: new Map(),
  handles: new Map(),
  pointers: new Set(),
  block: newFrame(true),
  hasBlocks: false,
  atHead: true,
});

/** Dtypes of `n = T.int64()` at the top of a body: they decide the type of a string dimension. */
function declaredSymbols(ctx: ElabContext, body: readonly Ast[]): Map<string, DType> {
  const declared = new Map<string, DType>();
  for (const stmt of body) {
    if (stmt.kind !== "Assign" || stmt.targets.length !== 1) continue;
    const target = stmt.targets[0]!;
    const names = target.kind === "Tuple" ? target.items : [target];
    const values = stmt.value.kind === "Tuple" ? stmt.value.items : [stmt.value];
    names.forEach((name, i) => {
      const value = values[i];
      if (name.kind !== "Name" || value?.kind !== "Call" || !isDeclaration(ctx, value)) return;
      const dtype = declaredDType(ctx, value);
      if (dtype !== undefined) declared.set(name.id, dtype);
    });
  }
  return declared;
}

interface Options {
  readonly isPrivate: boolean;
  readonly sTir: boolean | undefined;
  readonly persistent: boolean;
}

/** `@T.prim_func(private=True, s_tir=True)` */
function decoratorOptions(ctx: ElabContext, def: FunctionDef): Options {
  const found = new Map<string, boolean>();
  const known = ["private", "check_well_formed", "s_tir", "persistent", "is_stir"];
  for (const decorator of def.decorators) {
    if (decorator.kind !== "Call" || memberOf(ctx, decorator.func)?.name !== "prim_func") continue;
    for (const a of decorator.args) {
      if (a.name === undefined || !known.includes(a.name)) {
        unknownKeyword(ctx, "T.prim_func", a, a.name ?? "", known);
        continue;
      }
      const value = plainLiteral(ctx, a.value);
      if (typeof value === "boolean") found.set(a.name, value);
      else report(ctx, codes.optionNotConstant({ at: spanOf(ctx, a), name: a.name }));
    }
  }
  return {
    isPrivate: found.get("private") ?? false,
    sTir: found.get("s_tir") ?? found.get("is_stir"),
    persistent: found.get("persistent") ?? false,
  };
}

// ---- parameters --------------------------------------------------------------

/** Scalars first, so that shapes of earlier parameters may name them; results in the order of the text. */
function elaborateParams(ctx: ElabContext, def: FunctionDef, tir: TirState): (() => Param)[] {
  for (const t of def.typeParams) {
    const v = makeVar(t.name, tir.declared.get(t.name) ?? int64, spanOf(ctx, t));
    define(ctx, t.name, { kind: "scalar", var: v });
    tir.symbols.set(t.name, v);
  }
  const seen = new Set<string>();
  const scalars = new Map<Parameter, Var>();
  for (const p of def.params) {
    if (!checkParam(ctx, p, seen)) continue;
    if (p.annotation === undefined || isBufferType(ctx, p.annotation)) continue;
    const type = scalarType(ctx, p.annotation);
    const v = makeVar(p.name, type?.dtype ?? handle, nameSpan(ctx, p), {
      ...(type?.pointer && { pointer: type.pointer }),
    });
    scalars.set(p, v);
    define(ctx, p.name, type === undefined ? { kind: "error" } : { kind: "scalar", var: v });
    if (v.dtype === handle) tir.handles.set(v, undefined);
  }
  const made: (() => Param)[] = [];
  for (const p of def.params) {
    const scalar = scalars.get(p);
    if (scalar !== undefined)
      made.push(() => param(scalar, tir.handles.get(scalar), nameSpan(ctx, p)));
    else if (p.annotation !== undefined && isBufferType(ctx, p.annotation)) {
      const one = bufferParam(ctx, p, p.annotation);
      if (one !== undefined) made.push(() => one);
    } else define(ctx, p.name, { kind: "error" });
  }
  return made;
}

const nameSpan = (ctx: ElabContext, p: Parameter): ReturnType<typeof spanOf> =>
  spanOf(ctx, { start: p.start, end: p.nameEnd > p.start ? p.nameEnd : p.end });

function checkParam(ctx: ElabContext, p: Parameter, seen: Set<string>): boolean {
  const at = nameSpan(ctx, p);
  if (p.star !== undefined) {
    report(ctx, codes.starParameter({ at, star: p.star, name: p.name }));
    return false;
  }
  if (seen.has(p.name)) report(ctx, codes.repeatedParameter({ at, name: p.name }));
  seen.add(p.name);
  if (p.default !== undefined) report(ctx, codes.defaultArgument({ at, name: p.name }));
  if (p.annotation === undefined) {
    report(
      ctx,
      codes.missingAnnotation({ at, name: p.name, example: 'T.Buffer((16,), "float32")' }),
    );
    define(ctx, p.name, { kind: "error" });
    return false;
  }
  return true;
}

/** `T.Buffer(…)` or `T.Buffer[…]`. */
function isBufferType(ctx: ElabContext, at: Expr): boolean {
  const head = at.kind === "Call" ? at.func : at.kind === "Subscript" ? at.value : at;
  const member = memberOf(ctx, head);
  return (
    member?.dialect === "T" &&
    (member.name === "Buffer" || member.name === "buffer" || member.name === "buffer_decl")
  );
}

function bufferParam(ctx: ElabContext, p: Parameter, annotation: Expr): Param | undefined {
  const at = { start: p.start, end: p.nameEnd > p.start ? p.nameEnd : p.end };
  const values =
    annotation.kind === "Subscript"
      ? bracketArguments(annotation)
      : annotation.kind === "Call"
        ? bindArguments(ctx, "T.Buffer", annotation as Call, BUFFER_PARAMS).values
        : new Map<string, Expr>();
  const buffer = bufferFrom(ctx, values, { name: p.name, at });
  define(ctx, p.name, buffer === undefined ? { kind: "error" } : { kind: "buffer", buffer });
  if (buffer === undefined) return undefined;
  return param(makeVar(p.name, handle, spanOf(ctx, at)), buffer, spanOf(ctx, at));
}

function returnType(ctx: ElabContext, at: Expr | undefined): DType {
  if (at === undefined || (at.kind === "Constant" && at.value === "None")) return voidType;
  return scalarType(ctx, at)?.dtype ?? voidType;
}

// ---- the whole ----------------------------------------------------------------

function finish(
  ctx: ElabContext,
  def: FunctionDef,
  options: Options,
  params: readonly (() => Param)[],
  retType: DType,
  body: Stmt,
): PrimFunc {
  const tir = ctx.tir!;
  const attrs = new Map<string, AttrValue>(tir.attrs);
  if (attrs.get("global_symbol") === def.name) attrs.delete("global_symbol");
  let sTir = options.sTir;
  for (const key of ["s_tir", "tir.s_tir", "is_stir"]) {
    if (typeof attrs.get(key) === "boolean") {
      sTir ??= attrs.get(key) as boolean;
      attrs.delete(key);
    }
  }
  return {
    kind: "tir.PrimFunc",
    name: def.name,
    params: params.map((make) => make()),
    retType,
    attrs,
    isPrivate: options.isPrivate,
    sTir: sTir ?? (ctx.moduleSTir || tir.hasBlocks || hasRoot(tir)),
    persistent: options.persistent,
    body: hasRoot(tir) ? rootBlock(ctx, def, tir, body) : body,
    span: spanOf(ctx, { start: def.nameStart, end: def.nameEnd }),
  };
}

/** Whether something stands at function level that only a block can own. */
const hasRoot = (tir: TirState): boolean =>
  tir.block.allocs.length > 0 ||
  tir.block.reads !== undefined ||
  tir.block.writes !== undefined ||
  tir.block.annotations !== undefined ||
  tir.block.matches.length > 0;

/** The root block that the text leaves out. */
function rootBlock(ctx: ElabContext, def: FunctionDef, tir: TirState, body: Stmt): Stmt {
  const frame = tir.block;
  const span = spanOf(ctx, { start: def.nameStart, end: def.nameEnd });
  return block({
    name: "root",
    values: [],
    predicate: boolImm(true, span),
    reads: frame.reads ?? [],
    writes: frame.writes ?? [],
    ...(frame.annotations !== undefined && { annotations: frame.annotations }),
    allocs: frame.allocs,
    matches: frame.matches,
    body,
    implicitRoot: true,
    span,
  });
}
