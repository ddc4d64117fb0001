/** A loop function under construction: its statements, its memory, and what its values are. */

import { Analyzer } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import { substitute } from "../../../ir/core/rewrite.js";
import type { IRModule } from "../../../ir/module.js";
import type { Func, Var as Value } from "../../../ir/relax/expr.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import { compare, load, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { assertStmt, bind, decl, forLoop, seq, store, type Stmt } from "../../../ir/tir/stmt.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, int64, type DType } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import type { Span } from "../../../support/source.js";
import { codes } from "./codes.js";
import type { Storage } from "./place.js";
import { aligned, long, product, quotient, sum } from "./size.js";

/** Calls of one function, written out, at most. */
export const MOST_CALLS = 100_000;

/** Shared by a function and those that are written out in it. */
export interface Frame {
  readonly module: IRModule;
  /** Name of the function, for messages. */
  readonly name: string;
  /** Statements of the function. */
  readonly root: Stmt[];
  /** Statements of the block that is written. */
  body: Stmt[];
  /** What the size of the workspace is computed with. */
  readonly sizes: Stmt[];
  /** Variables that follow from the parameters' sizes. */
  readonly known: Set<Var>;
  readonly workspace: Var;
  /** First free byte of the workspace. */
  top: PrimExpr;
  readonly constants: ConstantList;
  readonly analyzer: Analyzer;
  calls: number;
}

/** Tensors that the function reads; the buffers are views of one table, or tables of their own. */
export interface ConstantList {
  bufferOf(data: NDArray, hint: string): Buffer;
}

/** One Relax function, the outermost or one that is written out. */
export interface Scope {
  readonly frame: Frame;
  readonly func: Func;
  readonly values: Map<Value, import("./place.js").Place>;
  /** What symbols are, in terms of the frame's variables. */
  readonly symbols: Map<Var, PrimExpr>;
  /** Where a source of the result is to be, if it is to be somewhere. */
  readonly destinationOf: (source: { readonly var: Value; readonly path: readonly number[] }) => Buffer | undefined; // prettier-ignore
  /** Names of the functions around. */
  readonly within: ReadonlySet<string>;
}

/** Refuses with a diagnostic. */
export function refuse(scope: Pick<Scope, "frame">, what: string, at: Span | undefined): never {
  throw new DiagnosticError(codes.unsupported({ what, function: scope.frame.name, at }));
}

/** An expression in terms of the frame. */
export function inFrame(scope: Scope, e: PrimExpr): PrimExpr {
  const known = new Map<Var, PrimExpr>();
  visit(e, {
    enter(n) {
      if (n.kind !== "tir.Var") return;
      const value = scope.symbols.get(n);
      if (value === undefined)
        throw new DiagnosticError(
          codes.unsupported({ what: `the size \`${n.name}\`, which nothing tells,`, function: scope.frame.name, at: e.span }), // prettier-ignore
        );
      if (value !== n) known.set(n, value);
    },
  });
  return scope.frame.analyzer.simplify(substitute(e, known));
}

/** Whether all variables of an expression follow from the parameters' sizes. */
export function isKnown(frame: Frame, e: PrimExpr): boolean {
  let known = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Var" && !frame.known.has(n)) known = false;
      if (n.kind === "tir.Load") known = false;
    },
  });
  return known;
}

/**
 * A name for a value; numbers and variables stay as they are. What follows from the parameters' sizes is computed
 * outside all branches, so that it holds behind them.
 */
export function nameValue(frame: Frame, hint: string, value: PrimExpr): PrimExpr {
  if (value.kind === "tir.IntImm" || value.kind === "tir.Var") return value;
  const v = makeVar(hint, value.dtype);
  const statement = bind(v, value);
  if (!isKnown(frame, value)) {
    frame.body.push(statement);
    return v;
  }
  frame.root.push(statement);
  frame.sizes.push(statement);
  frame.known.add(v);
  return v;
}

/** Memory of the workspace. */
export function take(frame: Frame, bytes: PrimExpr, hint: string, at?: Span): Storage {
  if (!isKnown(frame, bytes))
    throw new DiagnosticError(codes.memorySize({ function: frame.name, at }));
  const offset = frame.top;
  frame.top = nameValue(frame, `after_${hint}`, sum(offset, aligned(bytes)));
  return { kind: "storage", data: frame.workspace, offset };
}

/** Bytes of a tensor. */
export const tensorBytes = (shape: readonly PrimExpr[], dtype: DType): PrimExpr =>
  [...shape, long(bytesOf(dtype))].reduce(product, long(1));

/** A tensor in a storage, some bytes in. */
export function tensorIn(
  frame: Frame,
  storage: Storage,
  offset: PrimExpr,
  shape: readonly PrimExpr[],
  dtype: DType,
  hint: string,
): Buffer {
  const { output } = storage;
  const at = sum(storage.offset, offset);
  const isStart = at.kind === "tir.IntImm" && at.value === 0;
  if (output !== undefined && isStart && sameView(frame, output, shape, dtype)) return output;
  const elemOffset = quotient(at, bytesOf(dtype));
  const buffer = makeBuffer({
    name: hint,
    dtype,
    shape,
    data: storage.data,
    ...(isStart ? {} : { elemOffset }),
  });
  frame.body.push(decl(buffer));
  return buffer;
}

const sameView = (
  frame: Frame,
  buffer: Buffer,
  shape: readonly PrimExpr[],
  dtype: DType,
): boolean =>
  buffer.dtype === dtype &&
  buffer.shape.length === shape.length &&
  buffer.shape.every((d, k) => isEqual(frame, d, shape[k]!));

/** Whether two sizes are proved equal. */
export const isEqual = (frame: Frame, a: PrimExpr, b: PrimExpr): boolean =>
  a === b || frame.analyzer.prove(compare("eq", a, b)) === true;

/** The same memory seen with another shape or type; `anew`: declared here in any case. */
export function viewOf(
  frame: Frame,
  of: Buffer,
  offset: PrimExpr,
  shape: readonly PrimExpr[],
  dtype: DType,
  hint: string,
  anew = false,
): Buffer {
  const isWhole = offset.kind === "tir.IntImm" && offset.value === 0;
  if (!anew && isWhole && sameView(frame, of, shape, dtype)) return of;
  const before = product(of.elemOffset ?? long(0), long(bytesOf(of.dtype)));
  const storage: Storage = { kind: "storage", data: of.data, offset: before };
  return tensorIn(frame, storage, offset, shape, dtype, hint);
}

/** Requires a condition while it runs. */
export function require(frame: Frame, a: PrimExpr, b: PrimExpr, message: string): void {
  if (isEqual(frame, a, b)) return;
  frame.body.push(assertStmt(compare("eq", a, b), [message], "ValueError"));
}

/** Whether two buffers are the same memory. */
export const sameMemory = (frame: Frame, a: Buffer, b: Buffer): boolean =>
  a.data === b.data &&
  isEqual(
    frame,
    product(a.elemOffset ?? long(0), long(bytesOf(a.dtype))),
    product(b.elemOffset ?? long(0), long(bytesOf(b.dtype))),
  );

/** Copies a tensor, unless it is there. */
export function copyTo(frame: Frame, from: Buffer, to: Buffer): void {
  if (sameMemory(frame, from, to)) return;
  const vars = to.shape.map((_, k) => makeVar(`i${k}`, int64));
  const inner: Stmt = store(to, vars, load(from, vars));
  const loops = to.shape.reduceRight<Stmt>(
    (body, extent, k) => forLoop({ min: long(0), extent, var: vars[k]!, body }),
    inner,
  );
  frame.body.push(loops);
}

/** Statements that a piece of work adds. */
export function collect<T>(frame: Frame, work: () => T): { value: T; stmts: Stmt[] } {
  const before = frame.body;
  frame.body = [];
  const value = work();
  const stmts = frame.body;
  frame.body = before;
  return { value, stmts };
}

/** A sequence of any length. */
export const block = (stmts: readonly Stmt[]): Stmt => seq(stmts);
