/** Well-formedness of TensorIR: names, ranks, types, blocks, vectors. All violations are collected. */
import { exprText, isPrim } from "../../arith/index.js";
import { children } from "../../ir/core/visit.js";
import { isNode, type Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { CallArg, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block, For, Stmt, Store } from "../../ir/tir/stmt.js";
import { isBool, isInteger, laneOf, type DType } from "../../support/dtype.js";
import type { Sink } from "../../support/diagnostic.js";
import type { Span } from "../../support/source.js";
import { wft } from "../codes.js";

/** Checks one function. */
export function checkWellFormed(func: PrimFunc, sink: Sink): void {
  new WellFormed(func, sink).run();
}

const MAX_DEPTH = 400;

class WellFormed {
  /** Variables and buffers in scope. */
  private scope = new Set<Node>();
  private readonly everDefined = new Set<Node>();
  private readonly reported = new Set<Node>();
  /** Variables of loops outside the innermost block with axes. */
  private outside: ReadonlySet<Var> = new Set();
  private running: readonly Var[] = [];
  private blockName = "";
  private loops = 0;
  private depth = 0;
  /** Place of the construct at hand; a variable knows only where it is defined. */
  private place: Span | undefined;
  private threads = new Map<string, PrimExpr>();

  constructor(
    private readonly func: PrimFunc,
    private readonly sink: Sink,
  ) {}

  run(): void {
    for (const { var: v, buffer } of this.func.params) {
      this.define(v);
      if (buffer) this.defineBuffer(buffer, true);
    }
    this.stmt(this.func.body);
  }

  // ---- definitions ---------------------------------------------------------

  private define(node: Node): void {
    this.scope.add(node);
    this.everDefined.add(node);
  }

  private defineOnce(v: Var, span: Span | undefined): void {
    if (this.everDefined.has(v))
      this.sink.report(
        wft.duplicateDefinition({ name: v.name, func: this.func.name, at: v.span ?? span }),
      );
    this.define(v);
  }

  /** A matched buffer defines the symbols that occur first in it; an allocated one uses them. */
  private defineBuffer(b: Buffer, matched: boolean): void {
    this.define(b);
    const data = b.data;
    this.scope.add(data);
    for (const e of [...b.shape, ...b.strides, ...(b.elemOffset ? [b.elemOffset] : [])]) {
      if (matched) this.defineSymbols(e);
      else this.expr(e);
    }
  }

  private defineSymbols(e: PrimExpr): void {
    if (e.kind === "tir.Var") {
      if (!this.scope.has(e)) this.define(e);
    } else children(e, (child) => isPrim(child) && this.defineSymbols(child));
  }

  private scoped(body: () => void): void {
    const before = this.scope;
    this.scope = new Set(before);
    body();
    this.scope = before;
  }

  // ---- statements ----------------------------------------------------------

  private stmt(s: Stmt): void {
    if (this.depth > MAX_DEPTH) return;
    this.depth++;
    const before = this.place;
    this.place = s.span ?? before;
    this.statement(s);
    this.place = before;
    this.depth--;
  }

  private statement(s: Stmt): void {
    switch (s.kind) {
      case "tir.Seq":
        return this.scoped(() => s.body.forEach((part) => this.stmt(part)));
      case "tir.For":
        return this.loop(s);
      case "tir.While":
        this.condition(s.cond, "condition of `while`");
        this.loops++;
        this.scoped(() => this.stmt(s.body));
        this.loops--;
        return;
      case "tir.If":
        this.condition(s.cond, "condition of `if`");
        this.scoped(() => this.stmt(s.then));
        if (s.otherwise) this.scoped(() => this.stmt(s.otherwise!));
        return;
      case "tir.Store":
        return this.store(s);
      case "tir.Evaluate":
        return this.expr(s.value);
      case "tir.Bind":
        this.expr(s.value);
        return this.defineOnce(s.var, s.span);
      case "tir.Alloc":
      case "tir.AllocConst":
      case "tir.Decl":
        return this.defineBuffer(s.buffer, false);
      case "tir.AttrStmt":
        return this.attr(s);
      case "tir.Assert":
        return this.condition(s.cond, "condition of `assert`");
      case "tir.Jump":
        if (this.loops === 0) this.sink.report(wft.jumpOutsideLoop({ jump: s.jump, at: s.span }));
        return;
      case "tir.Return":
        return s.value && this.expr(s.value);
      case "tir.Realize":
        this.scoped(() => {
          this.defineBuffer(s.region.buffer, true);
          this.stmt(s.body);
        });
        return;
      case "tir.Block":
        return this.block(s);
    }
  }

  private attr(s: Stmt & { readonly kind: "tir.AttrStmt" }): void {
    if (isPrim(s.value)) this.expr(s.value);
    this.scoped(() => {
      const { node } = s;
      const isThread =
        (s.key === "thread_extent" || s.key === "virtual_thread") &&
        isNode(node) &&
        node.kind === "tir.IterVar";
      if (isThread) {
        this.define(node.var);
        if (isPrim(s.value)) this.thread(node.tag, s.value, s.span, s.body);
        else this.stmt(s.body);
      } else {
        if (isNode(node) && node.kind === "tir.Var") this.use(node, s.span);
        this.stmt(s.body);
      }
    });
  }

  private thread(tag: string, extent: PrimExpr, span: Span | undefined, body: Stmt): void {
    const known = this.threads.get(tag);
    const isReal = /^(threadIdx|blockIdx)\./.test(tag);
    if (
      isReal &&
      known &&
      known.kind === "tir.IntImm" &&
      extent.kind === "tir.IntImm" &&
      known.value !== extent.value
    ) {
      this.sink.report(
        wft.threadExtent({ tag, first: exprText(known), second: exprText(extent), at: span }),
      );
    }
    const before = this.threads;
    this.threads = new Map(before).set(tag, known ?? extent);
    this.stmt(body);
    this.threads = before;
  }

  private loop(s: For): void {
    for (const [what, e] of [
      ["start", s.min],
      ["extent", s.extent],
      ["step", s.step],
    ] as const) {
      if (!e) continue;
      this.expr(e);
      if (!isInteger(e.dtype) || e.dtype.lanes !== 1)
        this.sink.report(
          wft.loopType({ what, name: s.var.name, dtype: e.dtype.name, at: placeOf(e) ?? s.span }),
        );
    }
    if (s.loopKind === "vectorized" && !isFixedLength(s.extent)) {
      this.sink.report(
        wft.vectorLength({
          name: s.var.name,
          extent: exprText(s.extent),
          at: placeOf(s.extent) ?? s.span,
        }),
      );
    }
    this.scoped(() => {
      this.defineOnce(s.var, s.span);
      this.loops++;
      const before = this.running;
      this.running = [...before, s.var];
      if (s.threadTag !== undefined) this.thread(s.threadTag, s.extent, s.span, s.body);
      else this.stmt(s.body);
      this.running = before;
      this.loops--;
    });
  }

  private block(s: Block): void {
    for (const value of s.values ?? []) this.expr(value);
    this.condition(s.predicate, "predicate of the block");
    const before = { outside: this.outside, running: this.running, name: this.blockName };
    this.scoped(() => {
      for (const iter of s.iters) {
        if (iter.dom) {
          this.expr(iter.dom.min);
          this.expr(iter.dom.extent);
        }
      }
      if (s.iters.length > 0) {
        this.outside = new Set(before.running);
        this.blockName = s.name;
      }
      for (const iter of s.iters) this.defineOnce(iter.var, iter.span);
      for (const b of s.allocs) this.defineBuffer(b, false);
      for (const m of s.matches) {
        this.children(m.source);
        this.defineBuffer(m.buffer, true);
      }
      for (const region of [...s.reads, ...s.writes]) this.children(region);
      if (s.init) {
        if (!s.iters.some((iter) => iter.iterKind === "reduce"))
          this.sink.report(wft.initWithoutReduction({ name: s.name, at: s.init.span ?? s.span }));
        this.scoped(() => this.stmt(s.init!));
      }
      this.scoped(() => this.stmt(s.body));
    });
    this.outside = before.outside;
    this.running = before.running;
    this.blockName = before.name;
  }

  private store(s: Store): void {
    this.access(s.buffer, s.indices, s.span);
    this.expr(s.value);
    if (s.predicate) this.expr(s.predicate);
    if (s.indices.length !== s.buffer.shape.length) return;
    const element = s.buffer.dtype;
    const lanes = s.indices.reduce((n, i) => Math.max(n, i.dtype.lanes), 1) * element.lanes;
    const { dtype } = s.value;
    if (hasUnknownType(s.value)) return;
    const isScalable = dtype.scalable || s.indices.some((i) => i.dtype.scalable);
    if (!sameElement(element, dtype) || (!isScalable && dtype.lanes !== lanes)) {
      const expected = lanes === 1 ? element.name : `${laneOf(element).name}x${lanes}`;
      this.sink.report(
        wft.storeType({
          name: s.buffer.name,
          expected,
          found: dtype.name,
          at: placeOf(s.value) ?? s.span,
        }),
      );
    }
  }

  // ---- expressions ---------------------------------------------------------

  private condition(e: PrimExpr, what: string): void {
    this.expr(e);
    if (isBool(e.dtype) || hasUnknownType(e)) return;
    const args = { what, dtype: e.dtype.name, at: placeOf(e) ?? this.place };
    this.sink.report(isInteger(e.dtype) ? wft.integerCondition(args) : wft.conditionType(args));
  }

  private access(b: Buffer, indices: readonly PrimExpr[], span: Span | undefined): void {
    this.use(b, span);
    // A hardware layout gives a buffer other coordinates than its shape.
    if (indices.length !== b.shape.length && b.layout === undefined) {
      const shape = `(${b.shape.map(exprText).join(", ")})`;
      this.sink.report(
        wft.indexRank({
          name: b.name,
          rank: b.shape.length,
          given: indices.length,
          shape,
          at: span,
        }),
      );
    }
    indices.forEach((index, position) => {
      this.expr(index);
      const at = placeOf(index) ?? span;
      if (!isInteger(index.dtype) && !isBool(index.dtype))
        this.sink.report(wft.indexType({ position, name: b.name, dtype: index.dtype.name, at }));
      const isVector = index.dtype.lanes !== 1 || index.dtype.scalable;
      if (isVector && position < indices.length - 1)
        this.sink.report(wft.vectorIndex({ name: b.name, at }));
    });
  }

  private use(node: Var | Buffer, span: Span | undefined): void {
    const { name } = node;
    if (!this.scope.has(node)) {
      // Text of old lets a buffer stand for a pointer without declaring it.
      if (node.kind === "tir.Buffer" && this.scope.has(node.data)) return;
      if (this.reported.has(node)) return;
      this.reported.add(node);
      const args = { name, func: this.func.name, at: span };
      this.sink.report(
        node.kind === "tir.Var" ? wft.undefinedVariable(args) : wft.undefinedBuffer(args),
      );
    } else if (node.kind === "tir.Var" && this.outside.has(node) && !this.reported.has(node)) {
      this.reported.add(node);
      this.sink.report(wft.outerVariable({ block: this.blockName, name, at: span }));
    }
  }

  private children(node: Node): void {
    children(node, (child) => {
      if (isPrim(child)) this.expr(child);
      else if (child.kind === "tir.Buffer") this.use(child, node.span);
      else if (child.kind === "ir.Range" || child.kind === "tir.BufferRegion") this.children(child);
    });
  }

  /** An operand; fewer indices than dimensions name a part of a buffer. */
  private argument(arg: CallArg): void {
    if (arg.kind === "tir.Load" && arg.indices.length < arg.buffer.shape.length) {
      this.use(arg.buffer, arg.span ?? this.place);
      for (const index of arg.indices) this.expr(index);
    } else if (isPrim(arg)) this.expr(arg);
    else if (arg.kind === "tir.Buffer") this.use(arg, this.place);
    else if (arg.kind === "tir.BufferRegion") this.children(arg);
  }

  private expr(e: PrimExpr): void {
    if (this.depth > MAX_DEPTH) return;
    this.depth++;
    const before = this.place;
    this.place = placeOf(e) ?? before;
    switch (e.kind) {
      case "tir.Var":
        this.use(e, this.place);
        break;
      case "tir.Load":
        this.access(e.buffer, e.indices, e.span);
        if (e.predicate) this.expr(e.predicate);
        break;
      case "tir.Let":
        this.expr(e.value);
        this.scoped(() => {
          this.define(e.var);
          this.expr(e.body);
        });
        break;
      case "tir.Select":
      case "tir.IfThenElse":
        this.condition(e.cond, "condition of the choice");
        this.expr(e.then);
        this.expr(e.otherwise);
        break;
      case "tir.Call":
        for (const arg of e.args) this.argument(arg);
        break;
      default:
        this.children(e);
    }
    this.place = before;
    this.depth--;
  }
}

/** Elements may be written as other types of the same meaning: bool as one bit. */
const sameElement = (a: DType, b: DType): boolean =>
  laneOf(a) === laneOf(b) || (isBool(a) && b.code === "uint" && b.bits === 1);

/** The result of an intrinsic that does not say its type. */
const hasUnknownType = (e: PrimExpr): boolean =>
  (e.kind === "tir.Call" || e.kind === "tir.CallGlobal") && e.dtype.code === "handle";

/** Where the expression stands. */
const placeOf = (e: PrimExpr): Span | undefined => (e.kind === "tir.Var" ? undefined : e.span);

/** A constant, or a multiple of the vector scale. */
function isFixedLength(e: PrimExpr): boolean {
  if (e.kind === "tir.IntImm") return true;
  if (e.kind === "tir.Call") return e.op === "vscale";
  if (e.kind === "tir.Binary") return isFixedLength(e.a) && isFixedLength(e.b);
  return e.kind === "tir.Cast" && isFixedLength(e.value);
}
