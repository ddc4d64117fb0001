/** Blocks, bindings and branches. */
import type { Binding, Expr, Func, If, SeqExpr, Var as RelaxVar } from "../../ir/relax/expr.js";
import { scalarSymbol, type StructInfo } from "../../ir/relax/struct-info.js";
import { makeVar } from "../../ir/tir/expr.js";
import { describe } from "../../op/describe.js";
import { errorInfo, isErrorInfo } from "../../op/error-info.js";
import { erase, functionSignature, hiding, isBaseOf, join } from "../../op/deduce/index.js";
import { int64 } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { isCondition } from "../../op/rules/call.js";
import { wfr } from "./codes.js";
import { isDoubtful } from "./doubt.js";
import { checkLeaf, checkValue } from "./expression.js";
import { defineSymbols, useInfo } from "./info.js";
import { ownSymbol, useDim } from "./names.js";
import type { Closed, FunctionState } from "./state.js";

/** Checks nested functions; set by the module's check. */
export type NestedCheck = (state: FunctionState, func: Func) => void;

/** Sequence of a body or branch; its struct info is in terms of what is visible outside. */
export function checkSeq(state: FunctionState, seq: SeqExpr, nested: NestedCheck): StructInfo {
  const before = new Set(state.visible);
  const symbols = new Set(state.symbols);
  for (const block of seq.blocks) {
    const outer = state.dataflow;
    state.dataflow = block.dataflow;
    for (const binding of block.bindings) checkBinding(state, binding, nested);
    state.dataflow = outer;
    if (block.dataflow) {
      const local = block.bindings.map((b) => b.var).filter((v) => v.dataflow);
      hide(state, local, "block");
    }
  }
  const sound = checkLeaf(state, seq.body, "the result of a sequence", seq.span);
  const info = sound ? state.ctx.infoOf(seq.body) : errorInfo;
  const inner = [...state.visible].filter((v) => !before.has(v));
  const innerSymbols = new Set([...state.symbols].filter((v) => !symbols.has(v)));
  hide(state, inner, "branch");
  for (const v of innerSymbols) state.symbols.delete(v);
  return erase(info, hiding(innerSymbols, new Set(inner)));
}

function hide(state: FunctionState, vars: readonly RelaxVar[], why: Closed): void {
  for (const v of vars) {
    state.visible.delete(v);
    if (!state.closed.has(v)) state.closed.set(v, why);
  }
}

function checkBinding(state: FunctionState, binding: Binding, nested: NestedCheck): void {
  const at = binding.span ?? binding.var.span ?? state.func.span;
  const v = binding.var;
  if (binding.kind === "relax.MatchCast") {
    const value = checkValue(state, binding.value, at);
    defineSymbols(state, binding.sinfo, at);
    useInfo(state, binding.sinfo, at);
    if (
      !isErrorInfo(value) &&
      isBaseOf(binding.sinfo, value, state.ctx) === "L0" &&
      isBaseOf(value, binding.sinfo, state.ctx) === "L0"
    ) {
      state.sink.report(
        wfr.castFails({ found: describe(value), expected: describe(binding.sinfo), at }),
      );
    }
    bind(state, v, binding.sinfo, at);
    return;
  }
  const info = boundInfo(state, binding.value, v, at, nested);
  if (isDoubtful(state, binding.value)) state.doubtful.add(v);
  bind(state, v, info, at);
  trackMemory(state, binding.value, v);
}

function boundInfo(
  state: FunctionState,
  value: Expr | Func,
  v: RelaxVar,
  at: Span | undefined,
  nested: NestedCheck,
): StructInfo {
  const kind: string = value.kind;
  if (kind === "tir.PrimFunc") {
    state.sink.report(wfr.inlineTir({ func: state.name, name: v.name, at }));
    return errorInfo;
  }
  switch (value.kind) {
    case "relax.Function": {
      // A local function may call itself.
      state.visible.add(v);
      nested(state, value);
      state.visible.delete(v);
      return functionSignature(value);
    }
    case "relax.If":
      return checkIf(state, value, at, nested);
    case "relax.SeqExpr":
      state.sink.report(
        wfr.nestedSequence({ func: state.name, place: "a value", at: value.span ?? at }),
      );
      return checkSeq(state, value, nested);
    default:
      return checkValue(state, value, at);
  }
}

function checkIf(
  state: FunctionState,
  e: If,
  at: Span | undefined,
  nested: NestedCheck,
): StructInfo {
  const span = e.span ?? at;
  if (state.dataflow) state.sink.report(wfr.ifInDataflow({ func: state.name, at: span }));
  if (checkLeaf(state, e.cond, "a condition", span)) {
    const cond = state.ctx.infoOf(e.cond);
    if (!isCondition(cond))
      state.sink.report(
        wfr.condition({ func: state.name, found: describe(cond), at: e.cond.span ?? span }),
      );
  }
  const outer = state.dataflow;
  state.dataflow = false;
  const then = checkSeq(state, e.then, nested);
  const otherwise = checkSeq(state, e.otherwise, nested);
  state.dataflow = outer;
  // Lengths that differ between the branches become unknown one by one.
  return join(then, otherwise, state.ctx, { fresh: (axis) => makeVar(`unknown_${axis}`, int64) });
}

/** The variable becomes visible; its annotation must cover the value. */
function bind(state: FunctionState, v: RelaxVar, info: StructInfo, at: Span | undefined): void {
  const { sink, name: func } = state;
  if (state.bound.has(v)) sink.report(wfr.boundTwice({ func, name: v.name, at: v.span ?? at }));
  state.bound.add(v);
  state.visible.add(v);
  if (v.dataflow && !state.dataflow) {
    sink.report(
      wfr.dataflowVariable({
        func,
        name: v.name,
        problem: "is bound outside dataflow blocks",
        at: v.span ?? at,
      }),
    );
  }
  const declared = v.sinfo;
  if (declared === undefined) {
    sink.report(wfr.missingInfo({ func, what: v.name, at: v.span ?? at }));
    return;
  }
  const symbol = scalarSymbol(declared);
  if (symbol !== undefined) {
    state.symbols.add(symbol);
    ownSymbol(state, symbol, at);
  } else if (declared.kind !== "relax.PrimInfo") useInfo(state, declared, at);
  else if (declared.value) useDim(state, declared.value, at);
  if (isErrorInfo(info) || isErrorInfo(declared)) return;
  // The local part of a distributed tensor may be declared.
  const local =
    declared.kind === "relax.TensorInfo" && info.kind === "relax.DTensorInfo" ? info.tensor : info;
  // A scalar's symbol has the value whatever it is.
  const expected = symbol === undefined ? declared : { ...declared, value: undefined };
  const answer = isBaseOf(expected, local, state.ctx);
  if (answer === "pass") return;
  const texts = {
    name: v.name,
    expected: describe(declared),
    found: describe(info),
    at: declared.span ?? v.span ?? at,
  };
  if (state.doubtful.has(v)) return;
  if (answer === "L0") {
    sink.report(wfr.bindingType(texts));
    state.doubtful.add(v);
  } else if (v.annotated) sink.report(wfr.unprovedBinding(texts));
}

/** Allocation and release of memory. */
function trackMemory(state: FunctionState, value: Expr | Func, v: RelaxVar): void {
  if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return;
  const { name } = value.op;
  if (/alloc_(storage|tensor)$/.test(name)) state.stored.add(v);
  if (!/^memory\.kill_(storage|tensor)$/.test(name)) return;
  const [killed] = value.args;
  if (killed?.kind !== "relax.Var") return;
  state.visible.delete(killed);
  state.closed.set(killed, "killed");
  state.stored.add(killed);
}
