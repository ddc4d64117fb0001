/**
 * Conflicts between iterations that may run in any order or at once: those of parallel and vectorised loops, and
 * instances of a block with different spatial axes. A conflict is proved absent, or shown by values that were checked.
 */
import {
  Analyzer,
  exprText,
  hasEffects,
  isIndexType,
  isPrim,
  poly,
  type Poly,
} from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { children, visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block, For, Stmt } from "../../ir/tir/stmt.js";
import type { Int } from "../../support/int.js";
import { lanesOf } from "./lanes.js";
import { declareSymbols, symbolsOf } from "./symbols.js";
import { bindLoop, readsMemory, walkFunction, type Access, type Step } from "./walk.js";
import { findWitness, witnessText, type Witness } from "./witness.js";

/** What runs concurrently. */
export type Concurrent =
  { readonly kind: "loop"; readonly loop: For } | { readonly kind: "block"; readonly block: Block };

export interface Race {
  readonly group: Concurrent;
  readonly write: Access;
  /** What meets it: another write, or a read. */
  readonly other: Access;
  /** The axis or loop variable in which the two iterations differ. */
  readonly differsIn: Var;
  /** `i = 0, j = 1` of either. */
  readonly first: string;
  readonly second: string;
}

export interface RaceReport {
  readonly races: readonly Race[];
  /** Pairs that were neither proved apart nor shown to meet. */
  readonly unknown: readonly { readonly group: Concurrent; readonly buffer: Buffer }[];
}

/** Pairs of accesses compared for one buffer of a group, and for a function. */
const MAX_PAIRS = 200;
const MAX_TOTAL = 2000;

/** Looks for conflicts in a function. */
export function findRaces(func: PrimFunc): RaceReport {
  const accesses: Access[] = [];
  walkFunction(func, () => ({ access: (a) => accesses.push(a) }));
  const parameters = new Set(func.params.map((p) => p.buffer));
  const budget = { left: MAX_TOTAL };
  const races: Race[] = [];
  const unknown: { group: Concurrent; buffer: Buffer }[] = [];
  const symbols = symbolsOf(func);
  for (const group of groupsOf(func.body)) {
    const inside = accessesIn(group, accesses);
    const isOnlyInside = (buffer: Buffer): boolean =>
      group.kind === "loop" &&
      !parameters.has(buffer) &&
      accesses.every((a) => a.buffer !== buffer || inside.includes(a));
    for (const [buffer, list] of byBuffer(inside, privateBuffers(group))) {
      // An allocation used in one loop only belongs to an iteration: it is moved there before code is made.
      if (isOnlyInside(buffer)) continue;
      const found = conflictIn({ func, symbols, group, accesses: inside, budget }, list);
      if (found === "unknown") unknown.push({ group, buffer });
      else if (found) races.push(found);
    }
  }
  return { races, unknown };
}

function groupsOf(body: Stmt): Concurrent[] {
  const groups: Concurrent[] = [];
  visit(body, {
    enter(node) {
      if (
        node.kind === "tir.For" &&
        (node.loopKind === "parallel" || node.loopKind === "vectorized")
      )
        groups.push({ kind: "loop", loop: node });
      if (node.kind === "tir.Block" && node.iters.some((iter) => iter.iterKind === "spatial"))
        groups.push({ kind: "block", block: node });
    },
  });
  return groups;
}

const belongs = (group: Concurrent, step: Step): boolean =>
  group.kind === "loop"
    ? step.kind === "loop" && step.loop === group.loop
    : isAxis(group.block, step);

/** A block without bindings runs over its domains. */
const isAxis = (block: Block, step: Step): boolean =>
  (step.kind === "value" && step.block === block) ||
  (step.kind !== "when" && block.iters.some((iter) => iter.var === step.var));

const accessesIn = (group: Concurrent, all: readonly Access[]): Access[] =>
  all.filter((a) => a.path.some((s) => belongs(group, s)));

/** Buffers that every iteration has for itself, and views, whose place is not followed. */
function privateBuffers(group: Concurrent): Set<Buffer> {
  const found = new Set<Buffer>();
  visit(group.kind === "loop" ? group.loop.body : group.block, {
    enter(node, defining) {
      if (node.kind === "tir.Buffer" && defining) found.add(node);
    },
  });
  return found;
}

function byBuffer(
  accesses: readonly Access[],
  excluded: ReadonlySet<Buffer>,
): Map<Buffer, Access[]> {
  const found = new Map<Buffer, Access[]>();
  for (const a of accesses) {
    if (excluded.has(a.buffer) || isThreadPrivate(a)) continue;
    const list = found.get(a.buffer);
    if (list) list.push(a);
    else found.set(a.buffer, [a]);
  }
  return found;
}

interface Search {
  readonly func: PrimFunc;
  readonly symbols: readonly Var[];
  readonly group: Concurrent;
  /** All accesses inside the group. */
  readonly accesses: readonly Access[];
  readonly budget: { left: number };
}

/** Memory that each thread has for itself. */
const isThreadPrivate = ({ buffer, path }: Access): boolean =>
  !/^(global|shared)/.test(buffer.scope) &&
  path.some(
    (s) => s.kind === "loop" && (s.loop === undefined || s.loop.loopKind === "thread_binding"),
  );

function conflictIn(
  { func, symbols, group, accesses, budget }: Search,
  list: readonly Access[],
): Race | "unknown" | undefined {
  let isUnknown = false;
  let pairs = 0;
  const written = new Set(accesses.filter((a) => a.isWrite).map((a) => a.buffer));
  const writes = distinct(list.filter((a) => a.isWrite));
  const reads = distinct(list.filter((a) => !a.isWrite));
  for (const [i, write] of writes.entries()) {
    for (const other of [...writes.slice(i), ...reads]) {
      if (++pairs > MAX_PAIRS || --budget.left < 0) return "unknown";
      const found = compared({ func, symbols, group, written }, write, other);
      if (typeof found === "object") return found;
      if (found === "unknown") isUnknown = true;
    }
  }
  return isUnknown ? "unknown" : undefined;
}

/** One access for each text and init-ness. */
function distinct(list: readonly Access[]): Access[] {
  const seen = new Set<string>();
  return list.filter((a) => {
    const key = `${a.indices.map(exprText).join(",")}|${a.path.length}|${a.inInit}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

type PairSearch = Pick<Search, "func" | "symbols" | "group"> & {
  readonly written: ReadonlySet<Buffer>;
};

/**
 * Whether two accesses meet. Axes that run over their whole domains are often enough for a proof; what the bindings
 * leave of the domains decides otherwise.
 */
function compared(search: PairSearch, write: Access, other: Access): Race | "unknown" | undefined {
  const found = new Pair(search, write, other, false).check();
  const isBound = search.group.kind === "block" && search.group.block.values !== undefined;
  return found && isBound ? new Pair(search, write, other, true).check() : found;
}

class Pair {
  private readonly analyzer = new Analyzer();
  private readonly renamed = new Map<Var, Var>();

  private readonly symbols: readonly Var[];
  private readonly group: Concurrent;
  private readonly written: ReadonlySet<Buffer>;

  constructor(
    search: PairSearch,
    private readonly write: Access,
    private readonly other: Access,
    /** Whether axes have the values they are bound to, instead of all of their domains. */
    private readonly isBound: boolean,
  ) {
    ({ symbols: this.symbols, group: this.group, written: this.written } = search);
    declareSymbols(search.func, this.analyzer);
  }

  check(): Race | "unknown" | undefined {
    const { write, other } = this;
    if (write.indices.length !== other.indices.length) return "unknown";
    const scalars = [...write.indices, ...other.indices].every((e) => lanesOf(e)?.count === 1);
    if (!scalars) return "unknown";
    const paths = this.paths();
    for (const path of paths) for (const step of path) this.enter(step);
    const equal: Poly[] = [];
    write.indices.forEach((index, i) => {
      const gap = poly.sub(
        this.analyzer.poly(index),
        this.analyzer.poly(this.rename(other.indices[i]!)),
      );
      equal.push(gap, poly.neg(gap));
    });
    if (this.analyzer.impossible(equal)) return undefined;
    const found = this.meeting(equal, paths);
    return found && other.isWrite && this.storesSame(equal) ? undefined : found;
  }

  /** A meeting of two different iterations. */
  private meeting(
    equal: readonly Poly[],
    paths: readonly (readonly Step[])[],
  ): Race | "unknown" | undefined {
    let result: "unknown" | undefined;
    for (const v of this.axes()) {
      const found = this.differing(v, equal, paths);
      if (typeof found === "object") return found;
      result ??= found;
    }
    return result;
  }

  /** Whether both store one value wherever they store to one element: computing it twice does no harm. */
  private storesSame(equal: readonly Poly[]): boolean {
    const [a, b] = [this.write.node, this.other.node];
    if (a.kind !== "tir.Store" || b.kind !== "tir.Store") return false;
    return this.analyzer.scope(() => {
      for (const p of equal) this.analyzer.assumeNonNegative(p);
      return this.sameValue(a.value, this.rename(b.value), 0);
    });
  }

  private sameValue(a: PrimExpr, b: PrimExpr, depth: number): boolean {
    if (depth > 60 || a.kind !== b.kind || a.dtype !== b.dtype || hasEffects(a) || hasEffects(b))
      return false;
    if (isIndexType(a.dtype) && !readsMemory(a) && !readsMemory(b))
      return this.analyzer.equal(a, b) === true;
    if (a.kind === "tir.Load" && b.kind === "tir.Load") {
      if (a.buffer !== b.buffer || this.written.has(a.buffer)) return false;
      return a.indices.every((index, i) => this.sameValue(index, b.indices[i]!, depth + 1));
    }
    if (a.kind === "tir.Var") return a === b;
    const left: Node[] = [];
    const right: Node[] = [];
    children(a, (child) => left.push(child));
    children(b, (child) => right.push(child));
    if (left.length !== right.length || !sameHead(a, b)) return false;
    return left.every((x, i) => {
      const y = right[i]!;
      return isPrim(x) && isPrim(y) ? this.sameValue(x, y, depth + 1) : x === y;
    });
  }

  /** Variables that tell iterations apart. */
  private axes(): readonly Var[] {
    const { group } = this;
    if (group.kind === "loop") return [group.loop.var];
    return group.block.iters.filter((iter) => iter.iterKind === "spatial").map((iter) => iter.var);
  }

  /** The path of the write, and what of the other's path is its own, with its variables renamed. */
  private paths(): readonly (readonly Step[])[] {
    const { write, other } = this;
    const free = (path: readonly Step[]): Step[] => path.map((s) => this.freeAxis(s));
    const own = other.path.slice(this.ownFrom(other.path));
    for (const step of own)
      if (step.kind !== "when")
        this.renamed.set(step.var, makeVar(`${step.var.name}'`, step.var.dtype));
    return [free(write.path), free(own).map((s) => this.renameStep(s))];
  }

  /** Where the steps begin that two iterations need not share: at the group, or the loops its axes are bound to. */
  private ownFrom(path: readonly Step[]): number {
    let from = path.findIndex((s) => belongs(this.group, s));
    const bound = new Set<Var>();
    for (const [i, step] of [...path.entries()].reverse()) {
      if (step.kind === "when" || !(belongs(this.group, step) || bound.has(step.var))) continue;
      from = Math.min(from, i);
      if (step.kind === "value") for (const v of varsOf(step.value)) bound.add(v);
    }
    return from;
  }

  /** Axes of the block at hand run over their domains, whatever loops are bound to them. */
  private freeAxis(step: Step): Step {
    if (
      this.isBound ||
      this.group.kind !== "block" ||
      step.kind !== "value" ||
      step.block !== this.group.block ||
      !step.iter?.dom
    )
      return step;
    return { kind: "loop", var: step.var, min: step.iter.dom.min, extent: step.iter.dom.extent };
  }

  private rename(e: PrimExpr): PrimExpr {
    return substitute(e, this.renamed);
  }

  private renameStep(step: Step): Step {
    const v = step.kind === "when" ? undefined : (this.renamed.get(step.var) ?? step.var);
    switch (step.kind) {
      case "loop":
        return {
          kind: "loop",
          var: v!,
          min: this.rename(step.min),
          extent: this.rename(step.extent),
          step: step.step && this.rename(step.step),
        };
      case "value":
        return { kind: "value", var: v!, value: this.rename(step.value) };
      case "unknown":
        return { kind: "unknown", var: v! };
      case "when":
        return { ...step, cond: this.rename(step.cond) };
    }
  }

  private enter(step: Step): void {
    const { analyzer } = this;
    if (step.kind === "loop") bindLoop(analyzer, step);
    else if (step.kind === "value" && step.var.dtype.lanes === 1 && !readsMemory(step.value))
      analyzer.bind(step.var, step.value);
    else if (step.kind === "when" && !readsMemory(step.cond) && step.cond.dtype.lanes === 1)
      analyzer.assume(step.cond, step.holds);
  }

  private differing(
    v: Var,
    equal: readonly Poly[],
    paths: readonly (readonly Step[])[],
  ): Race | "unknown" | undefined {
    const twin = this.renamed.get(v);
    if (!twin) return "unknown";
    const gap = poly.sub(this.analyzer.poly(twin), this.analyzer.poly(v));
    const later = poly.addConst(gap, -1);
    const earlier = poly.addConst(poly.neg(gap), -1);
    // A vector reads before it writes: only what an earlier iteration wrote is missed.
    const isVector = this.group.kind === "loop" && this.group.loop.loopKind === "vectorized";
    const orders =
      this.other === this.write || (isVector && !this.other.isWrite) ? [later] : [later, earlier];
    let isUnknown = false;
    for (const order of orders) {
      if (this.analyzer.impossible([...equal, order])) continue;
      const found = this.show(v, twin, [...equal, order], paths);
      if (found) return found;
      isUnknown = true;
    }
    return isUnknown ? "unknown" : undefined;
  }

  private show(
    v: Var,
    twin: Var,
    goal: readonly Poly[],
    paths: readonly (readonly Step[])[],
  ): Race | undefined {
    const { write, other, group, isBound } = this;
    const isSure =
      !write.uncertain &&
      !other.uncertain &&
      paths.every((p) => p.every((s) => s.kind !== "unknown"));
    if (!isSure || (group.kind === "block" && group.block.values && !isBound)) return undefined;
    const isOrdered = (a: Int, b: Int): boolean =>
      this.group.kind === "loop" && this.group.loop.loopKind === "vectorized" ? a < b : a !== b;
    const witness = findWitness(this.analyzer, goal, this.symbols, paths, (at) => {
      const [a, b] = [at(v), at(twin)];
      if (a === undefined || b === undefined || !isOrdered(a, b)) return false;
      return write.indices.every((index, i) => {
        const x = at(index);
        return x !== undefined && x === at(this.rename(other.indices[i]!));
      });
    });
    if (!witness) return undefined;
    return {
      group,
      write,
      other,
      differsIn: v,
      first: this.text(witness, false),
      second: this.text(witness, true),
    };
  }

  private text(witness: Witness, second: boolean): string {
    const vars =
      this.group.kind === "loop"
        ? [this.group.loop.var]
        : this.group.block.iters.map((iter) => iter.var);
    const own = new Map<Var, Int>();
    for (const v of vars) {
      const value = witness.get(second ? (this.renamed.get(v) ?? v) : v);
      if (value !== undefined) own.set(v, value);
    }
    return witnessText(own, vars);
  }
}

/** Whether two nodes of one kind differ in their operands only. */
function sameHead(a: PrimExpr, b: PrimExpr): boolean {
  if ("op" in a && "op" in b && a.op !== b.op) return false;
  if (a.kind === "tir.IntImm" || a.kind === "tir.FloatImm" || a.kind === "tir.StringImm")
    return "value" in b && Object.is(a.value, b.value);
  return a.kind !== "tir.Let" && a.kind !== "tir.CallGlobal" && a.kind !== "tir.Shuffle";
}
