/** Builds sequences of bindings in A-normal form; variables get the struct info that deduction finds. */
import { isLeaf } from "../../../analysis/relax/names.js";
import { rebuild } from "../../../ir/core/rewrite.js";
import type { IRModule } from "../../../ir/module.js";
import {
  bindingBlock,
  matchCast,
  relaxVar,
  varBinding,
  type Binding,
  type BindingBlock,
  type Expr,
  type Func,
  type SeqExpr,
  type Var,
} from "../../../ir/relax/expr.js";
import { primInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { makeVar } from "../../../ir/tir/expr.js";
import { functionSignature } from "../../../op/deduce/index.js";
import type { InferContext } from "../../../op/infer-context.js";
import type { Span } from "../../../support/source.js";
import { useOf } from "./leaf.js";

/** What a rewrite may do at a place in a function. */
export interface Emitter {
  readonly module: IRModule;
  readonly infer: InferContext;
  /** Whether the block at hand is a dataflow block. */
  readonly dataflow: boolean;
  /** Binds a value here; operands that are no leaves are bound first. */
  emit(value: Expr | Func, name?: string, span?: Span): Var;
  /** Binds `R.match_cast(value, info)` here. */
  emitCast(value: Expr, info: StructInfo, name?: string, span?: Span): Var;
  /** A leaf for the value: itself, or a variable that is bound to it. */
  operand(value: Expr, name?: string): Expr;
  /** The value with leaves as operands. */
  normalized<E extends Expr>(value: E): E;
}

interface Frame {
  readonly blocks: BindingBlock[];
  bindings: Binding[];
  dataflow: boolean;
  /** The block that is being rewritten; it stays when its bindings do. */
  source: BindingBlock | undefined;
}

/** An emitter with the frames of the sequences under construction. */
export class BlockBuilder implements Emitter {
  private frame: Frame = newFrame();
  private readonly outer: Frame[] = [];

  constructor(
    readonly module: IRModule,
    readonly infer: InferContext,
    /** Told of each binding that is put. */
    private readonly onPut: (b: Binding) => void = () => undefined,
  ) {}

  get dataflow(): boolean {
    return this.frame.dataflow;
  }

  /** Starts a sequence inside the present one. */
  begin(): void {
    this.outer.push(this.frame);
    this.frame = newFrame();
  }

  /** Ends the sequence; its blocks without empty ones. */
  end(): readonly BindingBlock[] {
    this.closeBlock();
    const { blocks } = this.frame;
    this.frame = this.outer.pop() ?? newFrame();
    return blocks;
  }

  /** Starts a block; `source` is taken over when its bindings are put unchanged. */
  startBlock(dataflow: boolean, source?: BindingBlock): void {
    this.closeBlock();
    this.frame.dataflow = dataflow;
    this.frame.source = source;
  }

  private closeBlock(): void {
    const { bindings, dataflow, source, blocks } = this.frame;
    const isSame =
      source !== undefined &&
      source.dataflow === dataflow &&
      source.bindings.length === bindings.length &&
      source.bindings.every((b, i) => b === bindings[i]);
    if (isSame) blocks.push(source);
    else if (bindings.length > 0) blocks.push(bindingBlock(bindings, dataflow, source?.span));
    this.frame.bindings = [];
    this.frame.source = undefined;
  }

  put(b: Binding): void {
    this.frame.bindings.push(b);
    this.onPut(b);
  }

  emit(value: Expr | Func, name?: string, span?: Span): Var {
    const after = value.kind === "relax.Function" ? value : this.normalized(value);
    const v = this.freshVar(this.infoOf(after), name, span ?? after.span);
    this.put(varBinding(v, after, span ?? after.span));
    return v;
  }

  emitCast(value: Expr, info: StructInfo, name?: string, span?: Span): Var {
    const operand = this.operand(value);
    const v = this.freshVar(info, name, span);
    this.put(matchCast(v, operand, info, span));
    return v;
  }

  /** A variable for a value of this struct info; a scalar gets a symbol of its own. */
  freshVar(info: StructInfo, name = this.dataflow ? "lv" : "gv", span?: Span): Var {
    const known = info.kind === "relax.PrimInfo" ? primInfo(info.dtype, makeVar(name, info.dtype)) : info; // prettier-ignore
    return relaxVar(name, known, { dataflow: this.dataflow, span });
  }

  operand(value: Expr, name?: string): Expr {
    if (value.kind === "relax.SeqExpr") return this.operand(this.inline(value), name);
    if (value.kind === "relax.Tuple") return this.normalized(value);
    return isLeaf(value) ? value : useOf(this.emit(value, name));
  }

  normalized<E extends Expr>(value: E): E {
    switch (value.kind) {
      case "relax.Call":
      case "relax.Tuple":
      case "relax.TupleGetItem":
        return rebuild(value, (child) => (isExpr(child) ? this.operand(child) : child)) as E;
      case "relax.If": {
        const cond = this.operand(value.cond);
        return cond === value.cond ? value : { ...value, cond };
      }
      default:
        return value;
    }
  }

  /** Puts the bindings of a sequence here; its result. */
  inline(seq: SeqExpr): Expr {
    const { dataflow } = this;
    for (const block of seq.blocks) {
      if (block.dataflow && !dataflow) this.startBlock(true, block);
      for (const b of block.bindings) this.put(b);
      if (block.dataflow && !dataflow) this.startBlock(false);
    }
    return seq.body;
  }

  infoOf(value: Expr | Func): StructInfo {
    return value.kind === "relax.Function" ? functionSignature(value) : this.infer.infoOf(value);
  }
}

const newFrame = (): Frame => ({
  blocks: [],
  bindings: [],
  dataflow: false,
  source: undefined,
});

/** Operands among the children of an expression; types and attributes are the others. */
const isExpr = (node: { readonly kind: string }): node is Expr =>
  EXPRESSIONS.has(node.kind as Expr["kind"]);

const EXPRESSIONS: ReadonlySet<Expr["kind"]> = new Set<Expr["kind"]>([
  "relax.Var", "relax.Const", "relax.ShapeExpr", "relax.PrimValue", "relax.Str", "relax.DTypeValue",
  "relax.Tuple", "relax.TupleGetItem", "relax.Call", "relax.If", "relax.SeqExpr",
]); // prettier-ignore
