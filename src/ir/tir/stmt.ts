/** Statements of TensorIR. `Bind`, `Alloc` and `Decl` define a name for the rest of the enclosing `Seq`. */
import type { Span } from "../../support/source.js";
import { noAttrs, type Attrs, type AttrValue, type NodeBase } from "../core/node.js";
import type { Buffer, BufferRegion, Range } from "./buffer.js";
import { boolImm, type CallArg, type PrimExpr, type Var } from "./expr.js";

export type LoopKind = "serial" | "parallel" | "vectorized" | "unrolled" | "thread_binding";

/** Runs `var` over `min, min + step, …` below `min + extent`; the extent may be symbolic. */
export interface For extends NodeBase {
  readonly kind: "tir.For";
  readonly min: PrimExpr;
  readonly extent: PrimExpr;
  /** Absent: 1. */
  readonly step?: PrimExpr | undefined;
  readonly var: Var;
  readonly loopKind: LoopKind;
  /** `threadIdx.x` …, for `thread_binding`. */
  readonly threadTag?: string | undefined;
  readonly annotations: Attrs;
  readonly body: Stmt;
}
export interface While extends NodeBase {
  readonly kind: "tir.While";
  readonly cond: PrimExpr;
  readonly body: Stmt;
}
/** The value has the buffer's dtype (with the lanes of the index). */
export interface Store extends NodeBase {
  readonly kind: "tir.Store";
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  readonly value: PrimExpr;
  readonly predicate?: PrimExpr | undefined;
}
export interface If extends NodeBase {
  readonly kind: "tir.If";
  readonly cond: PrimExpr;
  readonly then: Stmt;
  readonly otherwise?: Stmt | undefined;
}
/** Flat: no Seq directly in a Seq; the empty Seq is `pass`. */
export interface Seq extends NodeBase {
  readonly kind: "tir.Seq";
  readonly body: readonly Stmt[];
}
export interface Evaluate extends NodeBase {
  readonly kind: "tir.Evaluate";
  readonly value: PrimExpr;
}
/** Immutable local: `x: T.let[T.int32] = e`. */
export interface Bind extends NodeBase {
  readonly kind: "tir.Bind";
  readonly value: PrimExpr;
  readonly var: Var;
}
/** Flat allocation: `A = T.alloc_buffer(…)` of 2026, `T.allocate` + `decl_buffer` of old; mutable scalars (buffer.scalar). */
export interface Alloc extends NodeBase {
  readonly kind: "tir.Alloc";
  readonly buffer: Buffer;
  readonly annotations: Attrs;
}
/** Alias of existing memory: `A = T.decl_buffer(…, data=…)`. */
export interface Decl extends NodeBase {
  readonly kind: "tir.Decl";
  readonly buffer: Buffer;
}
/** Read-only table of constants: `T.allocate_const`. */
export interface AllocConst extends NodeBase {
  readonly kind: "tir.AllocConst";
  readonly buffer: Buffer;
  readonly data: import("../../support/ndarray.js").NDArray;
}
/** Pragma or scope. `node` may be an IterVar (thread_extent), a pointer, a number, a dictionary. */
export interface AttrStmt extends NodeBase {
  readonly kind: "tir.AttrStmt";
  readonly node: AttrValue;
  readonly key: string;
  readonly value: CallArg;
  readonly body: Stmt;
}
export interface AssertStmt extends NodeBase {
  readonly kind: "tir.Assert";
  readonly cond: PrimExpr;
  /** `RuntimeError` unless written. */
  readonly errorKind: string;
  readonly message: readonly string[];
}
/** `break`, `continue` */
export interface Jump extends NodeBase {
  readonly kind: "tir.Jump";
  readonly jump: "break" | "continue";
}
export interface ReturnStmt extends NodeBase {
  readonly kind: "tir.Return";
  readonly value?: PrimExpr | undefined;
}
/** Old-era `with T.allocate(...)`-free producer allocation `T.realize(buffer[region], scope)`. */
export interface Realize extends NodeBase {
  readonly kind: "tir.Realize";
  readonly region: BufferRegion;
  readonly scope: string;
  readonly cond?: PrimExpr | undefined;
  readonly body: Stmt;
}

export type IterKind =
  | "spatial"
  | "reduce"
  | "scan"
  | "opaque"
  | "thread"
  | "unrolled"
  | "vectorized"
  | "parallel"
  | "tensorized";

/** Block variable with its domain, or (in AttrStmt) a thread axis with its tag. */
export interface IterVar extends NodeBase {
  readonly kind: "tir.IterVar";
  readonly dom?: Range | undefined;
  readonly var: Var;
  readonly iterKind: IterKind;
  readonly tag: string;
}
export interface MatchBuffer extends NodeBase {
  readonly kind: "tir.MatchBuffer";
  readonly source: BufferRegion;
  readonly buffer: Buffer;
}
/**
 * The schedulable unit, with its realisation (`values`, `predicate`). A function whose body has blocks but no explicit
 * outermost one has no root node here: allocations at function level are the `allocs` of a Block named "root" that is
 * made only when they exist (see `isImplicitRoot`).
 */
export interface Block extends NodeBase {
  readonly kind: "tir.Block";
  readonly name: string;
  /** Bindings, in the enclosing scope; absent for a block outside a realise (`no_realize=True`). */
  readonly values?: readonly PrimExpr[] | undefined;
  readonly iters: readonly IterVar[];
  readonly predicate: PrimExpr;
  /** Over the block variables. */
  readonly reads: readonly BufferRegion[];
  readonly writes: readonly BufferRegion[];
  readonly annotations: Attrs;
  readonly allocs: readonly Buffer[];
  readonly matches: readonly MatchBuffer[];
  readonly init?: Stmt | undefined;
  readonly body: Stmt;
  /** The root block that the text leaves out. */
  readonly implicitRoot: boolean;
}

export type Stmt =
  | For | While | Store | If | Seq | Evaluate | Bind | Alloc | Decl | AllocConst | AttrStmt | AssertStmt | Jump
  | ReturnStmt | Realize | Block; // prettier-ignore

// ---- factories -------------------------------------------------------------

type Init<T, Optional extends keyof T> = Omit<T, "kind" | Optional> & Partial<Pick<T, Optional>>;

export const forLoop = (f: Init<For, "loopKind" | "annotations" | "step" | "threadTag">): For => ({
  kind: "tir.For",
  min: f.min,
  extent: f.extent,
  step: f.step,
  var: f.var,
  loopKind: f.loopKind ?? "serial",
  threadTag: f.threadTag,
  annotations: f.annotations ?? noAttrs,
  body: f.body,
  span: f.span,
});
export const whileLoop = (cond: PrimExpr, body: Stmt, span?: Span): While => ({
  kind: "tir.While",
  cond,
  body,
  span,
});
export const store = (
  buffer: Buffer,
  indices: readonly PrimExpr[],
  value: PrimExpr,
  span?: Span,
  predicate?: PrimExpr,
): Store => ({
  kind: "tir.Store",
  buffer,
  indices,
  value,
  predicate,
  span,
});
export const ifStmt = (cond: PrimExpr, then: Stmt, otherwise?: Stmt, span?: Span): If => ({
  kind: "tir.If",
  cond,
  then,
  otherwise,
  span,
});
/** Flattens nested sequences; one statement stays itself. */
export function seq(stmts: readonly Stmt[], span?: Span): Stmt {
  const flat = stmts.some((s) => s.kind === "tir.Seq")
    ? stmts.flatMap((s) => (s.kind === "tir.Seq" ? s.body : [s]))
    : stmts;
  return flat.length === 1 ? flat[0]! : { kind: "tir.Seq", body: flat, span };
}
export const evaluate = (value: PrimExpr, span?: Span): Evaluate => ({
  kind: "tir.Evaluate",
  value,
  span,
});
export const bind = (v: Var, value: PrimExpr, span?: Span): Bind => ({
  kind: "tir.Bind",
  value,
  var: v,
  span,
});
export const alloc = (buffer: Buffer, annotations: Attrs = noAttrs, span?: Span): Alloc => ({
  kind: "tir.Alloc",
  buffer,
  annotations,
  span,
});
export const decl = (buffer: Buffer, span?: Span): Decl => ({ kind: "tir.Decl", buffer, span });
export const attrStmt = (
  node: AttrValue,
  key: string,
  value: CallArg,
  body: Stmt,
  span?: Span,
): AttrStmt => ({
  kind: "tir.AttrStmt",
  node,
  key,
  value,
  body,
  span,
});
export const assertStmt = (
  cond: PrimExpr,
  message: readonly string[],
  errorKind = "RuntimeError",
  span?: Span,
): AssertStmt => ({
  kind: "tir.Assert",
  cond,
  errorKind,
  message,
  span,
});
export const jump = (which: "break" | "continue", span?: Span): Jump => ({
  kind: "tir.Jump",
  jump: which,
  span,
});
export const returnStmt = (value?: PrimExpr, span?: Span): ReturnStmt => ({
  kind: "tir.Return",
  value,
  span,
});
export const iterVar = (
  v: Var,
  iterKind: IterKind,
  dom?: Range,
  tag = "",
  span?: Span,
): IterVar => ({
  kind: "tir.IterVar",
  dom,
  var: v,
  iterKind,
  tag,
  span,
});
export const matchBuffer = (buffer: Buffer, source: BufferRegion, span?: Span): MatchBuffer => ({
  kind: "tir.MatchBuffer",
  source,
  buffer,
  span,
});
export const block = (
  b: Init<
    Block,
    | "values"
    | "iters"
    | "predicate"
    | "reads"
    | "writes"
    | "annotations"
    | "allocs"
    | "matches"
    | "init"
    | "implicitRoot"
  >,
): Block => ({
  kind: "tir.Block",
  name: b.name,
  values: b.values,
  iters: b.iters ?? [],
  predicate: b.predicate ?? boolImm(true),
  reads: b.reads ?? [],
  writes: b.writes ?? [],
  annotations: b.annotations ?? noAttrs,
  allocs: b.allocs ?? [],
  matches: b.matches ?? [],
  init: b.init,
  body: b.body,
  implicitRoot: b.implicitRoot ?? false,
  span: b.span,
});
