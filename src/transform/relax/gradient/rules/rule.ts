/** What a rule of a gradient sees and gives. */
import type { AttrValue } from "../../../../ir/core/node.js";
import type { Call, Expr, Var } from "../../../../ir/relax/expr.js";
import { dtypeImm, type PrimExpr } from "../../../../ir/tir/expr.js";
import { isInt } from "../../../../support/int.js";
import { shapeExpr } from "../../../../ir/relax/expr.js";
import { Formula, numberIn } from "../../rewrite/index.js";

/** What is known of the gradient by a value; by fields for tuples, where what is absent is zero. */
export type Adjoint = Expr | readonly (Adjoint | undefined)[];

/** Whether an adjoint is one of a tuple. */
export const isFields = (a: Adjoint | undefined): a is readonly (Adjoint | undefined)[] =>
  Array.isArray(a);

/** A call whose operands have a share in the gradient. */
export interface Forward {
  readonly call: Call;
  readonly args: readonly Expr[];
  /** What the call is bound to. */
  readonly out: Var;
  /** Gradient by the result. */
  readonly grad: Adjoint;
  /** Attributes in normal form. */
  readonly attrs: ReadonlyMap<string, AttrValue>;
}

/** Computes the share of an operand when it is needed; `zero` where small changes of it change nothing. */
export type Share = (() => Adjoint) | "zero";
/** Shares of the operands in order; an absent one is not known. Undefined as a whole: this form has no rule. */
export type GradientRule = (b: Backward, forward: Forward) => readonly (Share | undefined)[] | undefined; // prettier-ignore

/** Formulas that gradients need. */
export class Backward extends Formula {
  /** A gradient with the shape and the element type of the operand it is for: sums over what was stretched. */
  fit(grad: Expr, operand: Expr): Expr {
    const [from, to] = [this.dims(grad), this.dims(operand)];
    const isSame = from?.length === to?.length && from?.every((d, i) => this.isEqual(d, to?.[i]));
    const narrow =
      isSame === true
        ? grad
        : to === undefined
          ? this.call("collapse_sum_like", [grad, operand])
          : this.call("collapse_sum_to", [grad, shapeExpr(to)]);
    const [a, b] = [this.dtype(narrow), this.dtype(operand)];
    return a === b || b === undefined
      ? narrow
      : this.call("astype", [narrow], { dtype: dtypeImm(b) });
  }

  isEqual(a: PrimExpr | undefined, b: PrimExpr | undefined): boolean {
    return a !== undefined && b !== undefined && this.at.infer.equal(a, b) === true;
  }

  /** The elements of a tensor under the shape of another. */
  reshapeLike(x: Expr, like: Expr): Expr {
    const dims = this.dims(like);
    const shape = dims === undefined ? this.call("shape_of", [like]) : shapeExpr(dims);
    return this.call("reshape", [x, shape]);
  }

  /** A reduced value for each element that it was reduced from. */
  spread(reduced: Expr, x: Expr, axes: readonly number[], keepdims: boolean): Expr {
    const wide = keepdims || axes.length === 0 ? reduced : this.call("expand_dims", [reduced], { axis: [...axes] }); // prettier-ignore
    const dims = this.dims(x);
    return dims === undefined
      ? this.multiply(this.call("ones_like", [x]), wide)
      : this.call("broadcast_to", [wide, shapeExpr(dims)]);
  }

  /** How many elements are reduced to one: a number, or a tensor with ones along the axes. */
  count(x: Expr, axes: readonly number[]): Expr {
    const lengths = axes.map((i) => this.dims(x)?.[i]);
    const product = lengths.reduce(
      (n, d) => n * (d?.kind === "tir.IntImm" ? Number(d.value) : NaN),
      1,
    );
    if (!Number.isNaN(product)) return this.scalar(product, x);
    const attrs = { axis: [...axes], keepdims: true };
    return this.call("sum", [this.call("ones_like", [x])], attrs);
  }

  times(factor: number, x: Expr): Expr {
    return this.multiply(this.scalar(factor, x), x);
  }
  /** `a` where the condition holds, zero elsewhere. */
  where(condition: Expr, a: Expr): Expr {
    return this.call("where", [condition, a, this.scalar(0, a)]);
  }
  unary(name: string, x: Expr): Expr {
    return this.call(name, [x]);
  }
}

/** The axes in an attribute. */
export const axesIn = (value: AttrValue | undefined): readonly number[] =>
  (Array.isArray(value) ? (value as readonly AttrValue[]) : [value ?? null])
    .map((v) => (isInt(v) ? Number(v) : numberIn(v)))
    .filter((n): n is number => n !== undefined);

/** The gradient by a result that is a tensor. */
export const tensorGrad = (grad: Adjoint): Expr => (isFields(grad) ? tensorGrad(grad[0]!) : grad) as Expr; // prettier-ignore
