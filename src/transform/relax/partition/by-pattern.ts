/** What matches patterns in dataflow blocks, as calls of functions of their own. */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import type { Attrs } from "../../../ir/core/node.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import { relaxCall, type Expr, type Func, type Var } from "../../../ir/relax/expr.js";
import { groupFunction } from "../fuse/group-function.js";
import type { SharedFunctions } from "../fuse/shared-functions.js";
import { blockMatches, type PatternMatch } from "../pattern/index.js";
import type { PatternRule } from "../pattern/pattern.js";
import { eachBlock, rewriteFunction } from "../rewrite/index.js";

/** How matches become functions. */
export interface Partitioning {
  /** Earlier ones win. */
  readonly rules: readonly PatternRule[];
  readonly shared: SharedFunctions;
  /** Whether constants stay inside the functions. */
  readonly keepConstants: boolean;
  /** Whether parameters get the names that the pattern has for them. */
  readonly ownNames?: boolean;
  attrs(rule: PatternRule): Attrs;
  /** What becomes of a function that was made. */
  finish?(func: Func, rule: PatternRule): Func;
}

/** The function with calls in the place of what matches. Sound because what is inside a match is used only there. */
export function partitioned(module: IRModule, name: string, func: Func, by: Partitioning): Func {
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
  const ops = match.bindings.flatMap(
    ({ value }) =>
    value.kind === "relax.Call" && value.op.kind === "relax.Op" ? [value.op.name.split(".").at(-1)!] : [], // prettier-ignore
  );
  const labels = new Map([...match.labels].map(([label, value]) => [value, label] as const));
  const made = groupFunction({
    name: ["fused", ...ops].join("_").slice(0, LONGEST_NAME),
    bindings: match.bindings,
    results: [match.root],
    attrs: by.attrs(match.of),
    keepConstants: by.keepConstants,
    ...(by.ownNames && { nameOf: (operand: Expr) => labels.get(operand) }),
  });
  if (made === undefined) return undefined;
  const func = by.finish?.(made.func, match.of) ?? made.func;
  return relaxCall(globalVar(by.shared.nameOf(func)), made.args);
}

const LONGEST_NAME = 60;
