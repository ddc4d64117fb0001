/** State of elaborating one R function: the blocks under construction, its symbols and names. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import {
  bindingBlock,
  matchCast,
  relaxVar,
  varBinding,
  type Binding,
  type BindingBlock,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { primInfo, scalarSymbol, type StructInfo } from "../../../ir/relax/struct-info.js";
import { primValue } from "../../../ir/relax/expr.js";
import { makeVar } from "../../../ir/tir/expr.js";
import { erase, hiding } from "../../../op/deduce/index.js";
import type { Diagnostic } from "../../../support/diagnostic.js";
import type { Span } from "../../../support/source.js";
import { define, report, spanOf, type ElabContext } from "../../context.js";
import type { Entity, Scope } from "../../scope.js";
import { infoOf } from "./infer.js";

/** Bindings of one function body or branch, grouped into blocks. */
export interface Frame {
  readonly blocks: BindingBlock[];
  bindings: Binding[];
  dataflow: boolean;
}

export interface FunctionState {
  readonly ctx: ElabContext;
  readonly name: string;
  /** Scope of parameters and symbols. */
  readonly top: Scope;
  frame: Frame;
  /** Hints in use, so that `gv` and `lv` names do not repeat. */
  readonly names: Set<string>;
  /** Names that the dataflow block at hand outputs, by the statement that binds them last. */
  outputs: ReadonlyMap<A.Stmt, ReadonlySet<string>>;
  /** Statement being elaborated. */
  statement: A.Stmt | undefined;
  readonly attrs: Map<string, AttrValue>;
  readonly isNested: boolean;
}

export const makeState = (ctx: ElabContext, name: string, isNested: boolean): FunctionState => ({
  ctx,
  name,
  top: ctx.scope,
  frame: newFrame(),
  names: new Set(),
  outputs: new Map(),
  statement: undefined,
  attrs: new Map(),
  isNested,
});

export const newFrame = (): Frame => ({ blocks: [], bindings: [], dataflow: false });

export const at = (state: FunctionState, node: A.AstBase): Span => spanOf(state.ctx, node);
export const fail = (state: FunctionState, diagnostic: Diagnostic): void =>
  report(state.ctx, diagnostic);

/** Closes the block under construction (dropped when empty) and starts one of the given kind. */
export function startBlock(state: FunctionState, dataflow: boolean): void {
  const { frame } = state;
  if (frame.bindings.length > 0) frame.blocks.push(bindingBlock(frame.bindings, frame.dataflow));
  frame.bindings = [];
  frame.dataflow = dataflow;
}

/** Ends the frame and gives its blocks. */
export function finishFrame(state: FunctionState): BindingBlock[] {
  startBlock(state, false);
  return state.frame.blocks;
}

/** A hint for a binding that has no name in the text: `gv`, `gv1`, … or `lv`, `lv1`, … */
export function freshName(state: FunctionState): string {
  const base = state.frame.dataflow ? "lv" : "gv";
  let name = base;
  for (let i = 1; state.names.has(name); i++) name = `${base}${i}`;
  state.names.add(name);
  return name;
}

export interface Emission {
  readonly name?: string | undefined;
  readonly span: Span | undefined;
  /** Written type of the variable. */
  readonly annotation?: StructInfo | undefined;
  /** Type of the variable where it is not that of the value. */
  readonly info?: StructInfo | undefined;
  /** A binding of the text, which a dataflow block may output. */
  readonly bound?: boolean;
}

/** A bound variable and what its name stands for. */
export interface Bound {
  readonly var: Var;
  readonly entity: Entity;
}

/** Binds a value in the block at hand. */
export function emit(state: FunctionState, value: Expr | Func, e: Emission): Bound {
  const bound = makeBound(state, e.annotation ?? e.info ?? infoOf(state.ctx, value), e);
  state.frame.bindings.push(varBinding(bound.var, value, e.span));
  return bound;
}

/** Binds `R.match_cast(value, info)`. */
export function emitCast(state: FunctionState, value: Expr, info: StructInfo, e: Emission): Bound {
  const bound = makeBound(state, info, e);
  state.frame.bindings.push(matchCast(bound.var, value, info, e.span));
  return bound;
}

/**
 * A variable of scalar type carries a symbol as the value of its type, so that it can stand in dimensions: its name is
 * the symbol, and as an operand it is that symbol.
 */
export function makeBound(state: FunctionState, info: StructInfo, e: Emission): Bound {
  const name = e.name ?? freshName(state);
  state.names.add(name);
  const output =
    e.bound === true &&
    state.statement !== undefined &&
    state.outputs.get(state.statement)?.has(name);
  const dataflow = state.frame.dataflow && output !== true;
  const more = { dataflow, annotated: e.annotation !== undefined, span: e.span };
  if (info.kind !== "relax.PrimInfo") {
    const visible =
      state.frame.dataflow && output === true ? outsideBlock(state.frame.bindings, info) : info;
    const made = relaxVar(name, visible, more);
    return { var: made, entity: { kind: "relax", value: made } };
  }
  const symbol = makeVar(name, info.dtype, e.span);
  const made = relaxVar(name, primInfo(info.dtype, symbol, info.span), more);
  return { var: made, entity: { kind: "scalar", var: symbol } };
}

/** Type of an output in terms of what is visible after its block. */
function outsideBlock(bindings: readonly Binding[], info: StructInfo): StructInfo {
  const locals = bindings.map((b) => b.var).filter((v) => v.dataflow);
  const symbols = locals.flatMap((v) => scalarSymbol(v.sinfo) ?? []);
  return erase(info, hiding(new Set(symbols), new Set(locals)));
}

/** The expression that stands for a bound variable. */
export const useOf = (bound: Bound): Expr =>
  bound.entity.kind === "scalar" ? primValue(bound.entity.var, bound.var.span) : bound.var;

/** Binds and gives the name its meaning. */
export function emitNamed(
  state: FunctionState,
  value: Expr | Func,
  e: Emission & { readonly name: string },
): Bound {
  const bound = emit(state, value, { ...e, bound: true });
  define(state.ctx, e.name, bound.entity);
  return bound;
}
