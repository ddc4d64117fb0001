import type { Analyzer } from "../../arith/index.js";
import type { Attrs } from "../../ir/core/node.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { rebuild } from "../../ir/core/rewrite.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer, type Range } from "../../ir/tir/buffer.js";
import { compare, type Load, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, seq, type For, type Stmt, type Store } from "../../ir/tir/stmt.js";
import type { Int } from "../../support/int.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isStmt, isSymbolic } from "./bounded-walk.js";
import {
  loopsOf,
  sharedSteps,
  usesOfAllocations,
  type Around,
  type BufferAccess,
  type BufferUse,
} from "./buffer-uses.js";
import { analyzerAt, isPrivate, regionOf } from "./carried-values.js";
import { subIndex } from "./strides.js";

/**
 * Precondition: level `loop`. Result: an allocation has room for what an iteration of the loops around its accesses
 * touches, where no iteration reads what another one stored; it stands inside those of them that do not run in order.
 * Sound because then each iteration may use the same elements, or its own.
 */
export const compactBuffer = definePass({
  name: "compact-buffer",
  dialect: "tir",
  summary: "Keeps of allocated buffers only what an iteration needs.",
  from: "loop",
  requires: ["convert-blocks"],
  options: {},
  run: (module) => mapPrimFuncs(module, compacted),
});

/** A smaller buffer: what is taken off its indices, and the loop that it is allocated in. */
interface Compact {
  readonly buffer: Buffer;
  readonly mins: readonly (PrimExpr | undefined)[];
  /** Absent: where it was. */
  readonly inside: For | undefined;
  readonly annotations: Attrs;
  /** Knows the loops around the accesses; absent where no dimension is smaller. */
  readonly analyzer?: Analyzer | undefined;
}

function compacted(func: PrimFunc): PrimFunc {
  const changes = new Map<Buffer, Compact>();
  for (const use of usesOfAllocations(func)) {
    const found = compact(func, use);
    if (found !== undefined) changes.set(use.alloc.buffer, found);
  }
  if (changes.size === 0) return func;
  const moved = new Map<For, Stmt[]>();
  for (const { buffer, inside, annotations } of changes.values())
    if (inside !== undefined)
      moved.set(inside, [...(moved.get(inside) ?? []), alloc(buffer, annotations)]);
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    if (node.kind === "tir.Seq") {
      const body = node.body.flatMap((s) => (isGone(s, changes) ? [] : [walk(s) as Stmt]));
      return body.length === node.body.length && body.every((s, i) => s === node.body[i])
        ? node
        : seq(body, node.span);
    }
    const after = rebuild(node, walk);
    if (after.kind === "tir.For" && moved.has(node as For))
      return { ...after, body: seq([...moved.get(node as For)!, after.body]) };
    if (after.kind === "tir.Alloc") {
      const change = changes.get(after.buffer);
      return change === undefined ? after : { ...after, buffer: change.buffer };
    }
    if (after.kind !== "tir.Load" && after.kind !== "tir.Store") return after;
    const change = changes.get(after.buffer);
    if (change === undefined) return after;
    const indices = after.indices.map((index, k) => {
      const min = change.mins[k];
      return min === undefined ? index : change.analyzer!.simplify(subIndex(index, min));
    });
    return { ...after, buffer: change.buffer, indices };
  };
  const body = walk(func.body);
  return isStmt(body) ? { ...func, body } : func;
}

/** The allocation of a buffer that gets another place. */
const isGone = (s: Stmt, changes: ReadonlyMap<Buffer, Compact>): boolean =>
  s.kind === "tir.Alloc" && changes.get(s.buffer)?.inside !== undefined;

function compact(func: PrimFunc, use: BufferUse): Compact | undefined {
  const { accesses, alloc: old } = use;
  const [first] = accesses;
  if (accesses.some(({ node }) => lanesOf(node) !== node.buffer.dtype.lanes)) return undefined;
  const shared = accesses.reduce((n, a) => Math.min(n, sharedSteps(first!.path, a.path)), first!.path.length); // prettier-ignore
  const start = use.path.length;
  const candidates = candidatesOf(first!.path, start, shared);
  const isParallel = candidates.some(({ loop }) => loop.loopKind === "parallel");
  // Fewer loops touch no less: what all of them leave whole stays so.
  const deepest = candidates.at(-1)?.end ?? start;
  const dims = old.buffer.shape.map((dim, k) => !isWhole(accesses, k, dim, deepest));
  if (!isParallel && !dims.includes(true)) return undefined;
  let end = start;
  let inside: For | undefined;
  for (const { loop, end: next } of candidates) {
    if (!isPrivate(func, accesses, loop, next - 1)) break;
    end = next;
    if (loop.loopKind === "parallel") inside = loop;
  }
  // One that is allocated inside loops already may still be larger than what one iteration of them touches.
  if (end === 0) return undefined;
  const { annotations } = old;
  if (!dims.includes(true)) {
    const buffer = makeBuffer({ ...old.buffer, data: undefined });
    return inside && { buffer, mins: [], inside, annotations };
  }
  const outer = first!.path.slice(0, end);
  const visible = visibleAt(func, loopsOf(outer));
  const placed = inside === undefined ? start : outer.findIndex((s) => s.kind === "loop" && s.loop === inside) + 1; // prettier-ignore
  const atAlloc = visibleAt(func, loopsOf(outer.slice(0, placed)));
  const analyzer = analyzerAt(func, outer);
  const mins: (PrimExpr | undefined)[] = [];
  const shape = regionOf(analyzer, accesses, end, (k) => dims[k]!).map((r, k) => {
    const dim = old.buffer.shape[k]!;
    const smaller = r && extentOf(analyzer, r, dim, visible, atAlloc);
    mins.push(smaller && r.min);
    return smaller ?? dim;
  });
  const isSame = mins.every((m) => m === undefined);
  if (isSame && inside === undefined) return undefined;
  const buffer = makeBuffer({ ...old.buffer, data: undefined, shape });
  for (const { path } of accesses) for (const f of loopsOf(path.slice(end))) bindLoop(analyzer, f);
  return { buffer, mins, inside, annotations, analyzer };
}

/** The loops from one position of a path to another that a buffer may be private to, and where their bodies begin. */
function candidatesOf(
  path: readonly Around[],
  start: number,
  shared: number,
): readonly { readonly loop: For; readonly end: number }[] {
  const found: { readonly loop: For; readonly end: number }[] = [];
  for (let at = start; at < shared; at++) {
    const step = path[at]!;
    if (step.kind === "other" || (step.kind === "loop" && !mayCarry(step.loop))) break;
    if (step.kind === "loop") found.push({ loop: step.loop, end: at + 1 });
  }
  return found;
}

/** Whether an access runs over the dimension in a loop behind a position of its path, as one sees without arithmetic. */
const isWhole = (
  accesses: readonly BufferAccess[],
  k: number,
  dim: PrimExpr,
  from: number,
): boolean =>
  isNumber(dim, 1) ||
  (dim.kind === "tir.IntImm" &&
    accesses.some(({ node, path }) =>
      path.some(
        (s, at) =>
          at >= from &&
          s.kind === "loop" &&
          s.loop.var === node.indices[k] &&
          s.loop.step === undefined &&
          isNumber(s.loop.min, 0) &&
          isNumber(s.loop.extent, dim.value),
      ),
    ));

const isNumber = (e: PrimExpr, value: Int): boolean => e.kind === "tir.IntImm" && e.value === value;

const lanesOf = (n: Load | Store): number =>
  n.kind === "tir.Load" ? n.dtype.lanes : n.value.dtype.lanes;

/** A vectorised loop is one iteration for the buffer. */
const mayCarry = ({ loopKind, step }: For): boolean =>
  step === undefined && (loopKind === "serial" || loopKind === "unrolled" || loopKind === "parallel"); // prettier-ignore

function bindLoop(analyzer: Analyzer, { var: v, min, extent, step }: For): void {
  if (step === undefined && isSymbolic(min) && isSymbolic(extent))
    analyzer.bind(v, { kind: "ir.Range", min, extent });
}

/** The extent of a region where it is less than the dimension, in variables known where they are needed. */
function extentOf(
  analyzer: Analyzer,
  { min, extent }: Range,
  dim: PrimExpr,
  visible: ReadonlySet<Var>,
  atAlloc: ReadonlySet<Var>,
): PrimExpr | undefined {
  const isKnown = (e: PrimExpr, vars: ReadonlySet<Var>): boolean =>
    isSymbolic(e) && varsOf(e).every((v) => vars.has(v));
  if (!isKnown(min, visible) || !isKnown(extent, atAlloc)) return undefined;
  if (extent.kind === "tir.IntImm" && extent.value > 0) {
    const isLess = dim.kind !== "tir.IntImm" || extent.value < dim.value;
    return isLess ? extent : undefined;
  }
  return analyzer.holds(compare("lt", extent, dim)) ? extent : undefined;
}

/** Symbols of the function and variables of loops. */
function visibleAt(func: PrimFunc, loops: readonly For[]): ReadonlySet<Var> {
  const symbols = func.params.flatMap(({ var: v, buffer }) =>
    buffer === undefined ? [v] : buffer.shape.flatMap(varsOf),
  );
  return new Set([...symbols, ...loops.map((f) => f.var)]);
}
