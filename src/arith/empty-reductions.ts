/** Initialisation of reductions over nothing. */
import type { Node } from "../ir/nodes.js";
import { rebuild, refresh, substitute } from "../ir/core/rewrite.js";
import { varsOf } from "../ir/core/free-vars.js";
import { boolImm, compare, intImm, logic, makeVar, type PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { block, forLoop, ifStmt, seq, type Block, type For, type Stmt } from "../ir/tir/stmt.js";

/** The initialisation of a block, on its way out to where the reduction starts. */
interface Pending {
  /** Reduction loops around that are still to be left. */
  readonly reductions: ReadonlySet<For>;
  /** Holds when one of the reduction loops has no iteration. */
  readonly isEmpty: PrimExpr;
  readonly stmt: Stmt;
}
interface Walked {
  readonly stmt: Stmt;
  readonly pending: readonly Pending[];
}

/**
 * A block is initialised when all its reduction variables stand at their minimum, which never happens where one of
 * their loops has no iteration. The result is defined all the same: it is what the initialisation gives. This puts a
 * nest before the reduction that runs just then. Loops that surely have iterations need none.
 */
export function initEmptyReductions(func: PrimFunc): PrimFunc {
  const walked = walk(func.body, []);
  const body = before(walked.pending, walked.stmt);
  return body === func.body ? func : { ...func, body };
}

function walk(stmt: Stmt, loops: readonly For[]): Walked {
  if (stmt.kind === "tir.For") {
    const inner = walk(stmt.body, [...loops, stmt]);
    const stays = (p: Pending): boolean => isOut(p) && !mayLeave(p, stmt);
    const body = before(inner.pending.filter(stays), inner.stmt);
    return {
      stmt: body === stmt.body ? stmt : { ...stmt, body },
      pending: inner.pending.filter((p) => !stays(p)).flatMap((p) => leave(p, stmt)),
    };
  }
  const pending: Pending[] = [];
  const around = stmt.kind === "tir.Block" ? [] : loops;
  const after = rebuild(stmt, (child) => {
    if (!STATEMENTS.has(child.kind)) return child;
    // The initialisation itself reduces nothing.
    if (stmt.kind === "tir.Block" && child === stmt.init) return child;
    const inner = walk(child as Stmt, around);
    pending.push(...inner.pending.filter((p) => !isOut(p)));
    return before(inner.pending.filter(isOut), inner.stmt);
  }) as Stmt;
  if (stmt.kind === "tir.Block") pending.push(...initOf(stmt, loops));
  return { stmt: after, pending };
}

const STATEMENTS: ReadonlySet<string> = new Set([
  "tir.For", "tir.While", "tir.Block", "tir.Seq", "tir.If", "tir.AttrStmt",
]); // prettier-ignore

const isOut = (p: Pending): boolean => p.reductions.size === 0;

const uses = (e: PrimExpr, loop: For): boolean => varsOf(e).includes(loop.var);

/** Whether the nest may run before a loop that is not one of the reduction. */
const mayLeave = (p: Pending, loop: For): boolean =>
  loop.loopKind !== "thread_binding" && !uses(p.isEmpty, loop);

const before = (pending: readonly Pending[], stmt: Stmt): Stmt =>
  pending.length === 0
    ? stmt
    : seq([...pending.map((p) => ifStmt(p.isEmpty, p.stmt)), stmt], stmt.span);

/** In front of a loop: one of the reduction is left behind, another is run through again. */
function leave(p: Pending, loop: For): Pending[] {
  if (p.reductions.has(loop)) {
    if (uses(p.isEmpty, loop)) return [];
    return [{ ...p, reductions: new Set([...p.reductions].filter((l) => l !== loop)) }];
  }
  const inside = uses(p.isEmpty, loop) ? ifStmt(p.isEmpty, p.stmt) : p.stmt;
  const stmt = refresh({ ...loop, body: inside }, new Set<Node>([loop.var]));
  return [{ ...p, stmt, isEmpty: inside === p.stmt ? p.isEmpty : boolImm(true) }];
}

/** The block that only initialises, and when it is needed: when a reduced axis has no value at all. */
function initOf(b: Block, loops: readonly For[]): Pending[] {
  if (b.init === undefined || b.values === undefined) return [];
  const { values, iters } = b;
  const isSpatial = iters.map((iter) => iter.iterKind !== "reduce");
  const reduced = new Set(values.filter((_, i) => !isSpatial[i]).flatMap(varsOf));
  const reductions = loops.filter((l) => reduced.has(l.var));
  // A loop may run over a part of the axis only; what counts is the axis.
  const axes = iters.filter((_, i) => !isSpatial[i]).map((iter) => iter.dom?.extent);
  const extents = axes.includes(undefined) ? reductions.map((l) => l.extent) : (axes as PrimExpr[]);
  const unsure = extents.filter((e) => e.kind !== "tir.IntImm" || e.value <= 0);
  if (unsure.length === 0) return [];
  const isEmpty = unsure
    .map((e): PrimExpr => compare("le", e, intImm(0, e.dtype)))
    .reduce((p, q) => logic("or", p, q));
  // Where the reduction variables stand when a block is initialised.
  const start = new Map(
    iters
      .filter((_, i) => !isSpatial[i])
      .map((iter) => [iter.var, iter.dom?.min ?? intImm(0, iter.var.dtype)]),
  );
  const spatial = iters.filter((_, i) => isSpatial[i]);
  const own = values.filter((_, i) => isSpatial[i]);
  // An axis that shares a loop with a reduced one runs through all its values here.
  const whole: For[] = [];
  const bindings = own.map((value, i) => {
    const { dom, var: v } = spatial[i]!;
    if (dom === undefined || !varsOf(value).some((x) => reduced.has(x))) return value;
    const { min, extent } = dom;
    const loop = forLoop({ min, extent, var: makeVar(v.name, v.dtype), body: b.init! });
    whole.push(loop);
    return loop.var;
  });
  const conditions = conjuncts(b.predicate).filter((c) => !varsOf(c).some((v) => reduced.has(v)));
  const only = block({
    ...b,
    name: `${b.name}_init`,
    values: bindings,
    iters: spatial,
    predicate:
      conditions.length === 0 ? boolImm(true) : conditions.reduce((p, q) => logic("and", p, q)),
    reads: [],
    allocs: [],
    init: undefined,
    body: b.init,
  });
  const fresh = refresh(substitute(only, start), new Set<Node>(spatial.map((iter) => iter.var)));
  const stmt = whole.reduceRight<Stmt>((body, loop) => ({ ...loop, body }), fresh);
  return [{ reductions: new Set(reductions), isEmpty, stmt }];
}

const conjuncts = (e: PrimExpr): PrimExpr[] =>
  e.kind === "tir.Logic" && e.op === "and"
    ? [...conjuncts(e.a), ...conjuncts(e.b)]
    : e.kind === "tir.IntImm" && e.value !== 0
      ? []
      : [e];
