/** Gradients of operators that move, choose and make elements. */
import { primValue, tuple, tupleGetItem, type Expr } from "../../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../../ir/relax/struct-info.js";
import { binary, intImm, type PrimExpr } from "../../../../ir/tir/expr.js";
import { int64 } from "../../../../support/dtype.js";
import { isInt, type Int } from "../../../../support/int.js";
import { range } from "../../rewrite/index.js";
import { axesIn, isFields, tensorGrad, type Backward, type GradientRule } from "./rule.js";

/** The elements stay in order. */
const sameElements: GradientRule = (b, { args, grad }) => [
  () => b.reshapeLike(tensorGrad(grad), args[0]!),
];
const constantTensor: GradientRule = () => ["zero"];
const triangle =
  (name: string): GradientRule =>
  (b, { args, grad }) => [() => b.call(name, [tensorGrad(grad), ...args.slice(1)])];

/** Where the parts of a joined tensor begin, and where the last one ends; undefined when a length is not known. */
function bounds(b: Backward, parts: readonly StructInfo[], axis: number): PrimExpr[] | undefined {
  const found: PrimExpr[] = [intImm(0, int64)];
  for (const part of parts) {
    const length = dimsOf(part)?.[axis];
    if (length === undefined) return undefined;
    found.push(b.at.infer.simplify(binary("add", found.at(-1)!, length)));
  }
  return found;
}

/** The part of a tensor between two positions along an axis. */
function slice(b: Backward, x: Expr, axis: number, from: PrimExpr, to: PrimExpr): Expr {
  const args = [intImm(axis, int64), from, to].map((e) => tuple([primValue(e)]));
  return b.call("strided_slice", [x, ...args], { assume_inbound: true });
}

export const manipulateGradients: Readonly<Record<string, GradientRule>> = {
  reshape: sameElements,
  flatten: sameElements,
  expand_dims: sameElements,
  squeeze: sameElements,
  permute_dims: (b, { args, grad, attrs }) => {
    const rank = b.rank(args[0]!);
    if (rank === undefined) return undefined;
    const given = attrs.get("axes") ?? null;
    const axes = given === null ? range(rank).reverse() : axesIn(given);
    const inverse = range(rank).map((i) => axes.indexOf(i));
    return [() => b.call("permute_dims", [tensorGrad(grad)], { axes: inverse })];
  },
  broadcast_to: (b, { args, grad }) => [() => b.fit(tensorGrad(grad), args[0]!)],
  concat: (b, { args, grad, attrs }) => {
    const info = b.info(args[0]!);
    const [axis] = axesIn(attrs.get("axis"));
    if (info.kind !== "relax.TupleInfo" || axis === undefined) return undefined;
    const g = tensorGrad(grad);
    if (info.fields.length === 1) return [() => [g]];
    const at = bounds(b, info.fields, axis);
    if (at === undefined) return undefined;
    const inner = at.slice(1, -1).map((d) => (d.kind === "tir.IntImm" ? d.value : undefined));
    if (!inner.every((d): d is Int => d !== undefined))
      return [() => info.fields.map((_, i) => slice(b, g, axis, at[i]!, at[i + 1]!))];
    return [
      () => {
        const parts = b.call("split", [g], { indices_or_sections: inner, axis });
        return info.fields.map((_, i) => b.at.emit(tupleGetItem(parts, i)));
      },
    ];
  },
  split: (b, { out, grad, attrs }) => {
    if (!isFields(grad)) return [() => grad];
    const info = b.info(out);
    const [axis] = axesIn(attrs.get("axis"));
    if (info.kind !== "relax.TupleInfo" || axis === undefined) return undefined;
    const zero = (i: number): Expr => b.call("zeros_like", [b.at.emit(tupleGetItem(out, i))]);
    const part = (i: number): Expr => {
      const given = grad[i];
      return given === undefined ? zero(i) : tensorGrad(given);
    };
    return [() => b.call("concat", [tuple(info.fields.map((_, i) => part(i)))], { axis })];
  },
  where: (b, { args, grad }) => {
    const [condition, x, y] = args as readonly [Expr, Expr, Expr];
    const g = tensorGrad(grad);
    return [
      "zero",
      () => b.fit(b.where(condition, g), x),
      () => b.fit(b.call("where", [condition, b.scalar(0, g), g]), y),
    ];
  },
  tril: triangle("tril"),
  triu: triangle("triu"),
  take: (b, { args, grad, attrs }) => {
    const [x, indices] = args as readonly [Expr, Expr];
    if (attrs.get("mode") !== "fast" || b.info(indices).kind !== "relax.TensorInfo") return undefined; // prettier-ignore
    const axis = attrs.get("axis") ?? null;
    const given = isInt(axis) ? axis : null;
    return [() => b.call("grad.take_backward", [tensorGrad(grad), x, indices], { axis: given })];
  },
  full: (b, { args, grad }) => ["zero", () => b.fit(tensorGrad(grad), args[1]!)],
  full_like: (b, { args, grad }) => ["zero", () => b.fit(tensorGrad(grad), args[1]!)],
  ones: constantTensor,
  zeros: constantTensor,
  ones_like: constantTensor,
  zeros_like: constantTensor,
  "grad.no_grad": constantTensor,
  "grad.start_checkpoint": (_, { grad }) => [() => grad],
  "grad.end_checkpoint": (_, { grad }) => [() => grad],
};
