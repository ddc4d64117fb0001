/** Bindings, blocks and branches as statements. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import type { Binding, BindingBlock, Expr, If, SeqExpr, Var } from "../../../ir/relax/expr.js";
import { isVoid, objectInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { inferExpr, makeInferContext } from "../../../op/deduce/index.js";
import type { InferContext } from "../../../op/infer-context.js";
import { isLeaf } from "../../elaborate/relax/branch.js";
import {
  annAssign,
  assign,
  callExpr,
  exprStmt,
  ifStmt,
  nameExpr,
  path,
  withStmt,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { raiseFunction } from "./function.js";
import { hasUnnamedSymbol, raiseType, showsAllTypes } from "./types.js";
import { raiseValue } from "./value.js";

/** What raising one function body shares. */
export interface BodyContext {
  readonly ctx: RaiseContext;
  readonly infer: InferContext;
  /** Variables that something reads; others may share the name `_`. */
  readonly used: ReadonlySet<Var>;
}

export const makeBody = (ctx: RaiseContext, used: ReadonlySet<Var>): BodyContext => ({
  ctx,
  used,
  infer: makeInferContext(ctx.module === undefined ? {} : { module: ctx.module }),
});

/** Statements of a sequence of blocks. */
export function raiseBlocks(body: BodyContext, blocks: readonly BindingBlock[]): A.Stmt[] {
  const stmts: A.Stmt[] = [];
  for (const block of blocks) {
    if (!block.dataflow) {
      for (const binding of block.bindings) stmts.push(raiseBinding(body, binding));
      continue;
    }
    const inner = block.bindings.map((b) => raiseBinding(body, b));
    const { R, names } = body.ctx;
    const outputs = block.bindings
      .filter((b) => !b.var.dataflow)
      .map((b) => nameExpr(names.get(b.var)!));
    inner.push(exprStmt(callExpr(path(R, "output"), outputs)));
    stmts.push(withStmt(callExpr(path(R, "dataflow"), []), inner));
  }
  return stmts;
}

/** Names a bound variable; a scalar's symbol has the same name. */
function nameVar(body: BodyContext, v: Var): string {
  const { names } = body.ctx;
  const known = names.get(v);
  if (known !== undefined) return known;
  const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
  if (/^_\d*$/.test(v.name) && !body.used.has(v) && symbol === undefined && v.dataflow === false) {
    names.alias(v, "_");
    return "_";
  }
  const name = names.give(v, v.name === "" ? (v.dataflow ? "lv" : "gv") : v.name);
  if (symbol?.kind === "tir.Var" && names.get(symbol) === undefined) names.alias(symbol, name);
  return name;
}

/** One binding as a statement, under the name of its variable or (result of a branch) under `target`. */
export function raiseBinding(body: BodyContext, binding: Binding, target?: string): A.Stmt {
  const { ctx } = body;
  const { value } = binding;
  if (value.kind === "relax.Function")
    return raiseFunction(ctx, value, target ?? nameVar(body, binding.var), binding.var);
  if (binding.kind === "relax.VarBinding" && value.kind === "relax.If")
    return raiseIf(body, value, target ?? nameVar(body, binding.var));
  if (binding.kind === "relax.MatchCast") {
    const type = raiseType(ctx, binding.sinfo, "body");
    const cast = callExpr(path(ctx.R, "match_cast"), [raiseValue(ctx, value), type]);
    return assign(nameExpr(target ?? nameVar(body, binding.var)), cast);
  }
  const text = raiseValue(ctx, value, value.kind === "relax.PrimValue" ? "bare" : "wrapped");
  if (target === undefined && isVoidCall(body, binding.var, value)) return exprStmt(text);
  const annotation = annotationOf(body, binding.var, value);
  const name = nameExpr(target ?? nameVar(body, binding.var));
  return annotation === undefined ? assign(name, text) : annAssign(name, annotation, text);
}

/** A call that gives nothing stands as a statement. */
function isVoidCall(body: BodyContext, v: Var, value: Expr): boolean {
  if (value.kind !== "relax.Call" || body.used.has(v)) return false;
  return isVoid(v.sinfo) && isVoid(inferExpr(value, body.infer));
}

/** The annotation to print, where it says something. */
function annotationOf(body: BodyContext, v: Var, value: Expr): A.Expr | undefined {
  const { ctx } = body;
  const info = v.sinfo ?? objectInfo;
  if (info.kind === "relax.PrimInfo") {
    // The name of a scalar is its symbol, so that the type has no value to say.
    return raiseType(
      ctx,
      ctx.dialect === "tvm-0.18"
        ? { ...info, value: undefined }
        : info.value === undefined
          ? info
          : { ...info, value: undefined },
      "body",
    );
  }
  if (!showsAllTypes(ctx) && !v.annotated && !differs(body, info, value)) return undefined;
  if (isDestinationCall(value) && value.sinfoArgs.length === 1 && same(value.sinfoArgs[0]!, info))
    return undefined;
  // A closure's own symbols have no name here.
  if (info.kind === "relax.FuncInfo" && hasUnnamedSymbol(ctx, info)) return undefined;
  return raiseType(ctx, info, "body");
}

const same = (a: StructInfo, b: StructInfo): boolean =>
  a === b || structuralEqual(a, b, { mapFreeVars: false });

/** Whether deduction would give another type than the variable has. */
const differs = (body: BodyContext, info: StructInfo, value: Expr): boolean =>
  !same(inferExpr(value, body.infer), info);

const DESTINATION = new Set([
  "call_tir",
  "call_tir_inplace",
  "call_tir_with_grad",
  "call_dps_packed",
  "dist.call_tir_local_view",
]);

const isDestinationCall = (value: Expr): value is Extract<Expr, { kind: "relax.Call" }> =>
  value.kind === "relax.Call" && value.op.kind === "relax.Op" && DESTINATION.has(value.op.name);

function raiseIf(body: BodyContext, value: If, name: string): A.Stmt {
  const cond = raiseValue(body.ctx, value.cond, "bare");
  return ifStmt(
    cond,
    raiseBranch(body, value.then, name),
    raiseBranch(body, value.otherwise, name),
  );
}

/** A branch ends in a binding of the result's name. */
function raiseBranch(body: BodyContext, seq: SeqExpr, name: string): A.Stmt[] {
  const { ctx } = body;
  ctx.names.push();
  const last = lastBinding(seq);
  const folds =
    last !== undefined &&
    isResult(last, seq.body) &&
    !(last.kind === "relax.VarBinding" && isLeaf(last.value as Expr));
  const stmts = raiseBlocks(body, folds ? withoutLast(seq.blocks) : seq.blocks);
  if (folds) stmts.push(raiseBinding(body, last, name));
  else stmts.push(finalBinding(body, seq.body, name));
  ctx.names.pop();
  return stmts;
}

function finalBinding(body: BodyContext, value: Expr, name: string): A.Stmt {
  const { ctx } = body;
  const text = raiseValue(ctx, value, value.kind === "relax.PrimValue" ? "bare" : "wrapped");
  const info = inferExpr(value, body.infer);
  if ((!showsAllTypes(ctx) && info.kind !== "relax.PrimInfo") || info.kind === "relax.FuncInfo")
    return assign(nameExpr(name), text);
  return annAssign(
    nameExpr(name),
    raiseType(ctx, info.kind === "relax.PrimInfo" ? { ...info, value: undefined } : info, "body"),
    text,
  );
}

function lastBinding(seq: SeqExpr): Binding | undefined {
  const block = seq.blocks[seq.blocks.length - 1];
  return block === undefined || block.dataflow
    ? undefined
    : block.bindings[block.bindings.length - 1];
}

const isResult = (binding: Binding, result: Expr): boolean =>
  result === binding.var ||
  (result.kind === "relax.PrimValue" &&
    binding.var.sinfo?.kind === "relax.PrimInfo" &&
    result.value === binding.var.sinfo.value);

function withoutLast(blocks: readonly BindingBlock[]): BindingBlock[] {
  const last = blocks[blocks.length - 1]!;
  return [...blocks.slice(0, -1), { ...last, bindings: last.bindings.slice(0, -1) }];
}
