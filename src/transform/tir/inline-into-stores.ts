/**
 * Inlining of elementwise blocks into the stores of whatever computes their operand, scheduled or not: a sum that is
 * complete in registers gets its bias and activation there. The buffer between them is gone.
 */
import { leafBlocks } from "../../analysis/tir-pattern/index.js";
import { accessRegions } from "../../arith/index.js";
import { rebuild, refresh, rewrite, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { letIn, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { seq, type Stmt, type Store } from "../../ir/tir/stmt.js";
import { isStmt } from "./bounded-walk.js";
import { definitionOf, type Definition } from "./inline-block.js";

/** The function with every elementwise statement of its root inlined that can be. */
export function inlineIntoStores(func: PrimFunc): PrimFunc {
  const { body } = func;
  const root = body.kind === "tir.Block" && body.implicitRoot ? body : undefined;
  const inner = root?.body ?? body;
  let stmts = inner.kind === "tir.Seq" ? inner.body : [inner];
  let allocs = root?.allocs ?? [];
  const gone = new Set<Buffer>();
  const results = new Set<Buffer>();
  for (let k = 1; k < stmts.length;) {
    const found = consumerAt(func, stmts, k, allocs);
    if (found === undefined) {
      k++;
      continue;
    }
    const { consumer, source } = found;
    const own = usesIn([stmts[k]!]);
    stmts = [
      ...stmts.slice(0, k).map((s) => withStores(s, source, consumer, own)),
      ...stmts.slice(k + 1),
    ];
    allocs = allocs.filter((b) => b !== source);
    gone.add(source);
    results.add(consumer.buffer);
  }
  if (root === undefined || gone.size === 0) return func;
  const after = withRegions(seq(stmts, inner.span), gone, results);
  return { ...func, body: allocs.length === 0 ? after : { ...root, allocs, body: after } };
}

interface Consumer {
  readonly consumer: Definition;
  readonly source: Buffer;
}

/** The statement as a consumer whose operand only statements before it store to, and nothing else reads. */
function consumerAt(
  func: PrimFunc,
  stmts: readonly Stmt[],
  k: number,
  allocs: readonly Buffer[],
): Consumer | undefined {
  const program = leafBlocks({ ...func, body: stmts[k]! });
  const [leaf, ...more] = program?.leaves ?? [];
  const consumer = leaf === undefined || more.length > 0 ? undefined : definitionOf(leaf);
  if (consumer === undefined || typeof consumer === "string") return undefined;
  const before = usesIn(stmts.slice(0, k));
  const after = usesIn(stmts.slice(k + 1));
  const own = usesIn([stmts[k]!]);
  // The result is stored earlier than before, and so are the other operands read.
  if (before.loads.has(consumer.buffer) || before.stores.has(consumer.buffer)) return undefined;
  for (const source of allocs) {
    if (!own.loads.has(source) || !before.stores.has(source)) continue;
    if (before.loads.has(source) || before.others.has(source)) continue;
    if (after.loads.has(source) || after.stores.has(source) || after.others.has(source)) continue;
    const operands = [...own.loads].filter((b) => b !== source);
    if (operands.some((b) => before.stores.has(b) || before.others.has(b))) continue;
    if (isElementwise(consumer, source)) return { consumer, source };
  }
  return undefined;
}

interface Uses {
  readonly loads: ReadonlySet<Buffer>;
  readonly stores: ReadonlySet<Buffer>;
  /** Accesses whose direction is not seen: views, arguments of calls. */
  readonly others: ReadonlySet<Buffer>;
}

const known = new WeakMap<Stmt, Uses>();

function usesIn(stmts: readonly Stmt[]): Uses {
  const parts = stmts.map((s) => {
    const uses = known.get(s) ?? usesOf(s);
    known.set(s, uses);
    return uses;
  });
  const all = (of: (uses: Uses) => ReadonlySet<Buffer>): ReadonlySet<Buffer> =>
    new Set(parts.flatMap((part) => [...of(part)]));
  return { loads: all((u) => u.loads), stores: all((u) => u.stores), others: all((u) => u.others) };
}

function usesOf(stmt: Stmt): Uses {
  const [loads, stores, others] = [new Set<Buffer>(), new Set<Buffer>(), new Set<Buffer>()];
  const enter = (n: Node): false | undefined => {
    if (n.kind === "tir.Load") loads.add(n.buffer);
    else if (n.kind === "tir.Store") stores.add(n.buffer);
    else if (n.kind === "tir.MatchBuffer") others.add(n.source.buffer);
    else if (n.kind === "tir.Decl") others.add(n.buffer);
    else if (n.kind === "tir.Call" || n.kind === "tir.CallGlobal") {
      for (const arg of n.args) if (arg.kind === "tir.Buffer") others.add(arg);
    } else if (n.kind === "tir.BufferRegion") return false;
    return undefined;
  };
  visit(stmt, { enter });
  return { loads, stores, others };
}

/** Whether an element of the result depends on the same element of the operand only. */
function isElementwise({ axes, lets, value, buffer }: Definition, source: Buffer): boolean {
  if (buffer.shape.length !== source.shape.length) return false;
  const isOne = (d: PrimExpr | undefined): boolean => d?.kind === "tir.IntImm" && d.value === 1;
  let isSame = axes.every((a, k) => a.kind === "tir.Var" || isOne(source.shape[k]));
  for (const e of [...lets.map((l) => l.value), value])
    visit(e, {
      enter(n) {
        if (n.kind !== "tir.Load" || n.buffer !== source) return;
        isSame &&= n.indices.every((i, k) => i === axes[k] || isOne(source.shape[k]));
      },
    });
  return isSame;
}

/** The statement with the consumer's elements stored in place of those of the operand. */
function withStores(stmt: Stmt, source: Buffer, consumer: Definition, own: Uses): Stmt {
  const uses = usesIn([stmt]);
  if (!uses.stores.has(source)) return stmt;
  const after = rewriteStmts(stmt, (s) =>
    s.kind === "tir.Store" && s.buffer === source ? storeOf(s, source, consumer) : s,
  );
  // What it uses now follows from what it did: large statements are not searched again for each consumer.
  const others = (buffers: ReadonlySet<Buffer>): Buffer[] =>
    [...buffers].filter((b) => b !== source);
  known.set(after, {
    loads: new Set([...uses.loads, ...others(own.loads)]),
    stores: new Set([...others(uses.stores), ...own.stores]),
    others: new Set([...uses.others, ...own.others]),
  });
  return after;
}

/** The statement with `change` applied to those in it, inner ones first. */
function rewriteStmts(stmt: Stmt, change: (s: Stmt) => Stmt): Stmt {
  const walk = (n: Node): Node => (isStmt(n) ? change(rebuild(n, walk)) : n);
  return walk(stmt) as Stmt;
}

/** The statement with the regions of blocks that stored to what is gone, and now store results, found again. */
function withRegions(stmt: Stmt, gone: ReadonlySet<Buffer>, results: ReadonlySet<Buffer>): Stmt {
  return rewriteStmts(stmt, (n) => {
    if (n.kind !== "tir.Block" || !n.writes.some((w) => gone.has(w.buffer))) return n;
    const { stores } = usesIn([n.body]);
    return [...stores].some((b) => results.has(b)) ? { ...n, ...accessRegions(n) } : n;
  });
}

function storeOf(store: Store, source: Buffer, { axes, lets, value, buffer }: Definition): Store {
  const map = new Map<Var, PrimExpr>();
  axes.forEach((axis, k) => void (axis.kind === "tir.Var" && map.set(axis, store.indices[k]!)));
  const names = lets.map((l) => makeVar(l.var.name, l.var.dtype));
  lets.forEach((l, i) => map.set(l.var, names[i]!));
  const loads = [...lets.map((l) => l.value), value].reduce((n, e) => n + loadsOf(e, source), 0);
  const element = makeVar(source.name, source.dtype);
  const operand = loads > 1 ? element : store.value;
  const at = (e: PrimExpr): PrimExpr =>
    rewrite(substitute(refreshed(e), map), (n) =>
      n.kind === "tir.Load" && n.buffer === source ? operand : n,
    );
  const named = lets.reduceRight((b, l, i) => letIn(names[i]!, at(l.value), b), at(value));
  const result = loads > 1 ? letIn(element, store.value, named) : named;
  return { ...store, buffer, value: result };
}

/** The expression with names of its own. */
function refreshed(e: PrimExpr): PrimExpr {
  const own = new Set<Node>();
  visit(e, { enter: (n) => void (n.kind === "tir.Let" && own.add(n.var)) });
  return own.size === 0 ? e : refresh(e, own);
}

function loadsOf(e: PrimExpr, source: Buffer): number {
  let count = 0;
  visit(e, { enter: (n) => void (n.kind === "tir.Load" && n.buffer === source && count++) });
  return count;
}
