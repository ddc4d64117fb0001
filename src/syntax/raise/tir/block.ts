/** Blocks as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import type { Range } from "../../../ir/tir/buffer.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { Block, IterKind } from "../../../ir/tir/stmt.js";
import { sumOf } from "../../../arith/index.js";
import { raiseAttrs } from "../attributes.js";
import {
  assign,
  boolExpr,
  callExpr,
  exprStmt,
  listExpr,
  nameExpr,
  path,
  strExpr,
  tupleExpr,
  withStmt,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { bufferCall, nameBuffer } from "./buffer.js";
import { raisePrimExpr } from "./expression.js";
import { raiseRegion } from "./operand.js";
import { raiseBody, raiseSuite } from "./suite.js";

const AXES: Readonly<Partial<Record<IterKind, string>>> = {
  spatial: "spatial",
  reduce: "reduce",
  scan: "scan",
  opaque: "opaque",
};

/** Names of block members, which changed in 2026. */
const member = (ctx: RaiseContext, name: string): A.Expr =>
  path(
    ctx.T,
    ctx.dialect === "tvm-0.18"
      ? name.replace("sblock_alloc", "alloc").replace("sblock", "block")
      : name,
  );

/** `with T.sblock("name"):` */
export function raiseBlock(ctx: RaiseContext, block: Block): A.Stmt[] {
  // An outermost block without variables is the root: without regions they are not inferred.
  const isRoot =
    block === ctx.outermost &&
    block.iters.length === 0 &&
    (block.name === "" || block.name === "root") &&
    block.reads.length + block.writes.length === 0;
  ctx.names.push();
  const head: A.Stmt[] =
    block.values === undefined ? freeAxes(ctx, block) : raiseAxes(ctx, block, block.values);
  if (!isTrue(block.predicate))
    head.push(statement(ctx, "where", [raisePrimExpr(ctx, block.predicate)]));
  const body = [...head, ...raiseInside(ctx, block, !isRoot)];
  ctx.names.pop();
  const attrs: (readonly [string, A.Expr])[] =
    block.values === undefined ? [["no_realize", boolExpr(true)]] : [];
  return [withStmt(callExpr(member(ctx, "sblock"), [strExpr(block.name)], attrs), body)];
}

/** What follows the block variables; for the implicit root also what stands at function level. */
export function raiseInside(ctx: RaiseContext, block: Block, isExplicit: boolean): A.Stmt[] {
  const out: A.Stmt[] = [];
  // Regions may mention neither allocations nor matches, so they come first.
  if (isExplicit || block.reads.length > 0 || block.writes.length > 0) {
    out.push(
      statement(
        ctx,
        "reads",
        block.reads.map((r) => raiseRegion(ctx, r)),
      ),
      statement(
        ctx,
        "writes",
        block.writes.map((r) => raiseRegion(ctx, r)),
      ),
    );
  }
  if (block.annotations.size > 0)
    out.push(exprStmt(callExpr(member(ctx, "sblock_attr"), [raiseAttrs(ctx, block.annotations)])));
  for (const buffer of block.allocs) {
    const name = nameBuffer(ctx, buffer);
    const call = bufferCall(ctx, "sblock_alloc_buffer", buffer);
    out.push(assign(name, { ...call, func: member(ctx, "sblock_alloc_buffer") }));
  }
  for (const match of block.matches) {
    const source = raiseRegion(ctx, match.source);
    const name = nameBuffer(ctx, match.buffer);
    out.push(
      assign(
        name,
        bufferCall(ctx, "match_buffer", match.buffer, {
          first: [source],
          scope: match.source.buffer.scope,
        }),
      ),
    );
  }
  if (block.init !== undefined)
    out.push(withStmt(callExpr(path(ctx.T, "init"), []), raiseSuite(ctx, block.init)));
  out.push(...raiseBody(ctx, block.body));
  return out;
}

const statement = (ctx: RaiseContext, name: string, args: readonly A.Expr[]): A.Stmt =>
  exprStmt(callExpr(path(ctx.T, name), args));

const isTrue = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;

/** Block variables in order; runs of two or more plain loop variables with the domain of their loop as one remap. */
function raiseAxes(ctx: RaiseContext, block: Block, values: readonly PrimExpr[]): A.Stmt[] {
  const out: A.Stmt[] = [];
  let i = 0;
  while (i < block.iters.length) {
    let end = i;
    while (end < block.iters.length && isRemapped(ctx, block, values, end)) end++;
    if (end - i >= 2 && ctx.options.sugar !== false) {
      const run = block.iters.slice(i, end);
      const kinds = run.map((iter) => (iter.iterKind === "spatial" ? "S" : "R")).join("");
      const loops = values.slice(i, end).map((v) => raisePrimExpr(ctx, v));
      const names = run.map((iter) => nameExpr(ctx.names.give(iter.var, iter.var.name)));
      out.push(
        assign(
          tupleExpr(names, false),
          callExpr(path(ctx.T, "axis.remap"), [strExpr(kinds), listExpr(loops)]),
        ),
      );
      i = end;
      continue;
    }
    out.push(raiseAxis(ctx, block, i, raisePrimExpr(ctx, values[i]!)));
    i++;
  }
  return out;
}

/** Variables of a block outside a realise have no bindings: they are bound to zero on reading. */
const freeAxes = (ctx: RaiseContext, block: Block): A.Stmt[] =>
  block.iters.map((iter, i) =>
    raiseAxis(
      ctx,
      block,
      i,
      raisePrimExpr(ctx, { kind: "tir.IntImm", value: 0, dtype: iter.var.dtype }),
    ),
  );

function raiseAxis(ctx: RaiseContext, block: Block, i: number, value: A.Expr): A.Stmt {
  const iter = block.iters[i]!;
  const dom = iter.dom === undefined ? nameExpr("None") : domainText(ctx, iter.dom);
  const call = callExpr(path(ctx.T, `axis.${AXES[iter.iterKind] ?? "opaque"}`), [dom, value]);
  return assign(nameExpr(ctx.names.give(iter.var, iter.var.name)), call);
}

function domainText(ctx: RaiseContext, dom: Range): A.Expr {
  const { min, extent } = dom;
  if (min.kind === "tir.IntImm" && min.value === 0) return raisePrimExpr(ctx, extent);
  return tupleExpr([raisePrimExpr(ctx, min), raisePrimExpr(ctx, sumOf(min, extent))]);
}

function isRemapped(
  ctx: RaiseContext,
  block: Block,
  values: readonly PrimExpr[],
  i: number,
): boolean {
  const iter = block.iters[i]!;
  const value = values[i]!;
  if (
    (iter.iterKind !== "spatial" && iter.iterKind !== "reduce") ||
    value.kind !== "tir.Var" ||
    iter.dom === undefined
  )
    return false;
  if (iter.var.dtype !== value.dtype) return false;
  const loop = ctx.loops.get(value);
  if (loop === undefined) return false;
  return equal(loop.min, iter.dom.min) && equal(loop.extent, iter.dom.extent);
}

const equal = (a: PrimExpr, b: PrimExpr): boolean =>
  a === b ||
  (a.kind === "tir.IntImm" && b.kind === "tir.IntImm"
    ? a.value === b.value && a.dtype === b.dtype
    : structuralEqual(a, b, { mapFreeVars: false }));
