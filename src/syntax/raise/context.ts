/** State of raising one function. */
import type * as A from "../../../grammar/ast/nodes.js";
import type { IRModule } from "../../ir/module.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Node } from "../../ir/nodes.js";
import type { CallArg, Var } from "../../ir/tir/expr.js";
import type { Block, For, Stmt } from "../../ir/tir/stmt.js";
import type { DType } from "../../support/dtype.js";
import type { Names } from "./names.js";

/** `native`: canonical. The others write what that release of TVM reads. */
export type PrintDialect = "native" | "tvm-0.27" | "tvm-0.18";

export interface RaiseOptions {
  readonly dialect?: PrintDialect;
  /** Header comments naming the dialects (default: for the TVM dialects). */
  readonly header?: boolean;
  /** `source` keeps insertion order; `sorted` (default): T functions, externals, R functions, by name, main last. */
  readonly order?: "sorted" | "source";
  /** Alias of the module inside R functions; "" prints the module's name. Default `cls`. */
  readonly moduleAlias?: string;
  /** Attributes equal to their defaults are left out unless "all" (default: "all" for the TVM dialects). */
  readonly defaults?: "omit" | "all";
  /** Constants of rank ≥ 1 print in place up to this many elements. Default 32. */
  readonly inlineConstants?: number;
  /** Annotate every binding (default true), or only where inference gives something else. */
  readonly showAllTypes?: boolean;
  /** False: no grid, no remap, explicit root block, no folded matches. */
  readonly sugar?: boolean;
  /** Integers of this dtype print bare. Default int32. */
  readonly intDtype?: DType;
  readonly prefix?: { readonly ir?: string; readonly tir?: string; readonly relax?: string };
  /** How symbols of a signature print: strings (default), PEP 695 parameters, or file-level TypeVars. */
  readonly typeParams?: "string" | "pep695" | "typevar";
}

/** Everything a raiser of one function needs. */
export interface RaiseContext {
  readonly options: RaiseOptions;
  readonly dialect: PrintDialect;
  readonly names: Names;
  /** Prefixes of the dialects, e.g. `T`. */
  readonly T: string;
  readonly R: string;
  readonly I: string;
  /** The module around the function, if any. */
  readonly module: IRModule | undefined;
  /** How the module is called in this function: its class name, or the alias in R functions; "" for loose functions. */
  moduleRef: string;
  /** The block that is the whole body, if it is one. */
  readonly outermost: Block | undefined;
  /** Loops around, for block variables that take their domain. */
  readonly loops: Map<Var, For>;
  /** Thread variables that several launches bind. */
  readonly sharedThreads: ReadonlySet<Var>;
  /** Raisers that call each other in a circle. */
  readonly raisers: {
    readonly arg: (ctx: RaiseContext, arg: CallArg) => A.Expr;
    readonly node: (ctx: RaiseContext, node: Node, typed?: boolean) => A.Expr;
    readonly body: (ctx: RaiseContext, body: Stmt) => A.Stmt[];
  };
  /** Prints a declaration of a buffer that nothing defines at the top of the function, and gives its name. */
  readonly declareBuffer: (ctx: RaiseContext, buffer: Buffer) => A.Expr;
  /** Set when something referred to the module, so that the alias statement is needed. */
  usesModule: boolean;
  /** Statement lists collect here while an expression needs a declaration before it (free variables). */
  readonly pending: A.Stmt[];
}
