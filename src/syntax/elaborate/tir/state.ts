/** What the elaborator of one T function keeps besides scopes. */
import type { AttrValue } from "../../../ir/core/node.js";
import type { Buffer, BufferRegion, Range } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { IterVar, MatchBuffer, Stmt } from "../../../ir/tir/stmt.js";
import type { DType } from "../../../support/dtype.js";
import type { Scope } from "../../scope.js";

/** A block (or the function's implicit root) while its statements are read. */
export interface BlockFrame {
  readonly isRoot: boolean;
  readonly iters: IterVar[];
  readonly values: PrimExpr[];
  predicate: PrimExpr | undefined;
  reads: BufferRegion[] | undefined;
  writes: BufferRegion[] | undefined;
  annotations: Map<string, AttrValue> | undefined;
  readonly allocs: Buffer[];
  readonly matches: MatchBuffer[];
  init: Stmt | undefined;
}

export interface TirState {
  /** Scope of the parameters: string dimensions are introduced here. */
  readonly functionScope: Scope;
  readonly attrs: Map<string, AttrValue>;
  /** Domains of the loop variables around, for `T.axis.remap`. */
  readonly loops: Map<Var, Range>;
  /** Variables of `T.env_thread`, with their tags. */
  readonly threads: Map<Var, string>;
  /** Dtypes of symbols that the body declares (`n = T.int64()`), for string dimensions in the signature. */
  readonly declared: ReadonlyMap<string, DType>;
  /** Symbols that stood in strings; a declaration in the body means the same variable. */
  readonly symbols: Map<string, Var>;
  /** Parameters that are handles, and the buffer they were matched to. */
  readonly handles: Map<Var, Buffer | undefined>;
  /** Allocations whose name is a pointer (`T.allocate`), which a view may complete. */
  readonly pointers: Set<Buffer>;
  block: BlockFrame;
  /** Whether a block was met. */
  hasBlocks: boolean;
  /** Whether something other than declarations and matches was met. */
  atHead: boolean;
}

export const newFrame = (isRoot: boolean): BlockFrame => ({
  isRoot,
  iters: [],
  values: [],
  predicate: undefined,
  reads: undefined,
  writes: undefined,
  annotations: undefined,
  allocs: [],
  matches: [],
  init: undefined,
});
