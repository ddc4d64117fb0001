/**
 * Inlining of spatial blocks: a producer into the blocks that read it, or a consumer back into its producer. The
 * buffer between them is gone. What fusion and the schedule primitives `compute_inline` and `reverse_compute_inline`
 * are made of; whether it pays is for the caller to say.
 */
import {
  leafBlocks,
  writtenAxes,
  type BlockProgram,
  type LeafBlock,
} from "../../analysis/tir-pattern/index.js";
import { accessRegions } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { rebuild, refresh, rewrite, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import {
  cast,
  intImm,
  letIn,
  makeVar,
  type IntImm,
  type Load,
  type PrimExpr,
  type Var,
} from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import {
  bind,
  seq,
  store as makeStore,
  type Bind,
  type Block,
  type Stmt,
} from "../../ir/tir/stmt.js";
import { isStmt } from "./bounded-walk.js";

/** The function after inlining, or why it cannot be done. */
export type Inlined =
  { readonly ok: true; readonly func: PrimFunc } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Inlined => ({ ok: false, reason });

/** A spatial block as a function from the indices of an element to its value. */
export interface Definition {
  readonly leaf: LeafBlock;
  readonly buffer: Buffer;
  readonly axes: readonly PrimExpr[];
  /** Names that the value uses. */
  readonly lets: readonly Bind[];
  readonly value: PrimExpr;
}

/** Replaces every read of what the block writes by the value that it writes there. */
export function inlineProducer(func: PrimFunc, block: Block): Inlined {
  const program = leafBlocks(func);
  const leaf = program?.leaves.find((l) => l.block === block);
  if (program === undefined || leaf === undefined) return refuse("the block does not only compute elements"); // prettier-ignore
  const definition = definitionOf(leaf);
  if (typeof definition === "string") return refuse(definition);
  const { buffer } = definition;
  if (!program.allocs.includes(buffer))
    return refuse(`\`${buffer.name}\` is visible outside the function`);
  if (program.leaves.some((l) => l !== leaf && stores(l, buffer)))
    return refuse(`another block writes \`${buffer.name}\` too`);
  if (isOverwritten(program.leaves, leaf)) return refuse("what the block reads is written later");
  const users = program.leaves.filter((l) => l !== leaf && reads(l.block, buffer));
  if (users.length === 0) return refuse(`nothing reads \`${buffer.name}\``);
  const images = new Map<Block, Block>(
    users.map((u) => [u.block, inlineInto(u.block, definition)]),
  );
  return { ok: true, func: replaceBlocks(func, images, new Set([block]), new Set([buffer])) };
}

/** Lets the producer of what the block reads store the block's result in its place. */
export function inlineConsumer(func: PrimFunc, block: Block): Inlined {
  const program = leafBlocks(func);
  const leaf = program?.leaves.find((l) => l.block === block);
  if (program === undefined || leaf === undefined) return refuse("the block does not only compute elements"); // prettier-ignore
  const consumer = definitionOf(leaf);
  if (typeof consumer === "string") return refuse(consumer);
  const sources = program.allocs.filter((b) => reads(block, b));
  for (const between of sources) {
    const writers = program.leaves.filter((l) => stores(l, between));
    const users = program.leaves.filter((l) => reads(l.block, between));
    const [writer] = writers;
    if (writer === undefined || writers.length > 1 || users.length > 1 || users[0] !== leaf)
      continue;
    const producer = definitionOf(writer);
    if (typeof producer === "string") continue;
    const after = composed(producer, consumer);
    if (after === undefined) continue;
    if (isTouched(program, writer, leaf, consumer.buffer)) continue;
    const images = new Map([[writer.block, after]]);
    return { ok: true, func: replaceBlocks(func, images, new Set([block]), new Set([between])) };
  }
  return refuse("no spatial block writes, for it alone, what it reads element by element");
}

/** The block as a definition, or why it is none. */
export function definitionOf(leaf: LeafBlock): Definition | string {
  const [store, ...more] = leaf.stores;
  if (leaf.reduced.length > 0 || leaf.inits.length > 0) return "the block is a reduction";
  if (more.length > 0) return "the block stores more than one element";
  const { predicate } = leaf.block;
  if (predicate.kind !== "tir.IntImm" || predicate.value === 0) return "the block has a predicate";
  const axes = writtenAxes(leaf, store!);
  if (axes === undefined) return "the block does not store at its axes";
  if (reads(leaf.block.body, store!.buffer)) return "the block reads what it writes";
  return { leaf, buffer: store!.buffer, axes, lets: leaf.lets, value: store!.value };
}

const stores = (l: LeafBlock, buffer: Buffer): boolean => l.stores.some((s) => s.buffer === buffer);

function reads(node: Node, buffer: Buffer): boolean {
  let found = false;
  visit(node, {
    enter(n) {
      if (n.kind === "tir.BufferRegion") return false;
      if (n.kind === "tir.Load" && n.buffer === buffer) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}

/** Whether a block from this one on writes something that it reads. */
export function isOverwritten(leaves: readonly LeafBlock[], leaf: LeafBlock): boolean {
  const own = new Set<Buffer>();
  visit(leaf.block.body, {
    enter(n) {
      if (n.kind === "tir.Load") own.add(n.buffer);
    },
  });
  return leaves.some((l) => l.nest >= leaf.nest && l.stores.some((s) => own.has(s.buffer)));
}

/** Whether a block from the writer to the reader uses the result of the reader, or writes something the reader reads. */
function isTouched(
  { leaves }: BlockProgram,
  writer: LeafBlock,
  reader: LeafBlock,
  result: Buffer,
): boolean {
  return leaves
    .filter((l) => l !== writer && l !== reader && l.nest >= writer.nest && l.nest <= reader.nest)
    .some(
      (l) =>
        stores(l, result) ||
        reads(l.block, result) ||
        l.stores.some((s) => reads(reader.block, s.buffer)),
    );
}

/** The element at some indices: names to bind before, and its value. */
function elementAt(
  { axes, lets, value, buffer }: Definition,
  indices: readonly PrimExpr[],
): { readonly lets: readonly Bind[]; readonly value: PrimExpr } {
  const map = new Map<Var, PrimExpr>();
  axes.forEach((axis, k) => {
    if (axis.kind !== "tir.Var") return;
    const index = indices[k]!;
    map.set(axis, index.dtype === axis.dtype ? index : cast(index, axis.dtype));
  });
  const before: Bind[] = [];
  for (const { var: v, value: bound, span } of lets) {
    const own = makeVar(v.name, v.dtype, v.span);
    before.push(bind(own, moved(bound, map), span));
    map.set(v, own);
  }
  const found = moved(value, map);
  return {
    lets: before,
    value: found.dtype === buffer.dtype ? found : cast(found, buffer.dtype),
  };
}

/** A copy of an expression with names of its own and variables replaced. */
function moved(e: PrimExpr, map: ReadonlyMap<Var, PrimExpr>): PrimExpr {
  const own = new Set<Node>();
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Let") own.add(n.var);
    },
  });
  return substitute(own.size === 0 ? e : refresh(e, own), map);
}

/** The element as one expression. */
export function valueAt(definition: Definition, indices: readonly PrimExpr[]): PrimExpr {
  const { lets, value } = elementAt(definition, indices);
  return lets.reduceRight((body, { var: v, value: bound }) => letIn(v, bound, body), value);
}

/** Values that cost nothing to write twice. */
function isTrivial({ lets, value }: Definition): boolean {
  let at = value;
  while (at.kind === "tir.Cast") at = at.value;
  const isLeaf = at.kind === "tir.Load" || at.kind === "tir.Var" || at.kind.endsWith("Imm");
  return lets.length === 0 && isLeaf;
}

/** The block with its reads of the buffer replaced; an element that is read twice is computed once, before the stores. */
export function inlineInto(block: Block, definition: Definition): Block {
  const body = block.body.kind === "tir.Seq" ? block.body.body : [block.body];
  const ahead = isTrivial(definition) ? [] : computedAhead(body, definition);
  const images = new Map<Load, PrimExpr>();
  const replaced = <T extends Stmt | PrimExpr>(node: T): T =>
    rewrite(node, (n) => {
      if (n.kind !== "tir.Load" || n.buffer !== definition.buffer) return n;
      const known = ahead.find(({ load }) => isSameLoad(load, n));
      return (known && images.get(known.load)) ?? valueAt(definition, n.indices);
    });
  const stmts: Stmt[] = [];
  const pending = new Set(ahead);
  for (const s of body) {
    for (const one of pending) {
      if (s.kind === "tir.Bind" && !mentions(s, one.load)) continue;
      const { lets, value } = elementAt(definition, one.load.indices.map((i) => replaced(i))); // prettier-ignore
      stmts.push(...lets);
      const name = makeVar(definition.buffer.name, value.dtype);
      if (one.count > 1) stmts.push(bind(name, value));
      images.set(one.load, one.count > 1 ? name : value);
      pending.delete(one);
    }
    stmts.push(replaced(s));
  }
  const direct = <T extends Stmt | PrimExpr>(node: T): T =>
    rewrite(node, (n) =>
      n.kind === "tir.Load" && n.buffer === definition.buffer ? valueAt(definition, n.indices) : n,
    );
  const init = block.init && direct(block.init);
  const predicate = direct(block.predicate);
  return withRegions({ ...block, init, predicate, body: seq(stmts, block.body.span) });
}

const isSameLoad = (a: Load, b: Load): boolean =>
  a === b || (a.buffer === b.buffer && structuralEqual(a, b, { mapFreeVars: false }));

const mentions = (node: Node, load: Load): boolean => {
  let found = false;
  visit(node, {
    enter(n) {
      if (n.kind === "tir.Load" && isSameLoad(n, load)) found = true;
      return found ? false : undefined;
    },
  });
  return found;
};

interface Repeated {
  readonly load: Load;
  count: number;
  always: boolean;
}

/** Elements that are needed in any case, and twice or with names of their own. */
function computedAhead(body: readonly Stmt[], { buffer, lets }: Definition): readonly Repeated[] {
  const groups: Repeated[] = [];
  const note = (load: Load, guarded: boolean): void => {
    if (load.buffer !== buffer) return;
    const known = groups.find((g) => isSameLoad(g.load, load));
    if (known === undefined) groups.push({ load, count: 1, always: !guarded });
    else {
      known.count++;
      known.always ||= !guarded;
    }
  };
  for (const s of body) eachRead(s, false, note);
  const isMany = (count: number): boolean => count > 1 || lets.length > 0;
  return groups.filter((g) => isMany(g.count) && g.always && !usesLet(g.load));
}

/** Indices with names of a let expression cannot be moved out of it. */
const usesLet = (load: Load): boolean => load.indices.some((i) => i.kind === "tir.Let");

function eachRead(
  node: Node,
  guarded: boolean,
  each: (load: Load, guarded: boolean) => void,
): void {
  visit(node, {
    enter(n) {
      if (n.kind === "tir.Load") each(n, guarded);
      if (
        guarded ||
        (n.kind !== "tir.IfThenElse" && n.kind !== "tir.Logic" && n.kind !== "tir.Let")
      )
        return undefined;
      const [always, rest] =
        n.kind === "tir.IfThenElse"
          ? [n.cond, [n.then, n.otherwise]]
          : n.kind === "tir.Logic"
            ? [n.a, [n.b]]
            : [n.value, [n.body]];
      eachRead(always, false, each);
      for (const part of rest) eachRead(part, true, each);
      return false;
    },
  });
}

/** The one element of the producer's buffer that the consumer reads; undefined when there are several. */
export function loadOf(producer: Definition, consumer: Definition): Load | undefined {
  const loads: Load[] = [];
  for (const e of [...consumer.lets.map((l) => l.value), consumer.value])
    eachRead(e, false, (load) => {
      if (load.buffer === producer.buffer) loads.push(load);
    });
  const [first] = loads;
  return first === undefined || loads.some((l) => !isSameLoad(l, first)) ? undefined : first;
}

/** The producer's block with the consumer's store; undefined when the consumer does not read at all its axes. */
function composed(producer: Definition, consumer: Definition): Block | undefined {
  const map = new Map<Var, PrimExpr>();
  const first = loadOf(producer, consumer);
  if (first === undefined) return undefined;
  for (const [k, index] of first.indices.entries()) {
    const axis = producer.axes[k]!;
    if (index.kind === "tir.IntImm") {
      if (!isAlways(producer.leaf.block, axis, index.value)) return undefined;
      continue;
    }
    if (index.kind !== "tir.Var" || map.has(index)) return undefined;
    map.set(index, axis.dtype === index.dtype ? axis : cast(axis, index.dtype));
  }
  for (const { var: v, dom } of consumer.leaf.block.iters) {
    if (map.has(v)) continue;
    if (dom?.extent.kind !== "tir.IntImm" || dom.extent.value !== 1) return undefined;
    map.set(v, intImm(0, v.dtype));
  }
  return storedThrough(producer, consumer, map);
}

/** The producer's block with the consumer's store, the axes of the consumer given in those of the producer. */
export function storedThrough(
  producer: Definition,
  consumer: Definition,
  map: ReadonlyMap<Var, PrimExpr>,
): Block {
  let reads = 0;
  for (const e of [...consumer.lets.map((l) => l.value), consumer.value])
    eachRead(e, false, (load) => void (reads += load.buffer === producer.buffer ? 1 : 0));
  const isTwice = reads > 1 && !isTrivial(producer);
  const name = makeVar(producer.buffer.name, producer.buffer.dtype);
  const element = isTwice ? name : producer.value;
  const before: Stmt[] = [...producer.lets, ...(isTwice ? [bind(name, producer.value)] : [])];
  const put = <E extends PrimExpr>(e: E): PrimExpr =>
    substitute(
      rewrite(e, (n) => (n.kind === "tir.Load" && n.buffer === producer.buffer ? element : n)),
      map,
    );
  for (const { var: v, value: bound, span } of consumer.lets)
    before.push(bind(v, put(bound), span));
  const indices = consumer.axes.map((i) => substitute(i, map));
  const { block } = producer.leaf;
  const body = seq([...before, makeStore(consumer.buffer, indices, put(consumer.value))]);
  return withRegions({ ...block, name: consumer.leaf.block.name, body });
}

/** Whether an axis of the block has only this value. */
function isAlways({ iters }: Block, axis: PrimExpr, value: IntImm["value"]): boolean {
  if (axis.kind === "tir.IntImm") return axis.value === value;
  const dom = iters.find((i) => i.var === axis)?.dom;
  const [min, extent] = [dom?.min, dom?.extent];
  const isOne = extent?.kind === "tir.IntImm" && extent.value === 1;
  return isOne && min?.kind === "tir.IntImm" && min.value === value;
}

/** The block with the regions that its body accesses. */
const withRegions = (block: Block): Block => ({ ...block, ...accessRegions(block) });

/** The function with blocks replaced, some taken away with their loops, and buffers that are no longer allocated. */
export function replaceBlocks(
  func: PrimFunc,
  images: ReadonlyMap<Block, Block>,
  gone: ReadonlySet<Stmt>,
  buffers: ReadonlySet<Buffer>,
): PrimFunc {
  const walk = (s: Stmt): Stmt | undefined => {
    if (gone.has(s)) return undefined;
    const image = s.kind === "tir.Block" ? images.get(s) : undefined;
    if (image !== undefined) return image;
    if (s.kind === "tir.Seq") {
      const parts = s.body.flatMap((part) => walk(part) ?? []);
      return parts.length === 0 ? undefined : seq(parts, s.span);
    }
    let empty = false;
    const after = rebuild(s, (child) => {
      if (!isStmt(child)) return child;
      const inner = walk(child);
      empty ||= inner === undefined;
      return inner ?? child;
    });
    if (empty) return undefined;
    if (after.kind !== "tir.Block" || !after.allocs.some((b) => buffers.has(b))) return after;
    const allocs = after.allocs.filter((b) => !buffers.has(b));
    const isIdle = after.implicitRoot && allocs.length === 0;
    return isIdle ? after.body : { ...after, allocs };
  };
  return { ...func, body: walk(func.body) ?? seq([]) };
}
