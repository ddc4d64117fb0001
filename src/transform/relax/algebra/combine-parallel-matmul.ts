import type { AttrValue } from "../../../ir/core/node.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import {
  tuple,
  tupleGetItem,
  type Binding,
  type BindingBlock,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { dimsOf, type TensorInfo } from "../../../ir/relax/struct-info.js";
import { intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { inferExpr, makeInferContext } from "../../../op/deduce/index.js";
import type { InferContext } from "../../../op/infer-context.js";
import { makeCall } from "../../../op/make-call.js";
import { definePass } from "../../pass.js";
import { sameAttr } from "../pattern/index.js";
import {
  countUses,
  eachBlock,
  isSettled,
  mapFunctions,
  rewriteFunction,
  type Cursor,
} from "../rewrite/index.js";

/**
 * Precondition: none. Result: in dataflow blocks, products of one matrix with several are one product with all of them
 * side by side, which is cut afterwards; so are the biases and the activation that follow each of them alike. One of
 * the widths may be a symbol, which then comes last. The elements are the same.
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
      isSettled(func) ? func : combined(module, name, func, Math.max(2, minimum)),
    ),
});

/** Activations that are applied once for all products. */
const ACTIVATION = /^nn\.(relu|gelu|gelu_tanh|silu)$/;

interface Product {
  readonly var: Var;
  readonly call: Call;
  readonly right: TensorInfo;
  /** Columns of the right operand. */
  readonly width: PrimExpr;
  /** Calls that only the product leads to, in order: the addition of a bias, an activation. */
  readonly suffix: readonly Suffix[];
}

interface Suffix {
  readonly var: Var;
  readonly call: Call;
  readonly bias?: TensorInfo;
}

/** Products that become one, with the number of calls after each that they share. */
interface Group {
  readonly products: readonly Product[];
  readonly shared: number;
}

/** The variable of a product that takes its part of the whole. */
const endOf = ({ var: v, suffix }: Product, shared: number): Var =>
  shared === 0 ? v : suffix[shared - 1]!.var;

function combined(module: IRModule, name: string, func: Func, minimum: number): Func {
  const first = new Map<Var, Group>();
  const items = new Map<Var, readonly [head: Var, index: number]>();
  const dropped = new Set<Var>();
  const uses = countUses(func);
  eachBlock(func.body, (block) => {
    if (!block.dataflow) return;
    for (const group of groupsOf(block, uses)) {
      const { products, shared } = group;
      if (products.length < minimum) continue;
      const head = headOf(block, products);
      first.set(head, group);
      products.forEach((p, i) => {
        items.set(endOf(p, shared), [head, i]);
        for (let k = 0; k < shared; k++) dropped.add(endOf(p, k));
      });
    }
  });
  if (first.size === 0) return func;
  const cuts = new Map<Var, Var>();
  return rewriteFunction(module, name, func, {
    value(value, at, { var: v }) {
      const group = first.get(v);
      if (group !== undefined) cuts.set(v, emitWhole(group, value as Call, at));
      if (dropped.has(v)) return undefined;
      const item = items.get(v);
      return item === undefined ? value : tupleGetItem(cuts.get(item[0])!, item[1]);
    },
  });
}

/** The product that stands first. */
const headOf = (block: BindingBlock, products: readonly Product[]): Var =>
  block.bindings.find((b) => products.some((p) => p.var === b.var))!.var;

/** Puts the product with all right operands, what follows it, and the cut; gives its parts. */
function emitWhole({ products, shared }: Group, call: Call, at: Cursor): Var {
  const beside = (parts: readonly Expr[], axis: number): Var =>
    at.emit(makeCall("concat", [tuple(parts.map((p) => at.imageOf(p)))], { axis }));
  const axis = dimsOf(products[0]!.right)!.length - 1;
  const right = beside(products.map((p) => p.call.args[1]!), axis); // prettier-ignore
  let whole = at.emit({ ...call, args: [call.args[0]!, right] });
  for (let k = 0; k < shared; k++) {
    const step = products[0]!.suffix[k]!;
    const biases = products.map((p) => p.suffix[k]!.call.args[1]!);
    const more = step.bias ? [beside(biases, dimsOf(step.bias)!.length - 1)] : [];
    whole = at.emit({ ...step.call, args: [whole, ...more] });
  }
  const rank = dimsOf(at.infer.infoOf(whole))!.length;
  const attrs = { indices_or_sections: positions(products), axis: rank - 1 };
  return at.emit(makeCall("split", [whole], attrs));
}

/** Where the parts begin, but for the first. */
function positions(products: readonly Product[]): readonly AttrValue[] {
  let sum = 0;
  return products
    .slice(0, -1)
    .map(({ width }) => intImm((sum += constantOf(width) ?? 0), int64).value);
}

const constantOf = (e: PrimExpr): number | undefined =>
  e.kind === "tir.IntImm" ? Number(e.value) : undefined;

/** Products of the same left operand and form whose right operands stand before the first of them. */
function groupsOf(block: BindingBlock, uses: ReadonlyMap<Node, number>): readonly Group[] {
  const ctx = makeInferContext();
  const place = new Map<Var, number>(block.bindings.map((b, i) => [b.var, i]));
  const isBefore = (e: Expr, v: Var): boolean =>
    e.kind !== "relax.Var" || (place.get(e) ?? -1) < place.get(v)!;
  const byLeft = new Map<Expr, Product[][]>();
  for (const { var: v, value } of block.bindings) {
    const product = productOf(v, value, block, uses, ctx);
    if (product === undefined) continue;
    const [left, operand] = product.call.args;
    const groups = byLeft.get(left!) ?? [];
    byLeft.set(left!, groups);
    const group = groups.find(([head]) => isAlike(head!, product));
    if (group === undefined) groups.push([product]);
    else if (isBefore(operand!, group[0]!.var)) group.push(product);
  }
  return [...byLeft.values()].flat().map((all) => {
    const symbolic = all.filter(({ width }) => constantOf(width) === undefined).slice(0, 1);
    const fixed = all.filter(({ width }) => constantOf(width) !== undefined);
    const products = [...fixed, ...symbolic];
    return { products, shared: sharedOf(products, all[0]!.var) };
  });

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

  /** How many calls follow all products alike, with biases that stand before the first of the products. */
  function sharedOf(products: readonly Product[], head: Var): number {
    const [one, ...others] = products;
    let shared = 0;
    for (const step of one!.suffix) {
      const fits = [one!, ...others].every((p) => {
        const own = p.suffix[shared];
        if (own === undefined || nameOf(own.call) !== nameOf(step.call)) return false;
        if (own.bias === undefined || step.bias === undefined) return own.bias === step.bias;
        const [x, y] = [dimsOf(step.bias)!, dimsOf(own.bias)!];
        return (
          isBefore(own.call.args[1]!, head) &&
          step.bias.dtype === own.bias.dtype &&
          x.length === y.length &&
          x.slice(0, -1).every((d, i) => ctx.equal(d, y[i]!) === true)
        );
      });
      if (!fits) break;
      shared++;
    }
    return shared;
  }
}

const nameOf = ({ op }: Call): string => (op.kind === "relax.Op" ? op.name : "");

function productOf(
  v: Var,
  value: Binding["value"],
  block: BindingBlock,
  uses: ReadonlyMap<Node, number>,
  ctx: InferContext,
): Product | undefined {
  if (value.kind !== "relax.Call" || nameOf(value) !== "matmul") return undefined;
  const right = inferExpr(value.args[1]!, ctx);
  const dims = dimsOf(right);
  if (right.kind !== "relax.TensorInfo" || dims === undefined || dims.length < 2) return undefined;
  if (right.dtype === undefined) return undefined;
  const width = dims[dims.length - 1]!;
  const suffix: Suffix[] = [];
  const last = (): Var => suffix.at(-1)?.var ?? v;
  /** The call that takes the last value, which nothing else uses. */
  const next = (): Suffix | undefined => {
    const from = last();
    if (!from.dataflow || uses.get(from) !== 1) return undefined;
    const user = block.bindings.find((b) => b.value.kind === "relax.Call" && b.value.args[0] === from); // prettier-ignore
    return user?.value.kind === "relax.Call" ? { var: user.var, call: user.value } : undefined;
  };
  const addition = next();
  if (addition !== undefined && nameOf(addition.call) === "add") {
    const bias = inferExpr(addition.call.args[1]!, ctx);
    const along = bias.kind === "relax.TensorInfo" ? dimsOf(bias)?.at(-1) : undefined;
    if (bias.kind === "relax.TensorInfo" && along && ctx.equal(along, width) === true)
      suffix.push({ ...addition, bias });
  }
  const activation = next();
  if (activation !== undefined && ACTIVATION.test(nameOf(activation.call))) suffix.push(activation);
  return { var: v, call: value, right, width, suffix };
}
