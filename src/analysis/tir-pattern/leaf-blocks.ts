/** The blocks of a T function that computes element by element: what all derived facts are read off. */
import { hasEffects } from "../../arith/index.js";
import { visit } from "../../ir/core/visit.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Bind, Block, For, Stmt, Store } from "../../ir/tir/stmt.js";

/** A block of stores, with leading lets, and the loops around it. */
export interface LeafBlock {
  readonly block: Block;
  /** Outermost first. */
  readonly loops: readonly For[];
  readonly lets: readonly Bind[];
  readonly stores: readonly Store[];
  /** Stores of the init. */
  readonly inits: readonly Store[];
  readonly spatial: readonly Var[];
  readonly reduced: readonly Var[];
  /** Number of the outermost statement; blocks of one number run interleaved. */
  readonly nest: number;
}

export interface BlockProgram {
  readonly leaves: readonly LeafBlock[];
  /** Buffers that live inside the function. */
  readonly allocs: readonly Buffer[];
}

/** The leaf blocks in order, or undefined when the function does anything else; asserts at its head do not count. */
export function leafBlocks(func: PrimFunc): BlockProgram | undefined {
  const walk: Walk = { leaves: [], allocs: [], nest: 0, sound: true };
  statement(func.body, [], walk);
  return walk.sound && walk.leaves.length > 0 ? walk : undefined;
}

interface Walk {
  readonly leaves: LeafBlock[];
  readonly allocs: Buffer[];
  nest: number;
  sound: boolean;
}

function statement(s: Stmt, loops: readonly For[], walk: Walk): void {
  switch (s.kind) {
    case "tir.Seq":
      return s.body.forEach((part) => statement(part, loops, walk));
    case "tir.Assert":
      walk.sound &&= walk.leaves.length === 0;
      return;
    case "tir.For":
      walk.sound &&= s.loopKind !== "thread_binding" && s.step === undefined;
      if (loops.length === 0) walk.nest++;
      return statement(s.body, [...loops, s], walk);
    case "tir.Block":
      return block(s, loops, walk);
    default:
      walk.sound = false;
  }
}

function block(b: Block, loops: readonly For[], walk: Walk): void {
  if (b.matches.length > 0) {
    walk.sound = false;
    return;
  }
  if (isRoot(b) && loops.length === 0) {
    walk.allocs.push(...b.allocs);
    return statement(b.body, loops, walk);
  }
  const leaf = leafOf(b, loops, walk.nest);
  if (loops.length === 0) walk.nest++;
  if (leaf === undefined) walk.sound = false;
  else walk.leaves.push(leaf);
}

/** The block around all others. */
export const isRoot = (b: Block): boolean =>
  b.implicitRoot || (b.name === "root" && b.iters.length === 0 && b.init === undefined);

/** The block as a leaf, or undefined when it does anything but store elements. */
export function leafOf(b: Block, loops: readonly For[], nest: number): LeafBlock | undefined {
  if (b.allocs.length > 0) return undefined;
  const body = b.body.kind === "tir.Seq" ? b.body.body : [b.body];
  const lets = body.filter((s): s is Bind => s.kind === "tir.Bind");
  const stores = storesOf(body.slice(lets.length));
  const inits = b.init === undefined ? [] : storesOf(seqOf(b.init));
  if (stores === undefined || inits === undefined || stores.length === 0) return undefined;
  if (body.slice(0, lets.length).some((s) => s.kind !== "tir.Bind")) return undefined;
  if (b.iters.some((i) => i.iterKind !== "spatial" && i.iterKind !== "reduce")) return undefined;
  if (acts(b)) return undefined;
  const varsOf = (kind: string): Var[] =>
    b.iters.filter((i) => i.iterKind === kind).map((i) => i.var);
  const [spatial, reduced] = [varsOf("spatial"), varsOf("reduce")];
  return { block: b, loops, lets, stores, inits, spatial, reduced, nest };
}

const seqOf = (s: Stmt): readonly Stmt[] => (s.kind === "tir.Seq" ? s.body : [s]);

function storesOf(stmts: readonly Stmt[]): Store[] | undefined {
  const stores = stmts.filter((s): s is Store => s.kind === "tir.Store" && !s.predicate);
  return stores.length === stmts.length ? stores : undefined;
}

/** Whether the block calls something that does more than compute, or reads through other names. */
function acts(b: Block): boolean {
  let found = false;
  visit(b, {
    enter(node) {
      if (found) return false;
      if (node.kind === "tir.CallGlobal") found = true;
      else if (node.kind === "tir.Call" && (hasEffects(node) || POINTERS.has(node.op)))
        found = true;
      else if (node.kind === "tir.Load" && node.dtype.lanes !== node.buffer.dtype.lanes)
        found = true;
      return undefined;
    },
  });
  return found;
}

const POINTERS = new Set(["address_of", "tvm_access_ptr", "undef"]);
