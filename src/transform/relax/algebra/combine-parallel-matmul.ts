import type { AttrValue } from "../../../ir/core/node.js";
import type { IRModule } from "../../../ir/module.js";
import {
  tuple,
  tupleGetItem,
  type BindingBlock,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { dimsOf, type TensorInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { inferExpr, makeInferContext } from "../../../op/deduce/index.js";
import { makeCall } from "../../../op/make-call.js";
import { definePass } from "../../pass.js";
import { sameAttr } from "../pattern/index.js";
import { eachBlock, isExternal, mapFunctions, rewriteFunction } from "../rewrite/index.js";

/**
 * Precondition: none. Result: products of one matrix with several of constant width are one product with all of them
 * side by side, which is cut afterwards. The elements are the same.
 */
export const combineParallelMatmul = definePass({
  name: "combine-parallel-matmul",
  dialect: "relax",
  summary: "Makes one product of those that share their left operand.",
  options: {
    minimum: option.int({ default: 2, help: "fewest products that are worth it" }),
  },
  run: (module, { minimum }) =>
    mapFunctions(module, (func, name) =>
      isExternal(func) ? func : combined(module, name, func, Math.max(2, minimum)),
    ),
});

interface Product {
  readonly var: Var;
  readonly call: Call;
  readonly right: TensorInfo;
  /** Columns of the right operand. */
  readonly width: number;
}

function combined(module: IRModule, name: string, func: Func, minimum: number): Func {
  const first = new Map<Var, readonly Product[]>();
  const items = new Map<Var, readonly [head: Var, index: number]>();
  eachBlock(func.body, (block) => {
    if (!block.dataflow) return;
    for (const group of groupsOf(block)) {
      if (group.length < minimum) continue;
      const head = group[0]!.var;
      first.set(head, group);
      group.forEach((p, i) => items.set(p.var, [head, i]));
    }
  });
  if (first.size === 0) return func;
  const cuts = new Map<Var, Var>();
  return rewriteFunction(module, name, func, {
    value(value, at, { var: v }) {
      const group = first.get(v);
      if (group !== undefined) {
        const rights = group.map((p) => at.imageOf(p.call.args[1]!));
        const axis = dimsOf(group[0]!.right)!.length - 1;
        const right = at.emit(makeCall("concat", [tuple(rights)], { axis }));
        const product = at.emit({ ...(value as Call), args: [(value as Call).args[0]!, right] });
        const rank = dimsOf(at.infer.infoOf(product))!.length;
        const at_ = positions(group.map((p) => p.width));
        const attrs = { indices_or_sections: at_, axis: rank - 1 };
        cuts.set(v, at.emit(makeCall("split", [product], attrs)));
      }
      const item = items.get(v);
      return item === undefined ? value : tupleGetItem(cuts.get(item[0])!, item[1]);
    },
  });
}

/** Where the parts begin, but for the first. */
function positions(widths: readonly number[]): readonly AttrValue[] {
  let sum = 0;
  return widths.slice(0, -1).map((w) => intImm((sum += w), int64).value);
}

/** Products of the same left operand and form whose right operands stand before the first of them. */
function groupsOf(block: BindingBlock): readonly (readonly Product[])[] {
  const ctx = makeInferContext();
  const place = new Map<Var, number>(block.bindings.map((b, i) => [b.var, i]));
  const byLeft = new Map<Expr, Product[][]>();
  for (const { var: v, value } of block.bindings) {
    if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op" || value.op.name !== "matmul")
      continue;
    const [left, operand] = value.args;
    const right = inferExpr(operand!, ctx);
    const dims = dimsOf(right);
    const last = dims?.[dims.length - 1];
    if (right.kind !== "relax.TensorInfo" || dims === undefined || dims.length < 2) continue;
    if (last?.kind !== "tir.IntImm" || right.dtype === undefined) continue;
    const product = { var: v, call: value, right, width: Number(last.value) };
    const groups = byLeft.get(left!) ?? [];
    byLeft.set(left!, groups);
    const group = groups.find(([head]) => isAlike(head!, product));
    if (group === undefined) groups.push([product]);
    else if (
      operand!.kind !== "relax.Var" ||
      (place.get(operand) ?? -1) < place.get(group[0]!.var)!
    )
      group.push(product);
  }
  return [...byLeft.values()].flat();

  function isAlike(a: Product, b: Product): boolean {
    const [x, y] = [dimsOf(a.right)!, dimsOf(b.right)!];
    const out = (p: Product): AttrValue => p.call.attrs.get("out_dtype") ?? null;
    return (
      a.right.dtype === b.right.dtype &&
      sameAttr(out(a), out(b)) &&
      x.length === y.length &&
      x.slice(0, -1).every((d, i) => ctx.equal(d, y[i]!) === true)
    );
  }
}
