/** How calls of operators become loop nests or other calls; the driver hands an implementation to the passes. */
import type { Analyzer } from "../arith/index.js";
import { globalVar } from "../ir/module.js";
import {
  op,
  relaxCall,
  shapeExpr,
  tuple,
  type Binding,
  type Call,
  type Const,
  type Expr,
} from "../ir/relax/expr.js";
import { tupleInfo, type TensorInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Diagnostic } from "../support/diagnostic.js";
import type { DType } from "../support/dtype.js";
import { mulInt, type Int } from "../support/int.js";
import type { Span } from "../support/source.js";
import type { TargetDescription } from "../support/target-description.js";
import type { InferContext } from "./infer-context.js";

/**
 * Attribute of a call: the name of the template that lowers it, `name*` for any whose name begins so, or `none` to leave
 * it. Written `lower="name"`.
 */
export const LOWER_BY = "relaxc.lower";

/** Lengths of operands and results of a call, in order, where they are numbers above one. */
export type CallLengths = readonly (Int | undefined)[];

/** Calls that differ in numbers only; one object for all of them. */
export interface AlikeCalls {
  readonly calls: readonly CallLengths[];
}

/** A length as {@link CallLengths} have it. */
export const lengthOf = (dim: PrimExpr): Int | undefined =>
  dim.kind === "tir.IntImm" && dim.value > 1 ? dim.value : undefined;

/** Whether a number, such as an attribute, is one of the lengths or the product of two of them. */
export const followsFrom = (n: Int, lengths: CallLengths): boolean =>
  n > 1 &&
  lengths.some(
    (a) =>
      a !== undefined && (a === n || lengths.some((b) => b !== undefined && mulInt(a, b) === n)),
  );

/** The surroundings of a call. */
export interface LoweringSite {
  /** Struct info of operands, and signatures of the module's functions. */
  readonly infer: InferContext;
  /** What is known of the symbols in scope. */
  readonly analyzer: Analyzer;
  /** Target that the program is compiled for; templates of other targets do not apply. */
  readonly target?: TargetDescription | undefined;
  /** A schedule of the user's is for the call: what the standard library has for the target is scheduled already. */
  readonly isScheduled?: boolean | undefined;
  /** Name of the function of an instance in the module; the same object has one name. */
  nameOf(func: PrimFunc): string;
  /** The calls that are alike; they may be lowered by what is made once. */
  readonly alike?: AlikeCalls | undefined;
  /** Origins of the graph lowerings that led here, outermost first. */
  readonly expanding?: readonly string[] | undefined;
}

/** A loop nest: `R.call_tir(func, inputs, outputs, tir_vars=scalars)`. */
export interface LoweredTir {
  readonly kind: "tir";
  /** One object for all calls that need the same instance. */
  readonly func: PrimFunc;
  readonly inputs: readonly Expr[];
  /** Scalar parameters in terms of the caller's symbols. */
  readonly scalars: readonly PrimExpr[];
  readonly outputs: readonly TensorInfo[];
  /** The operator gives a tuple even of one output. */
  readonly isTuple: boolean;
}
/** Bindings to put before the call, and the value that takes its place. Operators in them may need lowering too. */
export interface LoweredGraph {
  readonly kind: "graph";
  readonly bindings: readonly Binding[];
  readonly result: Expr;
  /** What the expansion must not lead to again: the operator with its attributes. */
  readonly origin: string;
}
export type Lowered =
  | LoweredTir
  | LoweredGraph
  /** No template applies; the types are those of the operands. */
  | { readonly kind: "none"; readonly types: string; readonly diagnostic: Diagnostic }
  /** Stays a call of an operator: memory, calls, devices. */
  | { readonly kind: "structural" };

/** Lowers calls of operators. */
export interface OpLowering {
  /** Whether anything lowers the operator (name below `relax.`). */
  has(op: string): boolean;
  lower(call: Call, site: LoweringSite): Lowered;
  /** A tensor without dimensions that holds a number, or the value of an expression over symbols. */
  scalar(value: PrimExpr, dtype: DType, site: LoweringSite): LoweredTir | Const;
}

/** The call of an instance that the module has under `name`. */
export function callTir(name: string, { inputs, outputs, scalars }: LoweredTir, span?: Span): Call {
  const args: Expr[] = [globalVar(name), tuple(inputs)];
  if (scalars.length > 0) args.push(shapeExpr(scalars));
  const out = outputs.length === 1 ? outputs[0]! : tupleInfo(outputs);
  return relaxCall(op("call_tir"), args, { sinfoArgs: [out], span });
}
