import { Analyzer } from "../../../arith/index.js";
import { substitute } from "../../../ir/core/rewrite.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import type { Call } from "../../../ir/relax/expr.js";
import { range } from "../../../ir/tir/buffer.js";
import { intImm, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import { definePass } from "../../pass.js";
import { axesOf, opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";
import type { Expr } from "../../../ir/relax/expr.js";

/**
 * Precondition: none. Result: a change of layout that undoes the one before it is gone with it; permutations in a row
 * are one. The elements are the same.
 */
export const optimizeLayoutTransform = definePass({
  name: "optimize-layout-transform",
  dialect: "relax",
  summary: "Cancels changes of layout that undo each other.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      const name = opName(call);
      if (name === "permute_dims") return permuted(call, site);
      return name === "layout_transform" ? transformed(call, site) : undefined;
    }),
});

function permuted(call: Call, site: RuleSite): Expr | undefined {
  const [operand] = call.args;
  const rank = site.dims(operand)?.length;
  const outer = rank === undefined ? undefined : axesOf(call, rank);
  if (outer === undefined) return undefined;
  const isIdentity = (axes: readonly number[]): boolean => axes.every((a, i) => a === i);
  if (isIdentity(outer)) return operand;
  const before = site.callOf(operand, "permute_dims");
  const inner = before && axesOf(before, rank!);
  if (inner === undefined) return undefined;
  const axes = outer.map((a) => inner[a]!);
  const [source] = before!.args;
  if (isIdentity(axes)) return source;
  return { ...call, args: [source!], attrs: new Map(call.attrs).set("axes", axes) };
}

/** A transform whose map after the one before gives every element its old place. */
function transformed(call: Call, site: RuleSite): Expr | undefined {
  const before = site.callOf(call.args[0], "layout_transform");
  const [inner, outer] = [before && mapOf(before), mapOf(call)];
  const [source] = before?.args ?? [];
  const dims = site.dims(source);
  const result = site.dims(call);
  if (!inner || !outer || dims === undefined || result === undefined) return undefined;
  if (dims.length !== result.length || inner.params.length !== dims.length) return undefined;
  // Without padding the shapes are equal; with it the elements that were added would be lost.
  if (!dims.every((d, i) => site.at.infer.equal(d, result[i]!) === true)) return undefined;
  const analyzer = new Analyzer();
  inner.params.forEach((v, i) => analyzer.bind(v, range(intImm(0, v.dtype), dims[i]!)));
  const map = new Map<Var, PrimExpr>(outer.params.map((v, i) => [v, inner.results[i]!]));
  const isIdentity = outer.results.every(
    (r, i) => analyzer.equal(analyzer.simplify(substitute(r, map)), inner.params[i]!) === true,
  );
  return isIdentity ? source : undefined;
}

function mapOf(call: Call): IndexMap | undefined {
  const value: AttrValue | undefined = call.attrs.get("index_map");
  return isNode(value) && value.kind === "tir.IndexMap" ? value : undefined;
}
