/** State of the walk over one function. */
import type { Func, Var as RelaxVar } from "../../ir/relax/expr.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";
import type { Var } from "../../ir/tir/expr.js";
import type { IRModule } from "../../ir/module.js";
import type { InferContext } from "../../op/infer-context.js";
import type { Analyzer } from "../../arith/index.js";
import type { Sink } from "../../support/diagnostic.js";

/** Why a variable is not visible any more. */
export type Closed = "branch" | "block" | "killed";

export interface Walk {
  readonly module: IRModule;
  readonly sink: Sink;
  /** Name of the module-level function. */
  readonly name: string;
  /** Parameters and symbols of the functions seen before. */
  readonly owners: Map<object, string>;
}

export interface FunctionState extends Walk {
  readonly func: Func;
  readonly ctx: InferContext;
  readonly analyzer: Analyzer;
  /** Bound anywhere so far. */
  readonly bound: Set<RelaxVar>;
  readonly visible: Set<RelaxVar>;
  readonly closed: Map<RelaxVar, Closed>;
  readonly symbols: Set<Var>;
  /** Symbols reported once. */
  readonly reportedSymbols: Set<Var>;
  /** Variables that hold storage or a tensor in storage. */
  readonly stored: Set<RelaxVar>;
  /** What inference found for bound values. */
  readonly infos: Map<RelaxVar, StructInfo>;
  /** Variables that something reads, and symbols that a length or a scalar mentions. */
  readonly used: Set<RelaxVar | Var>;
  /** Variables whose type is in doubt, because their annotation contradicts their value or that of one they use. */
  readonly doubtful: Set<RelaxVar>;
  /** Calls of impure functions are errors. */
  readonly mustBePure: boolean;
  /** In a dataflow block. */
  dataflow: boolean;
}
