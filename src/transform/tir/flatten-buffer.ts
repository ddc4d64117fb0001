import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { cast, intImm, load, ramp, type Load, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, decl, seq, store, type Stmt, type Store } from "../../ir/tir/stmt.js";
import { int8, isBool, laneOf, withLanes } from "../../support/dtype.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { addIndex, elementsOf, mulIndex, spread, stridesOf } from "./strides.js";

/**
 * Precondition: level `loop`. Result: level `flat`; every access has one index (one a group of axes where the buffer has
 * axis separators) that contains strides and offset, booleans are stored as int8, and buffers of vectors hold their
 * lanes one after another. Parameters keep their shapes and get a flat alias. Sound because the element addressed is
 * the same.
 */
export const flattenBuffer = definePass({
  name: "flatten-buffer",
  dialect: "tir",
  summary: "Makes buffers one-dimensional.",
  from: "loop",
  to: "flat",
  requires: ["convert-blocks"],
  options: {},
  run: (module, _, ctx) =>
    mapPrimFuncs(module, (func) => (hasPositions(func, ctx) ? flatten(func) : func)),
});

/** Whether accesses of the buffer are already as this pass leaves them. */
const isFlat = (b: Buffer): boolean =>
  b.shape.length === 1 &&
  b.strides.length === 0 &&
  b.elemOffset === undefined &&
  b.dtype.lanes === 1 &&
  !isBool(b.dtype);

/** Each access has as many indices and strides as its buffer has dimensions; reported otherwise, once a buffer. */
function hasPositions(func: PrimFunc, ctx: PassContext): boolean {
  const bad = new Set<Buffer>();
  visit(func.body, {
    enter(node) {
      if ((node.kind !== "tir.Load" && node.kind !== "tir.Store") || bad.has(node.buffer)) return;
      const { name, shape, strides } = node.buffer;
      const rank = shape.length;
      const isOdd = strides.length !== 0 && strides.length !== rank;
      if (!isOdd && node.indices.length === rank) return;
      bad.add(node.buffer);
      const found = isOdd ? count(strides, "stride") : count(node.indices, "index", "indices");
      ctx.report(codes.indexCount({ buffer: name, rank, found, at: node.span ?? func.span }));
    },
  });
  return bad.size === 0;
}

const count = (items: readonly unknown[], one: string, many = `${one}s`): string =>
  `${items.length} ${items.length === 1 ? one : many}`;

function flatten(func: PrimFunc): PrimFunc {
  const flat = new Map<Buffer, Buffer>();
  const { whole, accessed } = usesOf(func.body);
  const flatOf = (b: Buffer): Buffer => {
    if (isFlat(b)) return b;
    const known = flat.get(b);
    if (known !== undefined) return known;
    const made = makeFlat(b);
    flat.set(b, made);
    return made;
  };
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const after = one(node);
    done.set(node, after);
    return after;
  };
  const one = (node: Node): Node => {
    switch (node.kind) {
      case "tir.Buffer":
      case "tir.Var":
        return node;
      case "tir.Load":
        return flatLoad(rebuildParts(node, walk), flatOf);
      case "tir.Store":
        return flatStore(rebuildParts(node, walk), flatOf);
      case "tir.Alloc": {
        const { buffer } = node;
        if (isFlat(buffer)) return node;
        const made = alloc(flatOf(buffer), node.annotations, node.span);
        return whole.has(buffer) ? seq([made, decl(buffer)]) : made;
      }
      case "tir.Decl": {
        const { buffer } = node;
        if (isFlat(buffer)) return node;
        if (whole.has(buffer) && !accessed.has(buffer)) return node;
        const made = decl(flatOf(buffer), node.span);
        return whole.has(buffer) ? seq([node, made]) : made;
      }
      case "tir.AllocConst":
        return isFlat(node.buffer) ? node : { ...node, buffer: flatOf(node.buffer) };
      case "tir.Seq": {
        const after = rebuild(node, walk);
        return after === node ? node : seq(after.body, node.span);
      }
      default:
        return rebuild(node, walk);
    }
  };
  const body = walk(func.body) as Stmt;
  const used = func.params.flatMap((p) =>
    p.buffer !== undefined && flat.has(p.buffer) ? [flat.get(p.buffer)!] : [],
  );
  if (body === func.body && used.length === 0) return func;
  return { ...func, body: seq([...used.map((b) => decl(b)), body]) };
}

/** An access with its expressions rewritten; the buffer stays. */
const rebuildParts = <T extends Load | Store>(node: T, walk: (n: Node) => Node): T =>
  rebuild(node, (child) => (child.kind === "tir.Buffer" ? child : walk(child)));

interface Uses {
  /** Buffers that are arguments as a whole: their shapes must stay known. */
  readonly whole: ReadonlySet<Node>;
  /** Buffers with loads and stores of elements. */
  readonly accessed: ReadonlySet<Node>;
}

function usesOf(body: Stmt): Uses {
  const whole = new Set<Node>();
  const accessed = new Set<Node>();
  visit(body, {
    enter(node) {
      if (node.kind === "tir.Load" || node.kind === "tir.Store") accessed.add(node.buffer);
      if (node.kind !== "tir.Call" && node.kind !== "tir.CallGlobal") return;
      for (const arg of node.args) {
        if (arg.kind === "tir.Buffer") whole.add(arg);
        else if (arg.kind === "tir.BufferRegion") whole.add(arg.buffer);
      }
    },
  });
  return { whole, accessed };
}

function makeFlat(b: Buffer): Buffer {
  const lanes = b.dtype.lanes;
  // The index contains the offset, so the alias reaches from the pointer to the last element.
  const size = b.elemOffset === undefined ? elementsOf(b) : addIndex(b.elemOffset, elementsOf(b));
  const groups = separate(b);
  const shape =
    groups === undefined
      ? [size]
      : groups.map((axes) => axes.map((k) => b.shape[k]!).reduce(mulIndex));
  const last = shape.length - 1;
  return makeBuffer({
    ...b,
    dtype: isBool(b.dtype) ? withLanes(int8, 1) : laneOf(b.dtype),
    shape: shape.map((d, k) => (k === last && lanes > 1 ? mulIndex(d, intImm(lanes, d.dtype)) : d)),
    strides: [],
    elemOffset: undefined,
    offsetFactor: 0,
    axisSeparators: groups === undefined ? [] : groups.slice(1).map((_, k) => k + 1),
  });
}

/** Groups of axes that stay apart; undefined when all become one. */
function separate(b: Buffer): number[][] | undefined {
  const cuts = b.axisSeparators.filter((s) => s > 0 && s < b.shape.length);
  if (cuts.length === 0 || b.strides.length > 0) return undefined;
  const edges = [0, ...cuts, b.shape.length];
  return edges
    .slice(1)
    .map((end, k) => Array.from({ length: end - edges[k]! }, (_, i) => edges[k]! + i));
}

function flatIndices(b: Buffer, indices: readonly PrimExpr[]): readonly PrimExpr[] {
  const groups = separate(b);
  const zero = intImm(0, indices[0]?.dtype ?? b.shape[0]?.dtype);
  const flatted =
    groups === undefined
      ? [linear(indices, stridesOf(b), b.elemOffset ?? zero)]
      : groups.map((axes) =>
          axes
            .slice(1)
            .reduce(
              (at, k) => addIndex(mulIndex(at, b.shape[k]!), indices[k]!),
              indices[axes[0]!]!,
            ),
        );
  const lanes = b.dtype.lanes;
  if (lanes === 1) return flatted;
  const last = flatted[flatted.length - 1]!;
  const first = mulIndex(last, intImm(lanes, last.dtype));
  return [...flatted.slice(0, -1), ramp(first, intImm(1, last.dtype), intImm(lanes))];
}

/** The element position: Σ index·stride + offset. */
const linear = (
  indices: readonly PrimExpr[],
  strides: readonly PrimExpr[],
  offset: PrimExpr,
): PrimExpr =>
  addIndex(
    indices.reduce<PrimExpr>(
      (sum, i, k) => addIndex(sum, mulIndex(i, strides[k]!)),
      intImm(0, indices[0]?.dtype),
    ),
    offset,
  );

/** Vector elements of a vector access of a buffer of vectors would need two vector indices; such accesses stay. */
const isNested = (b: Buffer, indices: readonly PrimExpr[]): boolean =>
  b.dtype.lanes > 1 && indices.some((i) => i.dtype.lanes > 1);

function flatLoad(node: Load, flatOf: (b: Buffer) => Buffer): PrimExpr {
  const { buffer } = node;
  if (isFlat(buffer) || isNested(buffer, node.indices)) return node;
  const element = load(
    flatOf(buffer),
    flatIndices(buffer, node.indices),
    node.span,
    node.predicate,
  );
  return isBool(buffer.dtype) ? cast(element, node.dtype, node.span) : element;
}

function flatStore(node: Store, flatOf: (b: Buffer) => Buffer): Stmt {
  const { buffer } = node;
  if (isFlat(buffer) || isNested(buffer, node.indices)) return node;
  const lanes = buffer.dtype.lanes;
  const whole = spread(node.value, lanes);
  const value = isBool(buffer.dtype)
    ? cast(whole, withLanes(int8, whole.dtype.lanes), node.span)
    : whole;
  return store(flatOf(buffer), flatIndices(buffer, node.indices), value, node.span, node.predicate);
}
