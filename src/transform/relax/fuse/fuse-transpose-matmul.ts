import { factsOf, leafBlocks, patternKind } from "../../../analysis/tir-pattern/index.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import {
  op,
  relaxCall,
  shapeExpr,
  tuple,
  type Binding,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { definePass } from "../../pass.js";
import {
  countUses,
  definitionsOf,
  eachBinding,
  isExternal,
  rewriteFunction,
  updated,
} from "../rewrite/index.js";
import { calleeOf } from "./fusion-graph.js";
import { PRIMITIVE } from "./fuse-ops.js";
import { fusedPrimFunc } from "./fused-prim-func.js";
import { groupFunction } from "./group-function.js";
import { mergeBlocks } from "./merge-blocks.js";
import { SharedFunctions } from "./shared-functions.js";

/**
 * Precondition: `legalize-ops`. Result: a contraction that reads a permuted copy, which nothing else uses, reads the
 * original by other indices; both calls are one. Sound because the elements are the same.
 */
export const fuseTransposeMatmul = definePass({
  name: "fuse-transpose-matmul",
  dialect: "relax",
  summary: "Lets contractions read transposed operands where they are.",
  requires: ["legalize-ops"],
  options: {},
  run(module) {
    const shared = new SharedFunctions(module);
    return updated(
      module,
      (func, name) => {
        const isOpen =
          func.kind === "relax.Function" && !isExternal(func) && !func.attrs.has(PRIMITIVE);
        return isOpen ? fused(module, name, func, shared) : func;
      },
      shared.added,
    );
  },
});

function fused(module: IRModule, name: string, func: Func, shared: SharedFunctions): Func {
  const definitions = definitionsOf(func);
  const counts = countUses(func);
  const calls = new Map<Var, Expr>();
  const gone = new Set<Var>();
  eachBinding(func.body, (b) => {
    const call = b.value;
    const callee = call.kind === "relax.Call" ? calleeOf(call, module) : undefined;
    if (call.kind !== "relax.Call" || callee === undefined || !isContraction(callee)) return;
    const copies = operandsOf(call).flatMap((e): Binding[] => {
      if (e.kind !== "relax.Var" || !e.dataflow || counts.get(e) !== 1) return [];
      const source = definitions.get(e);
      if (source?.value.kind !== "relax.Call" || gone.has(e)) return [];
      const copy = calleeOf(source.value, module);
      return copy !== undefined && isPermutation(copy) ? [source] : [];
    });
    const image = copies.length === 0 ? undefined : callOf([...copies, b], module, shared);
    if (image === undefined) return;
    calls.set(b.var, image);
    for (const copy of copies) gone.add(copy.var);
  });
  if (calls.size === 0) return func;
  return rewriteFunction(module, name, func, {
    value: (value, at, { var: v }) =>
      gone.has(v) ? undefined : calls.has(v) ? at.imageOf(calls.get(v)!) : value,
  });
}

const operandsOf = (call: Call): readonly Expr[] =>
  call.args[1]?.kind === "relax.Tuple" ? call.args[1].fields : [];

const isContraction = (func: PrimFunc): boolean => {
  const leaves = leafBlocks(func)?.leaves ?? [];
  return factsOf(func).kind === patternKind.outFusable && leaves.some((l) => l.reduced.length > 0);
};

/** One block that stores the elements of its input under permuted axes. */
function isPermutation(func: PrimFunc): boolean {
  const [leaf, ...more] = leafBlocks(func)?.leaves ?? [];
  if (leaf === undefined || more.length > 0 || leaf.lets.length > 0) return false;
  const [store] = leaf.stores;
  const source = store!.value;
  return (
    factsOf(func).kind <= patternKind.injective &&
    source.kind === "tir.Load" &&
    source.indices.length === store!.indices.length &&
    source.indices.every((i) => i.kind === "tir.Var" && store!.indices.includes(i))
  );
}

/** The call of one T function for the bindings, when the copies are gone in it. */
function callOf(
  bindings: readonly Binding[],
  module: IRModule,
  shared: SharedFunctions,
): Expr | undefined {
  const last = bindings[bindings.length - 1]!;
  const call = last.value as Call;
  const callee = calleeOf(call, module)!;
  const group = groupFunction({
    name: `transposed_${callee.name}`,
    bindings,
    results: [last.var],
  });
  const made = group && fusedPrimFunc(group.func, module);
  if (group === undefined || made === undefined) return undefined;
  const merged = mergeBlocks(made.func);
  const before = leafBlocks(callee)!.leaves.length;
  if (leafBlocks(merged)?.leaves.length !== before) return undefined;
  const tensors = group.args.filter((a) => a.kind !== "relax.ShapeExpr");
  const sizes = group.args.flatMap((a) => (a.kind === "relax.ShapeExpr" ? a.values : []));
  const args: Expr[] = [globalVar(shared.nameOf(merged)), tuple(tensors)];
  if (sizes.length > 0) args.push(shapeExpr(sizes));
  return relaxCall(op("call_tir"), args, { sinfoArgs: call.sinfoArgs, span: call.span });
}
