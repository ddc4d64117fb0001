/** Loop nests around generated statements. */
import { intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import { forLoop, type LoopKind, type Stmt } from "../../ir/tir/stmt.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { bufferRegion, range, type BufferRegion } from "../../ir/tir/buffer.js";
import { visit } from "../../ir/core/visit.js";
import {
  constant,
  extend,
  freshName,
  type Axis,
  type Dim,
  type Scope,
  type StmtIn,
} from "./scope.js";

const VARS = ["i", "j", "k", "l"];
const THREADS = ["threadIdx.x", "threadIdx.y", "blockIdx.x"];

export interface NestOptions {
  /** Iterations do not depend on each other, so loops may be parallel or vectorised. */
  readonly independent: boolean;
}

/** Loops over all dims, outermost first; `body` sees their variables. */
export function nest(
  s: Scope,
  dims: readonly Dim[],
  options: NestOptions,
  body: (s: Scope, axes: readonly Axis[]) => Stmt,
): Stmt {
  const axes = dims.map((dim, k): Axis => ({
    var: makeVar(freshName(s, VARS[k % 4]!), s.index),
    dim,
  }));
  const inner = body(extend(s, { axes: [...s.axes, ...axes] }), axes);
  return axes.reduceRight(
    (stmt, axis, k) =>
      loopOver(s, axis, kindFor(s, axis.dim, options, k === axes.length - 1), stmt),
    inner,
  );
}

function kindFor(s: Scope, dim: Dim, { independent }: NestOptions, innermost: boolean): LoopKind {
  const { rng } = s;
  const isConstant = dim.expr.kind === "tir.IntImm";
  if (isConstant && rng.chance(0.15)) return "unrolled";
  if (!independent) return "serial";
  if (innermost && isConstant && rng.chance(0.35)) return "vectorized";
  return rng.weighted<LoopKind>([
    [12, "serial"],
    [3, "parallel"],
    [1, "thread_binding"],
  ]);
}

function loopOver(s: Scope, axis: Axis, kind: LoopKind, body: Stmt): Stmt {
  const tags = kind === "thread_binding" ? freeTags(body) : [];
  const isThread = tags.length > 0;
  return forLoop({
    min: constant(s, 0),
    extent: axis.dim.expr,
    var: axis.var,
    loopKind: kind === "thread_binding" && !isThread ? "serial" : kind,
    ...(isThread && { threadTag: s.rng.pick(tags) }),
    body,
  });
}

/** Tags that no loop inside has: loops of one tag run over the same threads. */
function freeTags(body: Stmt): string[] {
  const used = new Set<string>();
  visit(body, {
    enter(node) {
      if (node.kind === "tir.For" && node.threadTag !== undefined) used.add(node.threadTag);
    },
  });
  return THREADS.filter((tag) => !used.has(tag));
}

/** A loop with start, extent (and perhaps a step) of its own, that does not index by its variable directly. */
export function oddLoop(s: Scope, body: StmtIn): Stmt {
  const { rng } = s;
  const v = makeVar(freshName(s, "s"), s.index);
  const min = rng.between(0, 3);
  const step = rng.chance(0.4) ? rng.between(2, 3) : undefined;
  const extent = rng.between(1, 5);
  const axis: Axis = { var: v, dim: { expr: constant(s, min + extent), most: min + extent } };
  return forLoop({
    min: constant(s, min),
    extent: constant(s, extent),
    var: v,
    ...(step !== undefined && { step: constant(s, step) }),
    body: body(extend(s, { axes: [...s.axes, axis] })),
  });
}

/** The whole of a buffer. */
export const wholeRegion = (buffer: Buffer): BufferRegion =>
  bufferRegion(
    buffer,
    buffer.shape.map((d) => range(zeroLike(d), d)),
  );
const zeroLike = (d: PrimExpr): PrimExpr => intImm(0, d.dtype);

/** Buffers that a statement loads and stores, apart from those it makes itself. */
export function accessesOf(stmt: Stmt): {
  readonly reads: BufferRegion[];
  readonly writes: BufferRegion[];
} {
  const loads = new Set<Buffer>();
  const stores = new Set<Buffer>();
  const own = new Set<unknown>();
  visit(stmt, {
    enter(node, defining) {
      if (defining && node.kind === "tir.Buffer") own.add(node);
      if (node.kind === "tir.Load") loads.add(node.buffer);
      if (node.kind === "tir.Store") stores.add(node.buffer);
    },
  });
  const regions = (set: ReadonlySet<Buffer>): BufferRegion[] =>
    [...set].filter((b) => !own.has(b)).map(wholeRegion);
  return { reads: regions(loads), writes: regions(stores) };
}
