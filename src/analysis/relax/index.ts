/** Well-formedness of Relax functions: every violation is reported. */
import type { IRModule } from "../../ir/module.js";
import type { Func } from "../../ir/relax/expr.js";
import { describe } from "../../op/describe.js";
import { isErrorInfo } from "../../op/error-info.js";
import { isBaseOf, makeInferContext, symbolsOfInfo } from "../../op/deduce/index.js";
import { Diagnostics, type Sink } from "../../support/diagnostic.js";
import { checkSeq } from "./binding.js";
import { wfr } from "./codes.js";
import { isDoubtful } from "./doubt.js";
import { analyzerFor } from "./facts.js";
import { defineSymbols, useInfo } from "./info.js";
import { ownSymbol } from "./names.js";
import type { FunctionState, Walk } from "./state.js";
import { reportShadowed, reportUnused } from "./unused.js";

export { wfr } from "./codes.js";

export interface RelaxCheckOptions {
  /** Also warn of names that hide others. */
  readonly shadowed?: boolean;
  /** Say nothing of unused bindings. */
  readonly quiet?: boolean;
}

/** Checks all Relax functions of a module. */
export function checkRelax(module: IRModule, sink: Sink, options: RelaxCheckOptions = {}): void {
  const owners = new Map<object, string>();
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function") continue;
    const symbol = func.attrs.get("global_symbol");
    // Loose functions have no names that others could use.
    if (typeof symbol === "string" && symbol !== name && !func.isPrivate && module.name !== "") {
      sink.report(wfr.globalSymbol({ name, symbol, at: func.span }));
    }
    const found = new Diagnostics();
    checkFunction({ module, sink: found, name, owners }, func, options);
    // What is unused because of a mistake is told when the mistake is gone.
    for (const d of found.all)
      if (d.severity === "error" || !found.failed || !d.code.startsWith("SCO")) sink.report(d);
  }
}

function checkFunction(
  walk: Walk,
  func: Func,
  options: RelaxCheckOptions,
  outer?: FunctionState,
): void {
  const forced =
    truthy(func, "relax.force_pure") ||
    (outer !== undefined && !outer.mustBePure && outer.func.isPure);
  if (truthy(func, "relax.force_pure") && !func.isPure) {
    walk.sink.report(wfr.forcedImpure({ func: func.name || walk.name, at: func.span }));
  }
  const symbols = new Set(outer?.symbols);
  const analyzer = outer?.analyzer ?? analyzerFor(func);
  const state: FunctionState = {
    ...walk,
    func,
    analyzer,
    ctx: makeInferContext({
      module: walk.module,
      analyzer,
      report: (d) => {
        // Unknown functions are reported where their name is used.
        if (d.code !== "TYP121") walk.sink.report(d);
      },
      isOuter: (v) => state.symbols.has(v),
    }),
    bound: outer?.bound ?? new Set(),
    visible: new Set(outer?.visible),
    closed: new Map(outer?.closed),
    symbols,
    reportedSymbols: new Set(outer?.reportedSymbols),
    stored: new Set(),
    infos: new Map(),
    used: outer?.used ?? new Set(),
    doubtful: outer?.doubtful ?? new Set(),
    mustBePure: func.isPure && !forced,
    dataflow: false,
  };
  checkSignature(state);
  const result = checkSeq(state, func.body, (inner, f) => checkFunction(walk, f, options, inner));
  checkReturn(state, result);
  if (options.quiet !== true) reportUnused(state, func.body);
  if (options.shadowed === true) reportShadowed(state, func);
}

const truthy = (func: Func, key: string): boolean => {
  const value = func.attrs.get(key);
  if (value === true || value === 1) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "tir.IntImm" &&
    value.value !== 0
  );
};

/** Parameters belong to one function and define the symbols that stand alone in their types. */
function checkSignature(state: FunctionState): void {
  const { func, sink, name, owners } = state;
  for (const p of func.params) {
    const owner = owners.get(p);
    if (owner !== undefined)
      sink.report(
        wfr.sharedParameter({ name: p.name, first: owner, second: name, at: p.span ?? func.span }),
      );
    owners.set(p, name);
    if (state.bound.has(p))
      sink.report(wfr.boundTwice({ func: name, name: p.name, at: p.span ?? func.span }));
    if (p.dataflow)
      sink.report(
        wfr.dataflowVariable({
          func: name,
          name: p.name,
          problem: "is a parameter",
          at: p.span ?? func.span,
        }),
      );
    if (p.sinfo === undefined)
      sink.report(wfr.missingInfo({ func: name, what: p.name, at: p.span ?? func.span }));
    state.bound.add(p);
    state.visible.add(p);
    if (p.sinfo) defineSymbols(state, p.sinfo, p.span);
  }
  for (const p of func.params) if (p.sinfo) useInfo(state, p.sinfo, p.span ?? func.span);
}

/** The declared result uses symbols of the signature and covers what is returned. */
function checkReturn(state: FunctionState, found: Parameters<typeof describe>[0]): void {
  const { func, sink, name } = state;
  const declared = func.retSinfo as typeof func.retSinfo | undefined;
  if (declared === undefined) {
    sink.report(wfr.missingInfo({ func: name, what: "the result", at: func.span }));
    return;
  }
  if (isErrorInfo(declared)) return;
  let sound = true;
  for (const v of declared.kind === "relax.FuncInfo" ? [] : symbolsOfInfo(declared)) {
    ownSymbol(state, v, declared.span);
    if (state.symbols.has(v)) continue;
    sound = false;
    sink.report(wfr.returnSymbol({ func: name, name: v.name, at: declared.span ?? func.span }));
  }
  if (!sound || isErrorInfo(found) || isDoubtful(state, func.body.body)) return;
  const answer = isBaseOf(declared, found, state.ctx);
  if (answer !== "L0" && answer !== "L1") return;
  const at = declared.span ?? func.body.body.span ?? func.span;
  const texts = { func: name, expected: describe(declared), found: describe(found), at };
  sink.report(answer === "L0" ? wfr.returnType(texts) : wfr.unprovedReturn(texts));
}
