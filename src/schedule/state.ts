/** The state of a schedule: an immutable module, the function worked on, and what is known of its symbols. */
import { Analyzer } from "../arith/index.js";
import { declareSymbols } from "../analysis/tir/symbols.js";
import { rebuild, refresh } from "../ir/core/rewrite.js";
import type { Node } from "../ir/nodes.js";
import type { IRModule } from "../ir/module.js";
import { range } from "../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { block, seq, type Alloc, type Block, type Stmt } from "../ir/tir/stmt.js";
import type { TensorIntrinsic } from "./intrinsics.js";
import { eachSite, type Site } from "./site.js";

/** Everything a primitive may read; it returns another one. */
export interface ScheduleState {
  readonly module: IRModule;
  /** The function worked on; all its blocks have different names, and its body is a root block. */
  readonly name: string;
  /** Conditions on symbols that the schedule was told to take for true. */
  readonly assumed: readonly PrimExpr[];
  /** Loops and blocks that are gone, each with the primitive that took it away. */
  readonly removed: ReadonlyMap<Var | string, string>;
  /** Seed of the next sampling. */
  readonly seed: number;
  /** Finds tensor intrinsics of libraries by name. */
  readonly intrinsics?: ((name: string) => TensorIntrinsic | undefined) | undefined;
}

/** Starts to schedule a T function of the module. */
export const openState = (module: IRModule, name: string): ScheduleState =>
  workOn({ module, name, assumed: [], removed: new Map(), seed: 0 }, name);

/** Goes on with another T function of the module. */
export function workOn(state: ScheduleState, name: string): ScheduleState {
  const func = state.module.functions.get(name);
  if (func?.kind !== "tir.PrimFunc") return { ...state, name };
  return withFunc({ ...state, name }, prepared(func));
}

/** The module as it is outside of schedules: without root blocks that say nothing. */
export function closeState({ module }: ScheduleState): IRModule {
  const functions = new Map(
    [...module.functions].map(([name, f]) => [name, f.kind === "tir.PrimFunc" ? bare(f) : f]),
  );
  return { ...module, functions };
}

/** The function worked on. */
export const funcOf = (state: ScheduleState): PrimFunc =>
  state.module.functions.get(state.name) as PrimFunc;

/** The root block of the function worked on. */
export const rootOf = (state: ScheduleState): Block => funcOf(state).body as Block;

/** The state with another function in the place of the one worked on. */
export function withFunc(state: ScheduleState, func: PrimFunc): ScheduleState {
  const functions = new Map(state.module.functions).set(state.name, rooted(func));
  return { ...state, module: { ...state.module, functions } };
}

/** A block name that is not taken: `base`, `base_1`, … */
export function freshBlockName(func: PrimFunc, base: string): string {
  const taken = new Set<string>();
  eachSite(func.body, ({ node }) => {
    if (node.kind === "tir.Block") taken.add(node.name);
  });
  return unusedName(taken, base);
}

function unusedName(taken: ReadonlySet<string>, base: string): string {
  for (let k = 0; ; k++) {
    const name = k === 0 ? base : `${base}_${k}`;
    if (!taken.has(name)) return name;
  }
}

// ---- what is known ----------------------------------------------------------------------------------------------

/** An analyser that knows the symbols of the function, its assertions, and what the schedule assumes. */
export function analyzerOf(state: ScheduleState): Analyzer {
  const analyzer = new Analyzer();
  const func = funcOf(state);
  declareSymbols(func, analyzer);
  for (const cond of state.assumed) analyzer.assume(cond);
  const { body } = rootOf(state);
  for (const s of body.kind === "tir.Seq" ? body.body : [])
    if (s.kind === "tir.Assert") analyzer.assume(s.cond);
  return analyzer;
}

/** The same with the loops, the axes and the conditions around a statement (its own axes and loop not counted). */
export function analyzerAt(state: ScheduleState, { path }: Site): Analyzer {
  const analyzer = analyzerOf(state);
  for (const s of path) enter(analyzer, s);
  return analyzer;
}

/** Tells the analyser what holds inside a loop or block. */
export function enter(analyzer: Analyzer, s: Stmt): void {
  if (s.kind === "tir.For") analyzer.bind(s.var, range(s.min, s.extent));
  if (s.kind !== "tir.Block") return;
  for (const { var: v, dom } of s.iters) if (dom !== undefined) analyzer.bind(v, dom);
}

// ---- the form that schedules work on ----------------------------------------------------------------------------

/** Blocks with names of their own, loops with variables of their own, a root block around all. */
function prepared(func: PrimFunc): PrimFunc {
  const body = uniqueNames(uniqueLoops(func.body));
  return withOwnBuffers({ ...func, body });
}

/** Allocations at the head of the function become buffers of its root block, as those of schedules are. */
function withOwnBuffers(func: PrimFunc): PrimFunc {
  const root = rooted(func).body as Block;
  if (root.body.kind !== "tir.Seq") return func;
  const isPlain = (s: Stmt): s is Alloc => s.kind === "tir.Alloc" && s.annotations.size === 0 && !s.buffer.scalar; // prettier-ignore
  const moved = root.body.body.filter(isPlain).map((s) => s.buffer);
  if (moved.length === 0) return func;
  const body = seq(root.body.body.filter((s) => !isPlain(s)), root.body.span); // prettier-ignore
  return { ...func, body: { ...root, allocs: [...root.allocs, ...moved], body } };
}

const rooted = (func: PrimFunc): PrimFunc =>
  func.body.kind === "tir.Block" && isRootBlock(func.body)
    ? func
    : { ...func, body: block({ name: "root", values: [], body: func.body, implicitRoot: true }) };

/** The block around a function's body. */
export const isRootBlock = (b: Block): boolean =>
  b.implicitRoot || (b.name === "root" && b.iters.length === 0 && b.init === undefined);

function bare(func: PrimFunc): PrimFunc {
  const { body } = func;
  const isIdle =
    body.kind === "tir.Block" &&
    body.implicitRoot &&
    body.allocs.length === 0 &&
    body.matches.length === 0 &&
    body.annotations.size === 0;
  return isIdle ? { ...func, body: body.body } : func;
}

function uniqueNames(root: Stmt): Stmt {
  const all = new Set<string>();
  let isUnique = true;
  eachSite(root, ({ node }) => {
    if (node.kind !== "tir.Block") return;
    isUnique &&= !all.has(node.name);
    all.add(node.name);
  });
  if (isUnique) return root;
  const met = new Set<string>();
  const walk = (node: Node): Node => {
    if (node.kind !== "tir.Block") return rebuild(node, walk);
    const name = met.has(node.name) ? unusedName(all, node.name) : node.name;
    all.add(name);
    met.add(name);
    const inner = rebuild(node, walk);
    return name === node.name ? inner : { ...inner, name };
  };
  return walk(root) as Stmt;
}

/** A loop that stands in several places becomes as many loops. */
function uniqueLoops(root: Stmt): Stmt {
  const met = new Set<Node>();
  const walk = (node: Node): Node => {
    const own = new Set<Node>();
    if (node.kind === "tir.For" && met.has(node.var)) own.add(node.var);
    if (node.kind === "tir.Block")
      for (const iter of node.iters) if (met.has(iter.var)) own.add(iter.var);
    const at = own.size === 0 ? node : refresh(node, own);
    if (at.kind === "tir.For") met.add(at.var);
    if (at.kind === "tir.Block") for (const iter of at.iters) met.add(iter.var);
    return rebuild(at, walk);
  };
  return walk(root) as Stmt;
}

/** Keys of all loops and blocks of a function. */
export function referencesOf(func: PrimFunc): ReadonlySet<Var | string> {
  const keys = new Set<Var | string>();
  eachSite(func.body, ({ node }) => void keys.add(node.kind === "tir.For" ? node.var : node.name));
  return keys;
}
