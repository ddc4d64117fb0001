/** Uses of names: variables, functions, symbols. */
import type { Expr, Var as RelaxVar } from "../../ir/relax/expr.js";
import type { GlobalVar } from "../../ir/module.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { didYouMean } from "../../support/suggest.js";
import type { Span } from "../../support/source.js";
import { dimText } from "../../op/describe.js";
import { symbolsOf } from "../../op/deduce/index.js";
import { wfr } from "./codes.js";
import type { FunctionState } from "./state.js";

const places = {
  branch: "outside the branch that binds it",
  block: "outside the dataflow block that binds it",
  killed: "after its memory was released",
} as const;

/** A variable must be bound before and visible here. */
export function useVar(state: FunctionState, v: RelaxVar, at: Span | undefined): void {
  state.used.add(v);
  if (state.visible.has(v)) return;
  const reason = state.closed.get(v);
  const { sink, name: func } = state;
  const span = at ?? state.func.span;
  const labels =
    reason !== undefined && v.span
      ? [{ span: v.span, message: `\`${v.name}\` is bound here` }]
      : [];
  if (reason === "block" && v.dataflow) {
    sink.report(
      wfr.dataflowVariable({
        func,
        name: v.name,
        problem: "is used outside its block",
        at: span,
        labels,
      }),
    );
  } else if (reason !== undefined && (reason === "killed" || state.stored.has(v))) {
    sink.report(wfr.deadStorage({ func, name: v.name, where: places[reason], at: span, labels }));
  } else {
    const near =
      reason === undefined
        ? didYouMean(
            v.name,
            [...state.visible].map((x) => x.name),
          )
        : undefined;
    const where = reason === undefined ? "before it is bound" : places[reason];
    sink.report(
      wfr.undefinedVariable({
        func,
        name: v.name,
        where,
        at: span,
        labels,
        hints: near ? [near] : [],
      }),
    );
  }
  // One message per variable.
  state.visible.add(v);
}

/** A function must be in the module. False when it is not. */
export function useGlobal(state: FunctionState, g: GlobalVar, at: Span | undefined): boolean {
  if (state.module.functions.has(g.name)) return true;
  const near = didYouMean(g.name, state.module.functions.keys());
  state.sink.report(
    wfr.unknownFunction({
      func: state.name,
      name: g.name,
      at: g.span ?? at ?? state.func.span,
      hints: near ? [near] : [],
    }),
  );
  return false;
}

/** Symbols of a dimension must be defined. */
export function useDim(state: FunctionState, dim: PrimExpr, at: Span | undefined): void {
  if (dim.kind === "tir.IntImm") return;
  for (const v of symbolsOf([dim])) {
    ownSymbol(state, v, dim.span ?? at);
    state.used.add(v);
    if (state.symbols.has(v) || state.reportedSymbols.has(v)) continue;
    state.reportedSymbols.add(v);
    state.sink.report(
      wfr.undefinedSymbol({
        func: state.name,
        name: v.name,
        dim: dimText(dim),
        at: dim.span ?? at ?? state.func.span,
      }),
    );
  }
}

/** A symbol belongs to one function. */
export function ownSymbol(state: FunctionState, v: Var, at: Span | undefined): void {
  const owner = state.owners.get(v);
  if (owner === undefined) state.owners.set(v, state.name);
  else if (owner !== state.name) {
    state.owners.set(v, state.name);
    state.sink.report(
      wfr.sharedSymbol({
        name: v.name,
        first: owner,
        second: state.name,
        at: at ?? v.span ?? state.func.span,
      }),
    );
  }
}

/** Leaves: what may stand as an operand. */
export function isLeaf(e: Expr): boolean {
  switch (e.kind) {
    case "relax.Call":
    case "relax.If":
    case "relax.SeqExpr":
    case "relax.TupleGetItem":
      return false;
    case "relax.Tuple":
      return e.fields.every(isLeaf);
    default:
      return e.kind.startsWith("relax.") || e.kind.startsWith("ir.");
  }
}
