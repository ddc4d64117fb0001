import { analyzerFor } from "../../../analysis/relax/facts.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import { relaxCall, type Expr, type Func, type Var } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { groupFunction } from "../fuse/group-function.js";
import { SharedFunctions } from "../fuse/shared-functions.js";
import { blockMatches, isDescription, patternsOf, PATTERN } from "../pattern/index.js";
import type { PatternMatch } from "../pattern/index.js";
import type { PatternRule } from "../pattern/pattern.js";
import { eachBlock, isExternal, rewriteFunction, updated } from "../rewrite/index.js";
import { withCodegen } from "./codegen-function.js";
import { codegenOf, COMPOSITE } from "./external.js";

/**
 * Precondition: none. Result: in dataflow blocks, what matches a pattern is a call of a private function that says so by
 * `Composite`; earlier patterns win. Patterns of the module that were asked for are gone. Sound because what is inside
 * a match is used only there.
 */
export const fuseOpsByPattern = definePass({
  name: "fuse-ops-by-pattern",
  dialect: "relax",
  summary: "Makes functions of what matches dataflow patterns.",
  options: {
    patterns: option.strings({ default: [], help: "names in order of preference; none for all" }),
    bindConstants: option.bool({ default: true, help: "keep constants inside the functions" }),
    annotateCodegen: option.bool({ default: false, help: "wrap each function for its code generator" }), // prettier-ignore
    entryFunctions: option.strings({ default: [], help: "functions to look in; none for all" }),
  },
  run(module, options, ctx) {
    const own = patternsOf(module, options.patterns, ctx);
    const rules = [...own, ...(options.patterns.length === 0 ? (ctx.patterns ?? []) : [])];
    const names = new Set<unknown>(own.map((p) => p.name));
    const shared = new SharedFunctions(module);
    const isOpen = (func: Func, name: string): boolean =>
      !isExternal(func) &&
      !isDescription(func) &&
      (options.entryFunctions.length === 0 || options.entryFunctions.includes(name));
    return updated(
      module,
      (func, name) => {
        if (func.kind !== "relax.Function") return func;
        if (names.has(func.attrs.get(PATTERN))) return undefined;
        return isOpen(func, name)
          ? partitioned(module, name, func, { rules, options, shared })
          : func;
      },
      shared.added,
    );
  },
});

interface Partitioning {
  readonly rules: readonly PatternRule[];
  readonly options: { readonly bindConstants: boolean; readonly annotateCodegen: boolean };
  readonly shared: SharedFunctions;
}

function partitioned(module: IRModule, name: string, func: Func, by: Partitioning): Func {
  const calls = new Map<Var, Expr>();
  const gone = new Set<Var>();
  const analyzer = analyzerFor(func);
  eachBlock(func.body, (block) => {
    if (!block.dataflow) return;
    for (const match of blockMatches(block, by.rules, { analyzer, isClosed: true })) {
      const call = callOf(match, by);
      if (call === undefined) continue;
      calls.set(match.root, call);
      for (const v of match.inner.keys()) if (v !== match.root) gone.add(v);
    }
  });
  if (calls.size === 0) return func;
  return rewriteFunction(
    module,
    name,
    func,
    {
      value: (value, at, { var: v }) =>
        gone.has(v) ? undefined : calls.has(v) ? at.imageOf(calls.get(v)!) : value,
    },
    { signature: (callee) => by.shared.signatureOf(callee) },
  );
}

function callOf(match: PatternMatch<PatternRule>, by: Partitioning): Expr | undefined {
  const { name } = match.of;
  const ops = match.bindings.flatMap(
    ({ value }) =>
    value.kind === "relax.Call" && value.op.kind === "relax.Op" ? [value.op.name.split(".").at(-1)!] : [], // prettier-ignore
  );
  const attrs: [string, AttrValue][] = [[COMPOSITE, name]];
  const made = groupFunction({
    name: ["fused", ...ops].join("_").slice(0, LONGEST_NAME),
    bindings: match.bindings,
    results: [match.root],
    attrs: new Map(attrs),
    keepConstants: by.options.bindConstants,
  });
  if (made === undefined) return undefined;
  const func = by.options.annotateCodegen ? withCodegen(made.func, codegenOf(name)) : made.func;
  return relaxCall(globalVar(by.shared.nameOf(func)), made.args);
}

const LONGEST_NAME = 60;
