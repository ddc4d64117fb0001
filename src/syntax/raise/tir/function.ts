/** T functions as definitions. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Node } from "../../../ir/nodes.js";
import { attrArg, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { Param, PrimFunc } from "../../../ir/tir/function.js";
import { printExpr } from "../../../../grammar/layout/index.js";
import { voidType } from "../../../support/dtype.js";
import { raiseAttrs } from "../attributes.js";
import {
  assign,
  boolExpr,
  callExpr,
  exprStmt,
  functionDef,
  nameExpr,
  parameter,
  path,
  strExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { aliasParts, bufferCall } from "./buffer.js";
import { declarationOf, raisePrimExpr } from "./expression.js";
import { raiseInside } from "./block.js";
import { raiseBody } from "./statement.js";

/** A function of the module under `name`. */
export function raiseTirFunction(func: PrimFunc, name: string, outer: RaiseContext): A.FunctionDef {
  const { sharedThreads, handles } = survey(func);
  const ctx: RaiseContext = {
    ...outer,
    pending: [],
    outermost: func.body.kind === "tir.Block" ? func.body : undefined,
    loops: new Map(),
    sharedThreads,
    declareBuffer,
  };
  ctx.names.push();
  const heads: A.Stmt[] = [];
  const params = raiseParams(ctx, func, handles, heads);
  ctx.names.push();
  const { body } = func;
  const stmts =
    body.kind === "tir.Block" && body.implicitRoot && body.iters.length === 0
      ? raiseInside(ctx, body, false)
      : raiseBody(ctx, body);
  ctx.names.pop();
  const attrs =
    func.attrs.size === 0
      ? []
      : [exprStmt(callExpr(path(ctx.T, "func_attr"), [raiseAttrs(ctx, func.attrs)]))];
  ctx.names.pop();
  if (ctx.usesModule) outer.usesModule = true;
  return functionDef({
    decorators: [decorator(ctx, func)],
    name,
    params,
    returns: func.retType === voidType ? undefined : path(ctx.T, func.retType.name),
    body: [...attrs, ...ctx.pending, ...heads, ...stmts],
  });
}

function decorator(ctx: RaiseContext, func: PrimFunc): A.Expr {
  const keywords: (readonly [string, A.Expr])[] = [];
  if (func.isPrivate) keywords.push(["private", boolExpr(true)]);
  if (func.sTir && ctx.dialect !== "tvm-0.18") keywords.push(["s_tir", boolExpr(true)]);
  if (func.persistent) keywords.push(["persistent", boolExpr(true)]);
  const name = path(ctx.T, "prim_func");
  return keywords.length === 0 ? name : callExpr(name, [], keywords);
}

/** A buffer that nothing defines: declared at the top, over memory of its own. */
function declareBuffer(ctx: RaiseContext, buffer: Buffer): A.Expr {
  const known = ctx.names.get(buffer.data);
  const name = ctx.names.keep(buffer, buffer.name);
  if (known === undefined) ctx.names.alias(buffer.data, `${name}.data`);
  const text =
    known === undefined
      ? bufferCall(ctx, "Buffer", buffer)
      : bufferCall(ctx, "decl_buffer", buffer, {
          data: true,
          scope: buffer.data.pointer?.scope ?? "global",
        });
  ctx.pending.push(assign(nameExpr(name), text));
  return nameExpr(name);
}

/** Thread variables of more than one launch, and handles of buffer parameters that are used as such. */
function survey(func: PrimFunc): {
  readonly sharedThreads: ReadonlySet<Var>;
  readonly handles: ReadonlySet<Var>;
} {
  const seen = new Set<Var>();
  const sharedThreads = new Set<Var>();
  const matched = new Set(func.params.filter((p) => p.buffer !== undefined).map((p) => p.var));
  const handles = new Set<Var>();
  const enter = (node: Node): void => {
    if (node.kind === "tir.Var" && matched.has(node)) handles.add(node);
    if (node.kind !== "tir.IterVar" || node.iterKind !== "thread") return;
    if (seen.has(node.var)) sharedThreads.add(node.var);
    seen.add(node.var);
  };
  visit(func.body, { enter });
  visit(attrArg(func.attrs), { enter });
  return { sharedThreads, handles };
}

// ---- parameters ------------------------------------------------------------------

/**
 * Scalars are named first, since shapes may mention them. A buffer stands in the signature when every symbol of its
 * properties is a scalar parameter or is introduced as a plain dimension (a string, then declared in the body with its
 * dtype); otherwise, and always in the TVM dialects when there are symbols, it is a handle that the body matches.
 */
function raiseParams(
  ctx: RaiseContext,
  func: PrimFunc,
  handles: ReadonlySet<Var>,
  heads: A.Stmt[],
): A.Parameter[] {
  const names = new Map<Param, string>();
  for (const p of func.params) {
    if (p.buffer === undefined) names.set(p, ctx.names.give(p.var, p.var.name));
    else {
      const name = ctx.names.give(p.buffer, p.buffer.name);
      names.set(p, name);
      aliasParts(ctx, p.buffer, name);
    }
  }
  const scalars = new Set(func.params.filter((p) => p.buffer === undefined).map((p) => p.var));
  const before = new Set<Var>();
  const introduced = new Set<Var>();
  const declared = new Set<Var>();
  return func.params.map((p): A.Parameter => {
    const name = names.get(p)!;
    const { buffer } = p;
    if (buffer === undefined) {
      before.add(p.var);
      return parameter(name, scalarAnnotation(ctx, p.var));
    }
    const all = symbolsOf(ctx, buffer, name);
    // TVM reads parameters from left to right.
    const isLate = ctx.dialect !== "native" && all.some((v) => scalars.has(v) && !before.has(v));
    const symbols = all.filter((v) => !scalars.has(v));
    const isPlain = p.var.pointer === undefined && !handles.has(p.var);
    const fits = !isLate && isPlain && fitsSignature(ctx, buffer, symbols, introduced);
    for (const v of symbols) {
      if (fits) introduced.add(v);
      if (declared.has(v)) continue;
      declared.add(v);
      const symbol = ctx.names.give(v, v.name);
      ctx.pending.push(assign(nameExpr(symbol), declarationOf(ctx, v)));
    }
    if (fits) {
      const dimension = (d: PrimExpr): A.Expr =>
        symbolsIn(d).some((v) => !scalars.has(v)) ? asString(ctx, d) : raisePrimExpr(ctx, d);
      return parameter(
        name,
        bufferCall(ctx, "Buffer", buffer, { dimension, data: sharesData(ctx, buffer, name) }),
      );
    }
    const handle = ctx.names.give(
      p.var,
      p.var.name === buffer.name ? `${name}_handle` : p.var.name,
    );
    heads.push(
      assign(
        nameExpr(name),
        bufferCall(ctx, "match_buffer", buffer, {
          first: [nameExpr(handle)],
          data: sharesData(ctx, buffer, name),
        }),
      ),
    );
    return parameter(handle, declarationOf(ctx, p.var));
  });
}

/** Whether the pointer of a parameter is that of an earlier one. */
const sharesData = (ctx: RaiseContext, buffer: Buffer, name: string): boolean =>
  ctx.names.get(buffer.data) !== `${name}.data`;

const asString = (ctx: RaiseContext, d: PrimExpr): A.Expr =>
  strExpr(printExpr(raisePrimExpr(ctx, d)));

function fitsSignature(
  ctx: RaiseContext,
  buffer: Buffer,
  symbols: readonly Var[],
  introduced: ReadonlySet<Var>,
): boolean {
  if (symbols.length === 0) return true;
  if (ctx.dialect !== "native" || ctx.options.header === true) return false;
  const plain = new Set(introduced);
  for (const d of buffer.shape) if (d.kind === "tir.Var") plain.add(d);
  return symbols.every((v) => plain.has(v)) && introducedInOrder(buffer, introduced);
}

/** Whether each compound expression only mentions symbols that stood plainly before it. */
function introducedInOrder(buffer: Buffer, introduced: ReadonlySet<Var>): boolean {
  const known = new Set(introduced);
  const all = [
    ...buffer.shape,
    ...buffer.strides,
    ...(buffer.elemOffset === undefined ? [] : [buffer.elemOffset]),
  ];
  for (const d of all) {
    if (d.kind === "tir.Var") known.add(d);
    else if (symbolsIn(d).some((v) => !known.has(v))) return false;
  }
  return true;
}

/** Symbols of a buffer's shape, strides and offset, the automatic offset aside. */
function symbolsOf(ctx: RaiseContext, buffer: Buffer, name: string): Var[] {
  const found = new Set<Var>();
  for (const d of [...buffer.shape, ...buffer.strides]) for (const v of symbolsIn(d)) found.add(v);
  const offset = buffer.elemOffset;
  const isAutomatic = offset?.kind === "tir.Var" && ctx.names.get(offset) === `${name}.elem_offset`;
  if (offset !== undefined && !isAutomatic) for (const v of symbolsIn(offset)) found.add(v);
  return [...found];
}

function symbolsIn(e: PrimExpr): Var[] {
  if (e.kind === "tir.IntImm") return [];
  if (e.kind === "tir.Var") return [e];
  const found = new Set<Var>();
  visit(e, {
    enter: (node) => {
      if (node.kind === "tir.Var") found.add(node);
    },
  });
  return [...found];
}

function scalarAnnotation(ctx: RaiseContext, v: Var): A.Expr {
  if (v.pointer !== undefined) return declarationOf(ctx, v);
  return path(ctx.T, v.dtype.name);
}
