/**
 * Declaration of a Relax operator. One signature drives elaboration, printing, checking, help and docs; `infer` is its
 * struct-info rule. Lowerings are text in `stdlib/` and found by name.
 */
import type { AttrValue } from "../ir/core/node.js";
import type { Call, Expr } from "../ir/relax/expr.js";
import type { StructInfo } from "../ir/relax/struct-info.js";
import type { InferContext } from "./infer-context.js";
import type { Normaliser } from "./normal-form.js";

/** How an operand is written and converted. `tensors`: a tuple or list of tensors, one Tuple operand in the IR. */
export type ArgType =
  | "tensor"
  | "tensors"
  | "shape" // tuple/list literal of integers → ShapeExpr, or a shape-typed value
  | "prim" // scalar: number, symbolic expression, or a 0-d value
  | "prims" // tuple/list of scalars, one Tuple operand
  | "tuple" // in-line tuple of any values, one Tuple operand
  | "str"
  | "dtype"
  | "func" // global, extern function or function-typed variable
  | "any";
export type AttrType =
  | "int"
  | "int[]" // an int where a list is meant becomes a list of one, or is repeated when `repeat` is given
  | "float"
  | "float[]"
  | "bool"
  | "str"
  | "dtype"
  | "str[]"
  | "vdevice"
  | "mesh"
  | "index_map"
  | "any";
/** Struct info written in the text (`out_ty`, `ty_args`), kept in `Call.sinfoArgs`. A list or tuple gives several. */
export type SinfoType = "sinfo";

export interface OpParam {
  readonly name: string;
  readonly role: "arg" | "attr" | "sinfo";
  readonly type: ArgType | AttrType | SinfoType;
  /** Older spellings of the name. */
  readonly aliases?: readonly string[];
  /** Never taken by position; stands where it does in the order of operands only. */
  readonly keyword?: boolean;
  /** May be absent; absent trailing args are left out of `Call.args`, absent attrs are `null`. */
  readonly optional?: boolean;
  /** Default of an attribute (or of a `prim`/`str` arg); its presence makes the parameter optional. */
  readonly default?: AttrValue;
  /** For `int[]`: length to which a single int is repeated (strides=1 → [1, 1]). */
  readonly repeat?: number;
  /** For a `tensor` operand: a scalar value is also taken. */
  readonly scalar?: boolean;
  /** Takes all remaining positional operands (`R.print(*values)`). */
  readonly variadic?: boolean;
  /** Acts through the type of the result alone, so that lowerings need not look at it. */
  readonly typeOnly?: boolean;
  /** The form in which lowerings get the value; absent: as it is. */
  readonly normal?: Normaliser;
  readonly help?: string;
}

/** One tensor of the result, several of a number that varies, or one that this call does not ask for. */
export type OutputSlot = StructInfo | readonly StructInfo[] | undefined;

export interface OpDef {
  /** Below `relax.`: `add`, `nn.conv2d`. */
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  /** In the order of the user-level signature; operands and attributes mixed. */
  readonly params: readonly OpParam[];
  /**
   * Fills operands that were left out and stand before given ones (`arange(n)` is `arange(0, n, 1)`). Called with one
   * entry per operand parameter, defaults filled in; entries still absent at the end are dropped.
   */
  complete?(args: readonly (Expr | undefined)[]): readonly (Expr | undefined)[];
  /** Default true (set by `defineOp`). */
  readonly pure?: boolean;
  /** Result depends on values, so only the rank can be known. */
  readonly dataDependent?: boolean;
  /** Lowered elsewhere than by `stdlib/` text: calls, memory, VM level. */
  readonly structural?: boolean;
  /** Outputs as lowerings name them, where they are not the result or the fields of a tuple. */
  outputs?(result: StructInfo, call: Call): readonly OutputSlot[];
  /**
   * What mixed precision does: `always` computes in half precision, `follow` where its operands are at hand in it;
   * absent: never.
   */
  readonly mixedPrecision?: "always" | "follow";
  /** Must-have classes: C CNN, T transformer, Q quantised. */
  readonly must?: string;
  /** Struct info of the call. Mistakes are reported to `ctx`; the result is then `errorInfo`, which followers ignore. */
  infer(call: Call, ctx: InferContext): StructInfo;
}
