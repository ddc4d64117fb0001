/** Formulas over tensors, as calls of operators bound one by one. */
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import { constant, type Call, type Const, type Expr } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { normalForm } from "../../../op/normal-form.js";
import { lookupOp } from "../../../op/registry.js";
import { isFloat, type DType } from "../../../support/dtype.js";
import { zeros } from "../../../support/ndarray.js";
import { elementAccess } from "../../../support/numeric/element.js";
import type { Emitter } from "./block-builder.js";

/** Attributes given to a call. */
export type GivenAttrs = Readonly<Record<string, AttrValue>>;

/** Puts calls where an emitter stands. */
export class Formula {
  constructor(readonly at: Emitter) {}

  /** A call of an operator, bound. */
  call(name: string, args: readonly Expr[], attrs?: GivenAttrs): Expr {
    return this.at.emit(makeCall(name, args, attrs));
  }
  add = (a: Expr, b: Expr): Expr => this.call("add", [a, b]);
  subtract = (a: Expr, b: Expr): Expr => this.call("subtract", [a, b]);
  multiply = (a: Expr, b: Expr): Expr => this.call("multiply", [a, b]);
  divide = (a: Expr, b: Expr): Expr => this.call("divide", [a, b]);
  negative = (a: Expr): Expr => this.call("negative", [a]);

  /** A number of the element type of a tensor, which is known. */
  scalar(value: number, like: Expr): Const {
    return scalarConstant(value, this.dtype(like)!);
  }

  info(e: Expr): StructInfo {
    return this.at.infer.infoOf(e);
  }
  dims(e: Expr): readonly PrimExpr[] | undefined {
    return dimsOf(this.info(e));
  }
  /** Number of dimensions; undefined when it is not known. */
  rank(e: Expr): number | undefined {
    const info = this.info(e);
    return info.kind === "relax.TensorInfo" && info.ndim >= 0 ? info.ndim : undefined;
  }
  dtype(e: Expr): DType | undefined {
    const info = this.info(e);
    return info.kind === "relax.TensorInfo" ? info.dtype : undefined;
  }
  isFloat(e: Expr): boolean {
    const dtype = this.dtype(e);
    return dtype !== undefined && isFloat(dtype);
  }

  /** Attributes of a call in normal form: axes counted from the front, defaults filled in. */
  attrs(call: Call): ReadonlyMap<string, AttrValue> {
    const def = call.op.kind === "relax.Op" ? lookupOp(call.op.name) : undefined;
    if (def === undefined) return call.attrs;
    const operands = call.args.map((a) => this.info(a));
    return normalForm(def, call, operands, this.info(call)).attrs;
  }

  /** The tensor with its dimensions along some axes of a tensor of this rank, and ones along the others. */
  along(v: Expr, axes: readonly number[], rank: number): Expr {
    const axis = range(rank).filter((i) => !axes.includes(i));
    return axis.length === 0 ? v : this.call("expand_dims", [v], { axis });
  }
}

/** 0, 1, …, n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A tensor of rank 0. */
export function scalarConstant(value: number, dtype: DType): Const {
  const data = zeros(dtype, []);
  elementAccess(dtype).write(new DataView(data.bytes.buffer, data.bytes.byteOffset), 0, value);
  return constant(data);
}

/** A number in an attribute. */
export function numberIn(value: AttrValue | undefined): number | undefined {
  if (isNode(value) && (value.kind === "tir.FloatImm" || value.kind === "tir.IntImm"))
    return Number(value.value);
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

/** A truth value in an attribute. */
export const flagIn = (value: AttrValue | undefined): boolean =>
  value === true || (isNode(value) && value.kind === "tir.IntImm" && Number(value.value) !== 0);

/** Whole numbers in an attribute that is a list; undefined when it is none. */
export function numbersIn(value: AttrValue | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = (value as readonly AttrValue[]).map(numberIn);
  return all.every((n): n is number => n !== undefined) ? all : undefined;
}
