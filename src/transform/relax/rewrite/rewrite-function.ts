/** Rewrites the bindings of a function in order, those of branches and nested functions included. */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { plainSymbols } from "../../../analysis/relax/info.js";
import { isLeaf } from "../../../analysis/relax/names.js";
import type { Analyzer } from "../../../arith/index.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import type { IRModule } from "../../../ir/module.js";
import {
  varBinding,
  type Binding,
  type Expr,
  type Func,
  type If,
  type MatchCast,
  type SeqExpr,
  type Var,
} from "../../../ir/relax/expr.js";
import { primInfo, type FuncInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import {
  compare,
  intImm,
  makeVar,
  type PrimExpr,
  type Var as Symbol,
} from "../../../ir/tir/expr.js";
import { erase, inferSeq, isBaseOf, makeInferContext } from "../../../op/deduce/index.js";
import { isErrorInfo } from "../../../op/error-info.js";
import type { InferContext } from "../../../op/infer-context.js";
import type { Node } from "../../../ir/nodes.js";
import type { Span } from "../../../support/source.js";
import { BlockBuilder, type Emitter } from "./block-builder.js";
import { isVisible, useOf } from "./leaf.js";
import { applyTo, makeSubstitution, type Substitution } from "./substitution.js";

/** Where a rewrite stands. */
export interface Cursor extends Emitter {
  /** Name of the module-level function. */
  readonly name: string;
  /** What is known of the symbols in scope. */
  readonly analyzer: Analyzer;
  /** Whether later uses of a variable can be uses of this leaf instead: visible wherever the variable is. */
  canReplace(v: Var, by: Expr): boolean;
  /** Binds a value here to a variable that nothing else binds. */
  bindTo(v: Var, value: Expr | Func, span?: Span): void;
  /** The node with everything replaced so far. */
  imageOf<T extends Node>(node: T): T;
  /** Lets a leaf stand for a variable from here on. */
  replace(v: Var, by: Expr): void;
  /** Lets an expression stand for a symbol from here on. */
  replaceSymbol(symbol: Symbol, by: PrimExpr): void;
}

/** Kinds of scope: what is bound in one is not visible outside, but for the outputs of dataflow blocks. */
export type ScopeKind = "function" | "branch" | "dataflow";

export interface Rewrite {
  /**
   * What takes the place of a bound value, whose operands are rewritten already; the same value to keep it, `undefined`
   * to drop the binding. Nested functions and branches were rewritten before.
   */
  value?(value: Expr | Func, at: Cursor, binding: Binding): Expr | Func | undefined;
  /** What takes the place of a refinement, whose parts are rewritten already; a value becomes a plain binding. */
  cast?(binding: MatchCast, at: Cursor, original: MatchCast): MatchCast | Expr | undefined;
  /** What takes the place of a sequence's result. */
  result?(value: Expr, at: Cursor): Expr;
  /** Told of each binding that is put, whoever made it; the variable is the one that later values use. */
  bound?(binding: Binding, at: Cursor): void;
  enter?(kind: ScopeKind): void;
  leave?(kind: ScopeKind): void;
}

export interface RewriteOptions {
  /** What stands for variables and symbols from the start. */
  readonly start?: Substitution;
  /** Parameters that take the place of the function's own. */
  readonly params?: readonly Var[];
  /** Signatures of functions that the module does not have yet. */
  readonly signature?: (name: string) => FuncInfo | undefined;
}

/** The function rewritten; the same object when nothing changed. */
export function rewriteFunction(
  module: IRModule,
  name: string,
  func: Func,
  rewrite: Rewrite,
  options: RewriteOptions = {},
): Func {
  return new FunctionRewriter(module, name, func, rewrite, options).function(func, options.params);
}

class FunctionRewriter implements Cursor {
  readonly analyzer: Analyzer;
  readonly infer: InferContext;
  private readonly builder: BlockBuilder;
  private readonly images: Substitution;
  private symbols = new Set<Symbol>();

  constructor(
    readonly module: IRModule,
    readonly name: string,
    root: Func,
    private readonly rules: Rewrite,
    { start, signature }: RewriteOptions,
  ) {
    this.analyzer = analyzerFor(root);
    this.images = {
      ...(start ?? makeSubstitution()),
      simplify: (e) => this.analyzer.simplify(e),
    };
    this.infer = makeInferContext({
      module,
      ...(signature && { signature }),
      analyzer: this.analyzer,
      isOuter: (v) => this.symbols.has(v),
    });
    this.builder = new BlockBuilder(module, this.infer, (b) => {
      this.define(b);
      rules.bound?.(b, this);
    });
  }

  get dataflow(): boolean {
    return this.builder.dataflow;
  }
  emit: Emitter["emit"] = (value, name, span) => this.builder.emit(value, name, span);
  emitCast: Emitter["emitCast"] = (value, info, name, span) =>
    this.builder.emitCast(value, info, name, span);
  operand: Emitter["operand"] = (value, name) => this.builder.operand(value, name);
  normalized<E extends Expr>(value: E): E {
    return this.builder.normalized(value);
  }

  bindTo(v: Var, value: Expr | Func, span?: Span): void {
    const after = value.kind === "relax.Function" ? value : this.builder.normalized(value);
    this.builder.put(varBinding(v, after, span));
  }

  imageOf<T extends Node>(node: T): T {
    return applyTo(node, this.images);
  }

  canReplace(v: Var, by: Expr): boolean {
    if (!isLeaf(by)) return false;
    const { sinfo } = v;
    if (sinfo?.kind === "relax.PrimInfo" && sinfo.value !== undefined)
      return scalarOf(by) !== undefined;
    if (sinfo?.kind === "relax.ShapeInfo" && by.kind !== "relax.Var" && by.kind !== "relax.ShapeExpr") return false; // prettier-ignore
    return isVisible(by, v);
  }

  replace(v: Var, by: Expr): void {
    this.images.vars.set(v, by);
    const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
    const value = scalarOf(by);
    if (symbol?.kind === "tir.Var" && value !== undefined && value !== symbol)
      this.replaceSymbol(symbol, value);
  }

  replaceSymbol(symbol: Symbol, by: PrimExpr): void {
    this.images.symbols.set(symbol, by);
  }

  /** Symbols that a binding defines become visible. */
  private define(b: Binding): void {
    if (b.kind === "relax.MatchCast") this.defineSymbols(b.sinfo);
    else if (b.var.sinfo?.kind === "relax.PrimInfo") this.defineSymbols(b.var.sinfo);
  }

  private defineSymbols(info: StructInfo): void {
    for (const v of plainSymbols(info)) {
      if (this.symbols.has(v)) continue;
      this.symbols.add(v);
      if (info.kind !== "relax.PrimInfo")
        this.analyzer.assume(compare("ge", v, intImm(0, v.dtype)));
    }
  }

  function(func: Func, given?: readonly Var[]): Func {
    const outer = new Set(this.symbols);
    const params = given ?? this.parameters(func.params);
    for (const p of params) if (p.sinfo !== undefined) this.defineSymbols(p.sinfo);
    const known = new Set(this.symbols);
    const body = this.sequence(func.body, "function");
    // The result's type cannot mention what the body defines.
    this.symbols = known;
    const isSame = body === func.body && params.every((p, i) => p === func.params[i]);
    let retSinfo = applyTo(func.retSinfo, this.images);
    if (!isSame) {
      const found = erase(inferSeq(body, this.infer), {
        symbol: (v) => (this.symbols.has(v) ? v : undefined),
        shape: (v) => (params.includes(v) ? v : undefined),
      });
      const fits = isBaseOf(retSinfo, found, this.infer);
      const isWrong = fits === "L0" || fits === "L1" || func.retInferred === true;
      if (isWrong && !structuralEqual(retSinfo, found, { mapFreeVars: false })) retSinfo = found;
    }
    this.symbols = outer;
    if (isSame && params.length === func.params.length && retSinfo === func.retSinfo) return func;
    return { ...func, params, body, retSinfo };
  }

  /** Parameters whose types mention what has an image become others. */
  private parameters(params: readonly Var[]): readonly Var[] {
    let copy: Var[] | undefined;
    params.forEach((p, i) => {
      const after = this.retyped(p, p.sinfo && applyTo(p.sinfo, this.images));
      if (after !== p) (copy ??= [...params])[i] = after;
    });
    return copy ?? params;
  }

  private retyped(v: Var, sinfo: StructInfo | undefined): Var {
    if (sinfo === v.sinfo) return v;
    const after: Var = { ...v, sinfo };
    this.images.vars.set(v, useOf(after));
    return after;
  }

  private sequence(seq: SeqExpr, kind: "function" | "branch"): SeqExpr {
    const { builder, rules } = this;
    const outer = new Set(this.symbols);
    builder.begin();
    rules.enter?.(kind);
    for (const block of seq.blocks) {
      builder.startBlock(block.dataflow, block);
      if (block.dataflow) rules.enter?.("dataflow");
      for (const b of block.bindings) this.binding(b);
      if (block.dataflow) rules.leave?.("dataflow");
    }
    if (seq.blocks.at(-1)?.dataflow === true) builder.startBlock(false);
    const before = applyTo(seq.body, this.images);
    const body = builder.operand(rules.result?.(before, this) ?? before);
    rules.leave?.(kind);
    const blocks = builder.end();
    if (kind === "branch") this.symbols = outer;
    const isSame =
      body === seq.body &&
      blocks.length === seq.blocks.length &&
      blocks.every((b, i) => b === seq.blocks[i]);
    return isSame ? seq : { ...seq, blocks, body };
  }

  private binding(b: Binding): void {
    if (b.kind === "relax.MatchCast") return this.castBinding(b);
    const value = this.valueOf(b.value);
    const after = this.rules.value === undefined ? value : this.rules.value(value, this, b);
    if (after !== undefined) this.bind(b, after);
  }

  /** The value with its parts rewritten. */
  private valueOf(value: Expr | Func): Expr | Func {
    switch (value.kind) {
      case "relax.Function":
        return this.function(value);
      case "relax.If":
        return this.conditional(value);
      case "relax.SeqExpr":
        return this.spliced(value);
      default:
        return applyTo(value, this.images);
    }
  }

  /** The bindings of a nested sequence come before the binding at hand; its result is the value. */
  private spliced(seq: SeqExpr): Expr {
    const { builder } = this;
    const { dataflow } = builder;
    for (const block of seq.blocks) {
      if (block.dataflow !== builder.dataflow && !dataflow) builder.startBlock(block.dataflow);
      for (const b of block.bindings) this.binding(b);
    }
    if (builder.dataflow !== dataflow) builder.startBlock(dataflow);
    return applyTo(seq.body, this.images);
  }

  private conditional(e: If): If {
    const cond = applyTo(e.cond, this.images);
    const then = this.sequence(e.then, "branch");
    const otherwise = this.sequence(e.otherwise, "branch");
    const isSame = cond === e.cond && then === e.then && otherwise === e.otherwise;
    return isSame ? e : { ...e, cond, then, otherwise };
  }

  private castBinding(b: MatchCast): void {
    const before = this.castOf(b, applyTo(b.value, this.images), applyTo(b.sinfo, this.images));
    const after = this.rules.cast === undefined ? before : this.rules.cast(before, this, b);
    if (after === undefined) return;
    if (after.kind !== "relax.MatchCast") return this.bind(b, after);
    this.builder.put(this.castOf(after, this.builder.operand(after.value), after.sinfo));
  }

  /** The refinement of this value to this type; its variable has the type. */
  private castOf(b: MatchCast, value: Expr, sinfo: StructInfo): MatchCast {
    const isScalar = sinfo.kind === "relax.PrimInfo" && b.var.sinfo?.kind === sinfo.kind;
    const v = isScalar || sinfo === b.var.sinfo ? b.var : this.retyped(b.var, sinfo);
    return value === b.value && sinfo === b.sinfo && v === b.var
      ? b
      : { ...b, value, sinfo, var: v };
  }

  /** Binds a value under the variable of a binding, or under one of the type that the value has. */
  private bind(b: Binding, given: Expr | Func): void {
    const { builder } = this;
    const flat = given.kind === "relax.SeqExpr" ? builder.inline(given) : given;
    const value = flat.kind === "relax.Function" ? flat : builder.normalized(flat);
    const written = b.var.sinfo && applyTo(b.var.sinfo, this.images);
    const isSame = b.kind === "relax.VarBinding" && value === b.value && written === b.var.sinfo;
    if (isSame) return builder.put(b);
    const info = builder.infoOf(value);
    const v = this.retyped(b.var, this.typeFor(b.var, written, info));
    const own = value.kind === "relax.Function" && v !== b.var ? renamed(value, b.var, v) : value;
    builder.put({ kind: "relax.VarBinding", value: own, var: v, span: b.span });
  }

  /** The variable's own type where it still says what deduction finds, or was written and holds. */
  private typeFor(v: Var, written: StructInfo | undefined, found: StructInfo): StructInfo {
    if (written === undefined || isErrorInfo(found)) return written ?? found;
    if (found.kind === "relax.PrimInfo" && written.kind === found.kind && written.dtype === found.dtype) return written; // prettier-ignore
    if (structuralEqual(written, found, { mapFreeVars: false })) return written;
    if (v.annotated && isBaseOf(written, found, this.infer) === "pass") return written;
    if (found.kind !== "relax.PrimInfo") return found;
    return primInfo(found.dtype, makeVar(v.name, found.dtype));
  }
}

/** A function that calls itself by another variable. */
const renamed = (func: Func, self: Var, by: Var): Func =>
  rewrite(func, (node) => (node === self ? by : node));

/** The value of a scalar leaf. */
const scalarOf = (leaf: Expr): PrimExpr | undefined =>
  leaf.kind === "relax.PrimValue"
    ? leaf.value
    : leaf.kind === "relax.Var" && leaf.sinfo?.kind === "relax.PrimInfo"
      ? leaf.sinfo.value
      : undefined;
