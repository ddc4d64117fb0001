/**
 * The regions that a block reads and writes, as TVM infers them when the text leaves them out: loops inside the block
 * are relaxed over their domains, child blocks count with their own regions, a reduction block does not read its output.
 */
import { Analyzer } from "./analyzer.js";
import { structuralEqual } from "../ir/core/equal.js";
import { substitute } from "../ir/core/rewrite.js";
import { children } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import {
  bufferRegion,
  range,
  type Buffer,
  type BufferRegion,
  type Range,
} from "../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { Block, MatchBuffer } from "../ir/tir/stmt.js";
import { evaluate as valueOf } from "./evaluate.js";
import { differenceOf, sumOf } from "./extent.js";
import { isIndexType } from "./normalize.js";
import { sizeOf } from "./terms.js";

/** Closed interval; `undefined` means everything. A point has `lo === hi`. */
type Interval = { readonly lo: PrimExpr; readonly hi: PrimExpr } | undefined;

interface Access {
  readonly buffer: Buffer;
  readonly region: Interval[];
}

interface Walk {
  readonly reads: Access[];
  readonly writes: Access[];
  readonly loops: Map<Var, Interval>;
  readonly lets: Map<Var, PrimExpr>;
  /** Buffers that the block itself or something inside it defines. */
  readonly inner: Set<Buffer>;
  readonly matches: Map<Buffer, MatchBuffer>;
  readonly byPointer: Map<Var, Buffer>;
  readonly analyzer: Analyzer;
}

/** Reads and writes of the block's init and body. */
export function accessRegions(block: Block): {
  readonly reads: BufferRegion[];
  readonly writes: BufferRegion[];
} {
  const walk: Walk = {
    reads: [],
    writes: [],
    loops: new Map(),
    lets: new Map(),
    inner: new Set(block.allocs),
    matches: new Map(block.matches.map((m) => [m.buffer, m])),
    byPointer: new Map(),
    analyzer: new Analyzer(),
  };
  if (block.init !== undefined) visit(block.init, walk);
  visit(block.body, walk);
  const writes = walk.writes.map((a) => regionOf(a, walk));
  const written = new Set(block.init === undefined ? [] : writes.map((w) => w.buffer));
  return {
    reads: walk.reads.filter((a) => !written.has(a.buffer)).map((a) => regionOf(a, walk)),
    writes,
  };
}

function visit(node: Node, walk: Walk): void {
  switch (node.kind) {
    case "tir.For": {
      visit(node.min, walk);
      visit(node.extent, walk);
      const last = simplified(
        walk,
        binary("sub", sumOf(node.min, node.extent), intImm(1, node.extent.dtype)),
      );
      const [low, high] = [evaluate(node.min, walk), evaluate(last, walk)];
      const known = low !== undefined && high !== undefined;
      walk.loops.set(node.var, known ? { lo: low.lo, hi: high.hi } : undefined);
      visit(node.body, walk);
      walk.loops.delete(node.var);
      return;
    }
    case "tir.Store":
      access(walk, walk.writes, node.buffer, node.indices);
      for (const index of node.indices) visit(index, walk);
      visit(node.value, walk);
      return;
    case "tir.Load":
      access(walk, walk.reads, node.buffer, node.indices);
      for (const index of node.indices) visit(index, walk);
      return;
    case "tir.Bind":
      walk.lets.set(node.var, substituted(node.value, walk));
      visit(node.value, walk);
      return;
    case "tir.Alloc":
    case "tir.AllocConst":
    case "tir.Decl":
      walk.inner.add(node.buffer);
      return;
    case "tir.Block":
      return visitChild(node, walk);
    case "tir.Call":
      if (node.op === "tvm_access_ptr") return visitPointer(node, walk);
      break;
    case "tir.Buffer":
    case "tir.Var":
      return;
    default:
      break;
  }
  children(node, (child) => visit(child, walk));
}

function visitChild(child: Block, walk: Walk): void {
  const map = new Map<Var, PrimExpr>();
  child.iters.forEach((iter, i) => {
    const value = child.values?.[i];
    if (value !== undefined) map.set(iter.var, value);
  });
  const relax = (into: Access[], regions: readonly BufferRegion[]): void => {
    for (const r of regions) {
      const intervals = r.region.map(({ min, extent }): Interval => {
        const lo = evaluate(substitute(min, map), walk);
        const last = substitute(sumOf(min, extent), map);
        const hi = isOne(extent) ? lo : evaluate(binary("sub", last, intImm(1, last.dtype)), walk);
        return lo === undefined || hi === undefined ? undefined : { lo: lo.lo, hi: hi.hi };
      });
      merge(walk, into, r.buffer, intervals);
    }
  };
  relax(walk.reads, child.reads);
  relax(walk.writes, child.writes);
}

/** `A.access_ptr`: the whole buffer, read or written. */
function visitPointer(node: Extract<Node, { kind: "tir.Call" }>, walk: Walk): void {
  const [, data, , , mask] = node.args;
  if (data?.kind !== "tir.Var" || mask?.kind !== "tir.IntImm") return;
  const buffer = walk.byPointer.get(data);
  if (buffer === undefined) return;
  const whole = buffer.shape.map((d): Interval => ({
    lo: intImm(0, d.dtype),
    hi: binary("sub", d, intImm(1, d.dtype)),
  }));
  if (mask.value === 1) merge(walk, walk.reads, buffer, whole);
  if (mask.value === 2) merge(walk, walk.writes, buffer, whole);
}

const access = (walk: Walk, into: Access[], buffer: Buffer, indices: readonly PrimExpr[]): void =>
  merge(
    walk,
    into,
    buffer,
    indices.map((index) => evaluate(index, walk)),
  );

function merge(walk: Walk, into: Access[], buffer: Buffer, region: Interval[]): void {
  if (walk.inner.has(buffer) || buffer.scalar) return;
  const match = walk.matches.get(buffer);
  if (match !== undefined)
    return merge(walk, into, match.source.buffer, sourceRegion(match, region));
  const known = into.find((a) => a.buffer === buffer);
  if (known === undefined) {
    into.push({ buffer, region });
    return;
  }
  for (let i = 0; i < region.length; i++) known.region[i] = union(walk, known.region[i], region[i]);
}

/** The part of the source of a match that a part of the match covers; leading dimensions of the source may be points. */
function sourceRegion(match: MatchBuffer, region: readonly Interval[]): Interval[] {
  const offset = match.source.region.length - region.length;
  return match.source.region.map(({ min, extent }, i): Interval => {
    const part = region[i - offset];
    if (i < offset)
      return {
        lo: min,
        hi: isOne(extent) ? min : binary("sub", sumOf(min, extent), intImm(1, min.dtype)),
      };
    if (part === undefined)
      return { lo: min, hi: binary("sub", sumOf(min, extent), intImm(1, min.dtype)) };
    return { lo: shifted(min, part.lo), hi: shifted(min, part.hi) };
  });
}

/** The position `at` counted from `min`, in the type of `min`: the match may index in another. */
function shifted(min: PrimExpr, at: PrimExpr): PrimExpr {
  if (at.kind === "tir.IntImm")
    return at.value === 0 ? min : sumOf(min, intImm(at.value, min.dtype));
  return sumOf(min.kind === "tir.IntImm" ? intImm(min.value, at.dtype) : min, at);
}

const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;
function simplified(walk: Walk, e: PrimExpr): PrimExpr {
  const isConstant =
    e.kind === "tir.Binary" && e.a.kind === "tir.IntImm" && e.b.kind === "tir.IntImm";
  const value =
    isConstant && isIndexType(e.dtype) ? valueOf(e, { of: () => undefined }) : undefined;
  // Far from the ends of all types of indices.
  if (typeof value === "number" && Math.abs(value) < 2 ** 31) return intImm(value, e.dtype);
  return walk.analyzer.simplify(e);
}

function union(walk: Walk, a: Interval, b: Interval): Interval {
  if (a === undefined || b === undefined) return undefined;
  if (same(a.lo, b.lo) && same(a.hi, b.hi)) return a;
  // Ends that long say nothing: the whole dimension does as well.
  if ([a.lo, a.hi, b.lo, b.hi].some((e) => sizeOf(e, MAX_END) >= MAX_END)) return undefined;
  const lo = least(walk, "min", a.lo, b.lo);
  const hi = least(walk, "max", a.hi, b.hi);
  return { lo, hi };
}

/** Nodes of an end of a region above which regions are not joined exactly. */
const MAX_END = 16;

function least(walk: Walk, op: "min" | "max", a: PrimExpr, b: PrimExpr): PrimExpr {
  const d = simplified(walk, binary("sub", a, b));
  if (d.kind === "tir.IntImm") return d.value <= 0 === (op === "min") ? a : b;
  return simplified(walk, binary(op, a, b));
}

const same = (a: PrimExpr, b: PrimExpr): boolean =>
  a === b || structuralEqual(a, b, { mapFreeVars: false });

/** Interval of an index over the loops inside the block. */
function evaluate(e: PrimExpr, walk: Walk): Interval {
  switch (e.kind) {
    case "tir.IntImm":
      return { lo: e, hi: e };
    case "tir.Var": {
      const bound = walk.lets.get(e);
      if (bound !== undefined) return evaluate(bound, walk);
      const loop = walk.loops.get(e);
      return loop ?? (walk.loops.has(e) ? undefined : { lo: e, hi: e });
    }
    case "tir.Ramp": {
      const base = evaluate(e.base, walk);
      if (base === undefined || e.stride.kind !== "tir.IntImm" || e.lanes.kind !== "tir.IntImm")
        return undefined;
      const reach = Number(e.stride.value) * (Number(e.lanes.value) - 1);
      return {
        lo: base.lo,
        hi: simplified(walk, binary("add", base.hi, intImm(reach, base.hi.dtype))),
      };
    }
    case "tir.Broadcast":
      return evaluate(e.value, walk);
    case "tir.Binary":
      return evaluateBinary(e, walk);
    case "tir.Cast": {
      const inner = evaluate(e.value, walk);
      return inner === undefined || inner.lo !== inner.hi ? inner : point(e, walk);
    }
    default:
      return dependsOnLoop(e, walk) ? undefined : point(e, walk);
  }
}

/** An expression that no loop inside the block changes, in terms of what is known outside. */
function point(e: PrimExpr, walk: Walk): Interval {
  const plain = substituted(e, walk);
  return plain !== e && sizeOf(plain, MAX_END) >= MAX_END ? undefined : { lo: plain, hi: plain };
}

function evaluateBinary(e: Extract<PrimExpr, { kind: "tir.Binary" }>, walk: Walk): Interval {
  if (!dependsOnLoop(e, walk)) return point(e, walk);
  const a = evaluate(e.a, walk);
  const b = evaluate(e.b, walk);
  if (a === undefined || b === undefined) return undefined;
  const make = (op: typeof e.op, x: PrimExpr, y: PrimExpr): PrimExpr =>
    simplified(walk, binary(op, x, y));
  const single = b.lo === b.hi ? b.lo : undefined;
  const factor = single?.kind === "tir.IntImm" ? single : undefined;
  switch (e.op) {
    case "add":
      return { lo: make("add", a.lo, b.lo), hi: make("add", a.hi, b.hi) };
    case "sub":
      return { lo: make("sub", a.lo, b.hi), hi: make("sub", a.hi, b.lo) };
    case "mul": {
      const scale = factor ?? (a.lo === a.hi && a.lo.kind === "tir.IntImm" ? a.lo : undefined);
      const other = factor === undefined ? b : a;
      if (scale === undefined) return undefined;
      const lo = make("mul", other.lo, scale);
      const hi = make("mul", other.hi, scale);
      return scale.value >= 0 ? { lo, hi } : { lo: hi, hi: lo };
    }
    case "floordiv":
      if (factor === undefined || factor.value <= 0) return undefined;
      return { lo: make("floordiv", a.lo, factor), hi: make("floordiv", a.hi, factor) };
    case "floormod":
      return modulo(walk, a, factor);
    case "min":
    case "max":
      return { lo: make(e.op, a.lo, b.lo), hi: make(e.op, a.hi, b.hi) };
    default:
      return undefined;
  }
}

function modulo(
  walk: Walk,
  a: NonNullable<Interval>,
  factor: Extract<PrimExpr, { kind: "tir.IntImm" }> | undefined,
): Interval {
  if (factor === undefined || factor.value <= 0) return undefined;
  const low = simplified(walk, binary("floordiv", a.lo, factor));
  const high = simplified(walk, binary("floordiv", a.hi, factor));
  if (same(low, high)) {
    return {
      lo: simplified(walk, binary("floormod", a.lo, factor)),
      hi: simplified(walk, binary("floormod", a.hi, factor)),
    };
  }
  return {
    lo: intImm(0, factor.dtype),
    hi: simplified(walk, binary("sub", factor, intImm(1, factor.dtype))),
  };
}

function dependsOnLoop(e: Node, walk: Walk): boolean {
  if (e.kind === "tir.Var") {
    const bound = walk.lets.get(e);
    return walk.loops.has(e) || (bound !== undefined && dependsOnLoop(bound, walk));
  }
  // What the block allocates has no meaning outside of it.
  if (e.kind === "tir.Load" && walk.inner.has(e.buffer)) return true;
  let found = false;
  children(e, (child) => {
    if (!found && child.kind !== "tir.Buffer") found = dependsOnLoop(child, walk);
  });
  return found;
}

const substituted = (e: PrimExpr, walk: Walk): PrimExpr =>
  walk.lets.size === 0 ? e : substitute(e, walk.lets);

function regionOf(found: Access, walk: Walk): BufferRegion {
  return bufferRegion(
    found.buffer,
    found.region.map((interval, i): Range => {
      const whole = found.buffer.shape[i]!;
      if (interval === undefined) return range(intImm(0, whole.dtype), whole);
      if (interval.lo === interval.hi || same(interval.lo, interval.hi))
        return range(interval.lo, intImm(1, interval.lo.dtype));
      const extent = simplified(
        walk,
        sumOf(intImm(1, interval.lo.dtype), differenceOf(interval.hi, interval.lo)),
      );
      return range(interval.lo, extent);
    }),
  );
}
