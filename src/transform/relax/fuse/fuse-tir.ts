import { anchorOf, leafBlocks, patternKind } from "../../../analysis/tir-pattern/index.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";
import {
  op,
  relaxCall,
  shapeExpr,
  tuple,
  tupleGetItem,
  type Call,
  type Expr,
  type Func,
} from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { definePass } from "../../pass.js";
import { functionsNamedIn, rewriteFunction, updated, type Cursor } from "../rewrite/index.js";
import { OP_PATTERN } from "./annotate-tir-op-pattern.js";
import { PRIMITIVE } from "./fuse-ops.js";
import { ANCHOR, fusedPrimFunc, type FusedFunction } from "./fused-prim-func.js";
import { mergeBlocks } from "./merge-blocks.js";

/**
 * Precondition: none. Result: functions marked `Primitive` that are made of calls of T functions are one T function
 * each, in which spatial blocks are merged into the blocks that read them; calls of them are `call_tir`. T functions
 * that were used by them only are gone. Sound because the bodies run in the order of the bindings.
 */
export const fuseTir = definePass({
  name: "fuse-tir",
  dialect: "relax",
  summary: "Makes each group of fused calls one T function with merged loops.",
  requires: ["fuse-ops"],
  options: {},
  run(module) {
    const fused = new Map<string, FusedFunction>();
    for (const [name, func] of module.functions) {
      if (func.kind !== "relax.Function" || !func.attrs.has(PRIMITIVE)) continue;
      const made = fusedPrimFunc(func, module);
      if (made !== undefined)
        fused.set(name, { ...made, func: closed(withAnchor(mergeBlocks(made.func))) });
    }
    if (fused.size === 0) return module;
    const after = updated(module, (func, name) => {
      const own = fused.get(name);
      if (own !== undefined) return own.func;
      return func.kind === "relax.Function" ? withKernels(module, name, func, fused) : func;
    });
    return withoutUnused(after, module);
  },
});

/** What is fused once is not fused again. */
const closed = (func: PrimFunc): PrimFunc => ({
  ...func,
  attrs: new Map(func.attrs).set(OP_PATTERN, patternKind.opaque),
});

/** The function with the block that a schedule starts from; the one that was noted may be merged into another. */
function withAnchor(func: PrimFunc): PrimFunc {
  const noted = func.attrs.get(ANCHOR);
  if (noted === undefined || leafBlocks(func)?.leaves.some(({ block }) => block.name === noted))
    return func;
  const attrs = new Map(func.attrs);
  const name = anchorOf(func)?.name;
  if (name === undefined) attrs.delete(ANCHOR);
  else attrs.set(ANCHOR, name);
  return { ...func, attrs };
}

function withKernels(
  module: IRModule,
  name: string,
  func: Func,
  fused: ReadonlyMap<string, FusedFunction>,
): Func {
  return rewriteFunction(module, name, func, {
    value(value, at) {
      if (value.kind !== "relax.Call" || value.op.kind !== "ir.GlobalVar") return value;
      const made = fused.get(value.op.name);
      const callee = module.functions.get(value.op.name);
      if (made === undefined || callee?.kind !== "relax.Function") return value;
      return kernelCall(value, callee, made, at);
    },
  });
}

/** The call of a Relax function as a call of the T function that took its place. */
function kernelCall(call: Call, callee: Func, made: FusedFunction, at: Cursor): Expr {
  const tensors: Expr[] = [];
  const sizes: PrimExpr[] = [];
  callee.params.forEach((p, i) => {
    const arg = call.args[i]!;
    if (p.sinfo?.kind !== "relax.ShapeInfo") return tensors.push(...fieldsOf(arg, p.sinfo, at));
    const values = arg.kind === "relax.ShapeExpr" ? arg.values : shapeOf(at.infer.infoOf(arg));
    return sizes.push(...values);
  });
  const info = at.infer.infoOf(call);
  const outputs = info.kind === "relax.TupleInfo" ? info.fields : [info];
  const indices = made.outputs.map((o) => (o.kind === "argument" ? o.index : -1));
  const isInPlace = indices.some((i) => i >= 0);
  const args: Expr[] = [call.op, tuple(tensors)];
  const taken = sizes.filter((_, i) => made.sizes[i]!);
  if (taken.length > 0) args.push(shapeExpr(taken));
  return relaxCall(op(isInPlace ? "call_tir_inplace" : "call_tir"), args, {
    attrs: new Map(isInPlace ? [["inplace_indices", indices]] : []),
    sinfoArgs: outputs,
    span: call.span,
  });
}

const shapeOf = (info: StructInfo): readonly PrimExpr[] =>
  info.kind === "relax.ShapeInfo" ? (info.values ?? []) : [];

/** The tensors of an argument. */
function fieldsOf(arg: Expr, info: StructInfo | undefined, at: Cursor): readonly Expr[] {
  if (info?.kind !== "relax.TupleInfo") return [arg];
  return info.fields.flatMap((f, i) => {
    const field = arg.kind === "relax.Tuple" ? arg.fields[i]! : at.operand(tupleGetItem(arg, i));
    return fieldsOf(field, f, at);
  });
}

/** Takes away private T functions that nothing names any more. */
function withoutUnused(after: IRModule, before: IRModule): IRModule {
  const namesIn = (module: IRModule): ReadonlySet<string> =>
    new Set([...module.functions.values()].flatMap((f) => [...functionsNamedIn(module, f)]));
  const used = namesIn(after);
  const wasUsed = namesIn(before);
  return updated(after, (func, name): BaseFunc | undefined => {
    const isLeft = func.kind === "tir.PrimFunc" && func.isPrivate && wasUsed.has(name);
    return isLeft && !used.has(name) ? undefined : func;
  });
}
