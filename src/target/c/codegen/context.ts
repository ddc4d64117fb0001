/** What C generation of one module and of one function knows. */
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { StatusInfo } from "../../../runtime/kernel-info.js";
import type { Alloc, For } from "../../../ir/tir/stmt.js";
import type { NDArray } from "../../../support/ndarray.js";
import type { Span } from "../../../support/source.js";
import type { Signature } from "../../signature.js";
import { sizeRange, type Interval } from "./interval.js";
import type { Lines } from "./lines.js";
import type { Names } from "./names.js";

/** Why a function stopped. */
export interface Reason extends Pick<StatusInfo, "kind" | "message"> {
  readonly condition?: PrimExpr | undefined;
  readonly span?: Span | undefined;
}

/** A T function with its place in the C file. */
export interface Kernel {
  readonly name: string;
  /** Name in C. */
  readonly symbol: string;
  readonly func: PrimFunc;
  readonly signature: Signature;
  /** Pointers of parameters that the function, or one it calls, may store to. */
  readonly written: ReadonlySet<Var>;
  /** Whether it takes memory for its large or symbolic allocations, as last parameter. */
  readonly needsScratch: boolean;
  /** Whether its scalars are sizes, which it computes another size from. */
  readonly measures: boolean;
  /** Whether other files may call it. */
  readonly isPublic: boolean;
}

/** Shared by the functions of a module. */
export interface ModuleContext {
  readonly prefix: string;
  readonly kernels: ReadonlyMap<string, Kernel>;
  /** Prototypes of functions that the host provides, by name. */
  readonly externs: Map<string, string>;
  /** Definitions of tables of constants, in order. */
  readonly tables: string[];
  readonly allowFloat: boolean;
  /** Defines a helper once; its name. `make` may ask for others, which then come first. */
  routine(name: string, make: () => string): string;
  /** Registers a reason to stop; its status code. */
  status(func: string, reason: Reason): number;
  /** Registers a table of constants; its name. */
  table(element: string, hint: string, values: () => readonly string[]): string;
  /** As {@link table}, of floats that are given by their bits; what points to them. */
  bitTable(element: string, hint: string, data: NDArray): string;
}

/** A pointer in C, and the type of what it points to. */
export interface PointerHome {
  readonly isConst?: boolean;
  readonly name: string;
  readonly element: string;
}

export interface FunctionContext {
  readonly shared: ModuleContext;
  readonly kernel: Pick<Kernel, "name" | "func">;
  readonly names: Names;
  readonly lines: Lines;
  /** Scalars, vectors and pointers that are values. */
  readonly values: Map<Var, string>;
  /** Memory, by the variable of its pointer. */
  readonly pointers: Map<Var, PointerHome>;
  /** Buffers of one element that are C variables. */
  readonly variables: Map<Buffer, string>;
  /** Arrays that compilers take apart into variables: they start at zero, as variables do. */
  readonly apart: ReadonlySet<Buffer>;
  /** Symbols, and what is computed from them alone: their arithmetic stays within 64 bits. */
  readonly sizes: Set<Var>;
  /** Those of them that are not negative though nothing bounds them above. */
  readonly naturals: Set<Var>;
  /** Bounds of loop variables. */
  readonly ranges: Map<Var, Interval>;
  /** Buffers that threads which share a loop have for themselves. */
  readonly privates: ReadonlyMap<For, readonly Alloc[]>;
  /** Whether the code runs in a loop that threads may share. */
  isShared: boolean;
  /** Name of the first free byte of the memory given for allocations. */
  scratch: string | undefined;
  /** Depth of expressions. */
  depth: number;
}

/** What is known where a function begins; `given` may say more than that its symbols are sizes. */
export function functionContext(
  given: Pick<FunctionContext, "shared" | "names" | "lines"> &
    Partial<FunctionContext> & { readonly kernel: Pick<Kernel, "name" | "func" | "signature"> },
): FunctionContext {
  const { symbols } = given.kernel.signature;
  return {
    values: new Map(),
    pointers: new Map(),
    variables: new Map(),
    apart: new Set(),
    sizes: new Set(symbols),
    naturals: new Set(),
    ranges: new Map(symbols.map((v) => [v, sizeRange])),
    privates: new Map(),
    isShared: false,
    scratch: undefined,
    depth: 0,
    ...given,
  };
}
