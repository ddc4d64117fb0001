/** Walks a TensorIR function and keeps what is known at each place in an analyser. */
import { Analyzer, isPrim, poly } from "../../arith/index.js";
import { children, visit } from "../../ir/core/visit.js";
import { isNode, type Node } from "../../ir/nodes.js";
import { range, type Buffer, type BufferRegion } from "../../ir/tir/buffer.js";
import type { CallArg, Load, PrimExpr, Var } from "../../ir/tir/expr.js";
import { binary, boolImm, compare, intImm, makeVar } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block, For, If, IterVar, Seq, Stmt, Store } from "../../ir/tir/stmt.js";
import type { Span } from "../../support/source.js";
import { declareSymbols } from "./symbols.js";

/** One thing that holds, or one variable that runs, around a place; outermost first. */
export type Step =
  | {
      readonly kind: "loop";
      readonly var: Var;
      readonly min: PrimExpr;
      readonly extent: PrimExpr;
      readonly step?: PrimExpr | undefined;
      readonly loop?: For;
    }
  | {
      readonly kind: "value";
      readonly var: Var;
      readonly value: PrimExpr;
      readonly iter?: IterVar;
      readonly block?: Block;
    }
  | { readonly kind: "unknown"; readonly var: Var }
  | { readonly kind: "when"; readonly cond: PrimExpr; readonly holds: boolean };

/** An access of a buffer. */
export interface Access {
  readonly node: Load | Store;
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  readonly isWrite: boolean;
  readonly span: Span | undefined;
  readonly path: readonly Step[];
  /** Execution depends on data, or stands after a `break`: the access may never happen. */
  readonly uncertain: boolean;
  /** Per-lane mask. */
  readonly isMasked: boolean;
  /** In the `init` of a block. */
  readonly inInit: boolean;
}

export interface WalkHandlers {
  /** At an access; the analyser knows what holds there. */
  access?(access: Access): void;
  /** At a block, before its body. */
  block?(block: Block, path: readonly Step[], uncertain: boolean): void;
  /** A part of a buffer that is given another name. */
  view?(source: BufferRegion, path: readonly Step[], uncertain: boolean): void;
}

/** Walks the function; `makeHandlers` gets the analyser that follows the walk. */
export function walkFunction(
  func: PrimFunc,
  makeHandlers: (analyzer: Analyzer) => WalkHandlers,
): void {
  const analyzer = new Analyzer();
  declareSymbols(func, analyzer);
  const walk = new Walk(analyzer, makeHandlers(analyzer), writtenBuffers(func));
  walk.run(func.body);
}

/** Buffers that the function stores to, or hands to someone who may. */
export function writtenBuffers(func: PrimFunc): ReadonlySet<Buffer> {
  const written = new Set<Buffer>();
  const escaping = new Set<Var>();
  const all = new Set<Buffer>();
  visit(func, {
    enter(node) {
      if (node.kind === "tir.Buffer") all.add(node);
      if (node.kind === "tir.Store") written.add(node.buffer);
      if (node.kind !== "tir.Call" && node.kind !== "tir.CallGlobal") return;
      for (const arg of node.args) {
        if (arg.kind === "tir.Buffer") written.add(arg);
        else if (arg.kind === "tir.BufferRegion") written.add(arg.buffer);
        else if (arg.kind === "tir.Var") escaping.add(arg);
        else if (arg.kind === "tir.Load") written.add(arg.buffer);
      }
    },
  });
  // Buffers that share memory with a written one.
  for (const b of written) escaping.add(b.data);
  for (const b of all) if (escaping.has(b.data)) written.add(b);
  return written;
}

const MAX_DEPTH = 300;

class Walk {
  private path: readonly Step[] = [];
  private uncertain = 0;
  private init = 0;
  private depth = 0;

  constructor(
    private readonly analyzer: Analyzer,
    private readonly handlers: WalkHandlers,
    private readonly written: ReadonlySet<Buffer>,
  ) {}

  run(stmt: Stmt): void {
    if (this.depth > MAX_DEPTH) return;
    this.depth++;
    const before = this.path;
    this.analyzer.scope(() => this.stmt(stmt));
    this.path = before;
    this.depth--;
  }

  /** Steps pushed last until the enclosing `run` ends. */
  private push(step: Step): void {
    this.path = [...this.path, step];
  }

  private stmt(s: Stmt): void {
    switch (s.kind) {
      case "tir.Seq":
        return this.seq(s);
      case "tir.For":
        return this.loop(s);
      case "tir.Block":
        return this.block(s);
      case "tir.If":
        return this.branches(s);
      case "tir.While":
        this.expr(s.cond);
        this.uncertain++;
        this.when(s.cond, true, () => this.run(s.body));
        this.uncertain--;
        return;
      case "tir.Store":
        for (const index of s.indices) this.expr(index);
        if (s.predicate) this.expr(s.predicate);
        this.expr(s.value);
        return this.access(s, true);
      case "tir.AttrStmt":
        if (isNode(s.value)) this.arg(s.value);
        this.thread(s);
        return this.run(s.body);
      case "tir.Realize":
        return this.run(s.body);
      case "tir.Evaluate":
        return this.evaluate(s.value);
      case "tir.Bind":
        this.expr(s.value);
        return this.let(s.var, s.value);
      case "tir.Assert":
        this.expr(s.cond);
        return this.know(s.cond, true);
      case "tir.Return":
        if (s.value) this.expr(s.value);
        return;
      case "tir.Alloc":
      case "tir.Decl":
      case "tir.AllocConst":
        for (const dim of s.buffer.shape) this.size(dim);
        return;
      case "tir.Jump":
        return;
    }
  }

  private seq(s: Seq): void {
    const before = this.uncertain;
    for (const part of s.body) {
      // Definitions and facts of a part hold for the rest of the sequence.
      if (part.kind === "tir.Bind" || part.kind === "tir.Assert" || part.kind === "tir.Evaluate")
        this.stmt(part);
      else this.run(part);
      if (part.kind === "tir.If" && leaves(part.then) && !part.otherwise) {
        if (readsMemory(part.cond)) this.uncertain++;
        this.know(part.cond, false);
      }
    }
    this.uncertain = before;
  }

  private loop(s: For): void {
    this.expr(s.min);
    this.expr(s.extent);
    this.push({ kind: "loop", var: s.var, min: s.min, extent: s.extent, step: s.step, loop: s });
    bindLoop(this.analyzer, s);
    const mayStop = hasBreak(s.body);
    if (mayStop) this.uncertain++;
    this.run(s.body);
    if (mayStop) this.uncertain--;
  }

  private thread(s: Stmt & { readonly kind: "tir.AttrStmt" }): void {
    if (s.key !== "thread_extent" && s.key !== "virtual_thread") return;
    const { node, value } = s;
    if (!isNode(node) || node.kind !== "tir.IterVar" || !isPrim(value)) return;
    const zero = intImm(0, node.var.dtype);
    this.push({ kind: "loop", var: node.var, min: zero, extent: value });
    bindLoop(this.analyzer, { var: node.var, min: zero, extent: value });
  }

  private block(s: Block): void {
    this.expr(s.predicate);
    this.know(s.predicate, true);
    for (const value of s.values ?? []) this.expr(value);
    s.iters.forEach((iter, i) => {
      const value = s.values?.[i];
      if (value) this.let(iter.var, value, iter, s);
      else if (iter.dom) {
        this.push({ kind: "loop", var: iter.var, min: iter.dom.min, extent: iter.dom.extent });
        bindLoop(this.analyzer, { var: iter.var, ...iter.dom });
      } else this.push({ kind: "unknown", var: iter.var });
    });
    this.handlers.block?.(s, this.path, this.uncertain > 0);
    for (const b of s.allocs) for (const dim of b.shape) this.size(dim);
    for (const m of s.matches) {
      this.handlers.view?.(m.source, this.path, this.uncertain > 0);
      for (const dim of m.buffer.shape) this.size(dim);
    }
    if (s.init) this.initial(s, s.init);
    this.run(s.body);
  }

  /** The init runs where all reduction variables are at their first value. */
  private initial(s: Block, init: Stmt): void {
    const before = this.path;
    this.analyzer.scope(() => {
      for (const iter of s.iters) {
        if (iter.iterKind === "reduce" && iter.dom)
          this.know(compare("eq", iter.var, iter.dom.min), true);
      }
      this.init++;
      this.run(init);
      this.init--;
    });
    this.path = before;
  }

  private branches(s: If): void {
    this.expr(s.cond);
    this.when(s.cond, true, () => this.run(s.then));
    const { otherwise } = s;
    if (otherwise) this.when(s.cond, false, () => this.run(otherwise));
  }

  private evaluate(value: PrimExpr): void {
    if (value.kind === "tir.Call" && value.op === "assume") {
      const cond = value.args[0];
      if (isPrim(cond)) this.know(cond, true);
      return;
    }
    this.expr(value);
  }

  /** A size is not negative. */
  private size(dim: PrimExpr): void {
    if (dim.dtype.code === "int" && dim.dtype.lanes === 1)
      this.analyzer.assumeNonNegative(this.analyzer.poly(dim));
  }

  private let(v: Var, value: PrimExpr, iter?: IterVar, block?: Block): void {
    if (v.dtype.lanes !== 1 || this.readsWritten(value)) {
      this.push({ kind: "unknown", var: v });
      if (v.dtype.lanes !== 1 || value.dtype.lanes !== 1) return;
      const { min, max } = this.analyzer.constBound(value);
      const isKnown = (x: typeof min): boolean => typeof x === "bigint" || Number.isFinite(x);
      if (isKnown(min)) this.analyzer.assume(compare("ge", v, intImm(min, v.dtype)));
      if (isKnown(max)) this.analyzer.assume(compare("le", v, intImm(max, v.dtype)));
      return;
    }
    this.push({ kind: "value", var: v, value, ...(iter && { iter }), ...(block && { block }) });
    if (v.dtype.code === "int" || v.dtype.code === "uint" || v.dtype.code === "bool")
      this.analyzer.bind(v, value);
  }

  /** Takes a condition for true in what follows; one on data that may change tells nothing. */
  private know(cond: PrimExpr, holds: boolean): void {
    if (cond.kind === "tir.IntImm" && (cond.value !== 0) === holds) return;
    this.push({ kind: "when", cond, holds });
    if (!this.readsWritten(cond) && cond.dtype.lanes === 1) this.analyzer.assume(cond, holds);
  }

  private when(cond: PrimExpr, holds: boolean, body: () => void): void {
    const before = this.path;
    const isData = readsMemory(cond);
    if (isData) this.uncertain++;
    this.analyzer.scope(() => {
      this.know(cond, holds);
      body();
    });
    if (isData) this.uncertain--;
    this.path = before;
  }

  private readsWritten(e: PrimExpr): boolean {
    let found = false;
    visit(e, {
      enter: (node) => {
        if (node.kind === "tir.Load" && this.written.has(node.buffer)) found = true;
        if (node.kind === "tir.CallGlobal") found = true;
      },
    });
    return found;
  }

  private arg(arg: CallArg): void {
    if (arg.kind === "tir.BufferRegion") {
      for (const r of arg.region) {
        this.expr(r.min);
        this.expr(r.extent);
      }
    } else if (
      arg.kind !== "tir.Buffer" &&
      arg.kind !== "tir.AttrArg" &&
      arg.kind !== "tir.DTypeImm"
    )
      this.expr(arg);
  }

  /** Accesses inside an expression, under the conditions that guard them. */
  private expr(e: PrimExpr): void {
    if (this.depth > MAX_DEPTH) return;
    this.depth++;
    switch (e.kind) {
      case "tir.Var":
      case "tir.IntImm":
      case "tir.FloatImm":
      case "tir.StringImm":
        break;
      case "tir.Load":
        for (const index of e.indices) this.expr(index);
        if (e.predicate) this.expr(e.predicate);
        this.access(e, false);
        break;
      case "tir.Select":
      case "tir.IfThenElse":
        this.expr(e.cond);
        this.when(scalarCondition(e.cond), true, () => this.expr(e.then));
        this.when(scalarCondition(e.cond), false, () => this.expr(e.otherwise));
        break;
      case "tir.Logic":
        this.expr(e.a);
        this.when(scalarCondition(e.a), e.op === "and", () => this.expr(e.b));
        break;
      case "tir.Let": {
        const before = this.path;
        this.expr(e.value);
        this.analyzer.scope(() => {
          this.let(e.var, e.value);
          this.expr(e.body);
        });
        this.path = before;
        break;
      }
      case "tir.Call":
      case "tir.CallGlobal":
        // Taking an address reads nothing: one past the end is allowed.
        if (e.kind === "tir.Call" && (e.op === "address_of" || e.op === "tvm_access_ptr")) break;
        this.callArgs(e);
        break;
      default:
        children(e, (child) => this.arg(child as CallArg));
    }
    this.depth--;
  }

  /** What a foreign function gets may stand for an address. */
  private callArgs(e: PrimExpr & { readonly kind: "tir.Call" | "tir.CallGlobal" }): void {
    const isForeign = e.kind === "tir.Call" && /^call_(extern|packed|cpacked|llvm)/.test(e.op);
    if (isForeign) this.uncertain++;
    for (const arg of e.args) this.arg(arg);
    if (isForeign) this.uncertain--;
  }

  private access(node: Load | Store, isWrite: boolean): void {
    this.handlers.access?.({
      node,
      buffer: node.buffer,
      indices: node.indices,
      isWrite,
      span: node.span,
      path: this.path,
      uncertain: this.uncertain > 0,
      isMasked: node.predicate !== undefined,
      inInit: this.init > 0,
    });
  }
}

/** Binds a loop variable where its loop runs at least once. */
export function bindLoop(
  analyzer: Analyzer,
  { var: v, min, extent, step }: Pick<For, "var" | "min" | "extent" | "step">,
): void {
  const last = poly.addConst(analyzer.poly(extent), -1);
  if (step?.kind === "tir.IntImm" && step.value > 1) {
    const count = makeVar(`${v.name}.count`, v.dtype);
    const passed = binary("mul", count, step);
    analyzer.bind(count, range(intImm(0, v.dtype), binary("ceildiv", extent, step)));
    analyzer.bind(v, binary("add", min, passed));
    analyzer.assumeNonNegative(poly.sub(last, analyzer.poly(passed)));
  } else analyzer.bind(v, range(min, extent));
  analyzer.assumeNonNegative(last);
}

/** Vector conditions guard per lane; they tell nothing about the whole. */
const scalarCondition = (cond: PrimExpr): PrimExpr =>
  cond.dtype.lanes === 1 && !cond.dtype.scalable ? cond : boolImm(true);

/** Whether the value depends on memory or on a call. */
export function readsMemory(e: Node): boolean {
  let found = false;
  visit(e, {
    enter(node) {
      if (
        node.kind === "tir.Load" ||
        node.kind === "tir.CallGlobal" ||
        (node.kind === "tir.Call" && node.op !== "likely")
      )
        found = true;
    },
  });
  return found;
}

/** Whether control never reaches the end of the statement. */
function leaves(s: Stmt): boolean {
  if (s.kind === "tir.Seq") return s.body.some(leaves);
  return s.kind === "tir.Jump" || s.kind === "tir.Return";
}

/** Whether a loop with this body may end early. */
function hasBreak(s: Stmt): boolean {
  switch (s.kind) {
    case "tir.Return":
      return true;
    case "tir.Jump":
      return s.jump === "break";
    case "tir.Seq":
      return s.body.some(hasBreak);
    case "tir.If":
      return hasBreak(s.then) || (s.otherwise !== undefined && hasBreak(s.otherwise));
    case "tir.Block":
      return (s.init !== undefined && hasBreak(s.init)) || hasBreak(s.body);
    case "tir.For":
    case "tir.While":
    case "tir.AttrStmt":
    case "tir.Realize":
      return hasBreak(s.body);
    default:
      return false;
  }
}
