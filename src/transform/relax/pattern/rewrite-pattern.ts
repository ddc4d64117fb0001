import type { Attrs } from "../../../ir/core/node.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import type { Call, Expr, Func, Var } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { option } from "../../../support/option.js";
import { definePass, type PassContext } from "../../pass.js";
import {
  applyTo, definitionsOf, eachBlock, isExternal, makeSubstitution, rewriteFunction, updated, type Cursor,
} from "../rewrite/index.js"; // prettier-ignore
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { blockMatches, type PatternMatch } from "./block-matches.js";
import { codes } from "./codes.js";
import { isDefault, patternsOf, PATTERN, REPLACEMENT, type NamedPattern } from "./from-function.js";
import type { Pattern } from "./pattern.js";

/**
 * Precondition: each pattern has a replacement of the same name, a function over values of the pattern. Result: in
 * dataflow blocks, matches are replaced until there is none; the patterns and replacements are gone. As right as the
 * pairs are.
 */
export const rewritePattern = definePass({
  name: "rewrite-pattern",
  dialect: "relax",
  summary: "Replaces what matches patterns of the module by their replacements.",
  options: {
    patterns: option.strings({ default: [], help: "names in order of preference; none for all" }),
  },
  run(module, { patterns }, ctx) {
    const rules = patternsOf(module, patterns, ctx).flatMap((p) => ruleOf(p, module, ctx));
    if (rules.length === 0) return module;
    const names = new Set<unknown>(rules.map((r) => r.name));
    return updated(module, (func, name) => {
      if (func.kind !== "relax.Function") return func;
      if (names.has(func.attrs.get(PATTERN)) || names.has(func.attrs.get(REPLACEMENT)))
        return undefined;
      if (isExternal(func)) return func;
      return rewritten(module, name, func, rules, ctx);
    });
  },
});

interface Rule extends NamedPattern {
  readonly replacement: Func;
}

function ruleOf(p: NamedPattern, module: IRModule, ctx: PassContext): Rule[] {
  const replacement = [...module.functions.values()].find(
    (f): f is Func => f.kind === "relax.Function" && f.attrs.get(REPLACEMENT) === p.name,
  );
  if (replacement === undefined) {
    ctx.report(codes.noReplacement({ name: p.name, at: p.func.span }));
    return [];
  }
  const labels = labelsOf(p.pattern);
  const missing = replacement.params.find((v) => !labels.has(v.name));
  if (missing === undefined) return [{ ...p, replacement }];
  ctx.report(
    codes.replacementOperand({
      func: replacement.name,
      name: missing.name,
      pattern: p.func.name,
      known: [...labels].map((l) => `\`${l}\``).join(", "),
      at: missing.span ?? replacement.span,
    }),
  );
  return [];
}

function labelsOf(p: Pattern, found = new Set<string>()): ReadonlySet<string> {
  if (p.label !== undefined) found.add(p.label);
  const inner: readonly Pattern[] =
    p.kind === "call"
      ? (p.args ?? [])
      : p.kind === "tuple"
        ? p.fields
        : p.kind === "item"
          ? [p.tuple]
          : p.kind === "or"
            ? p.choices
            : p.kind === "and"
              ? p.all
              : [];
  for (const one of inner) labelsOf(one, found);
  return found;
}

const MOST_ROUNDS = 100;

function rewritten(
  module: IRModule,
  name: string,
  func: Func,
  rules: readonly Rule[],
  ctx: PassContext,
): Func {
  let current = func;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const plan = matchesOf(current, rules);
    if (plan.size === 0) return current;
    const before = current;
    const definitions = definitionsOf(before);
    const gone = unusedAfter(plan);
    current = rewriteFunction(module, name, before, {
      value(value, at, { var: v }) {
        if (gone.has(v)) return undefined;
        const match = plan.get(v);
        return match === undefined ? value : instance(match, at, definitions);
      },
    });
  }
  ctx.report(codes.endless({ name: rules[0]!.name, rounds: MOST_ROUNDS, at: func.span }));
  return func;
}

type Definitions = ReturnType<typeof definitionsOf>;

function matchesOf(func: Func, rules: readonly Rule[]): ReadonlyMap<Var, PatternMatch<Rule>> {
  const found = new Map<Var, PatternMatch<Rule>>();
  const analyzer = analyzerFor(func);
  eachBlock(func.body, (block) => {
    if (!block.dataflow) return;
    for (const m of blockMatches(block, rules, { analyzer, isClosed: false })) found.set(m.root, m);
  });
  return found;
}

/** Values inside matches that nothing else uses, nor the replacement. */
function unusedAfter(plan: ReadonlyMap<Var, PatternMatch<Rule>>): ReadonlySet<Var> {
  const gone = new Set<Var>();
  for (const { of, labels, bindings, closed } of plan.values()) {
    const needed = new Set<Node>();
    for (const p of of.replacement.params) needed.add(labels.get(p.name)!);
    for (const b of [...bindings].reverse()) {
      if (!needed.has(b.var)) continue;
      visit(b.value, { enter: (n) => void needed.add(n) });
    }
    for (const v of closed) if (!needed.has(v)) gone.add(v);
  }
  return gone;
}

/** The bindings of the replacement over the values of the match, put here; its result. */
function instance(match: PatternMatch<Rule>, at: Cursor, definitions: Definitions): Expr {
  const { replacement } = match.of;
  const images = makeSubstitution();
  for (const p of replacement.params) {
    const value = at.imageOf(match.labels.get(p.name)!);
    images.vars.set(p, value);
    const [formal, actual] = [dimsOf(p.sinfo), dimsOf(at.infer.infoOf(value))];
    formal?.forEach((d, i) => {
      if (d.kind === "tir.Var" && actual?.[i] !== undefined && !images.symbols.has(d))
        images.symbols.set(d, actual[i]);
    });
  }
  for (const block of replacement.body.blocks) {
    for (const b of block.bindings) {
      const value = applyTo(b.value, images);
      const own =
        value.kind === "relax.Call" ? withAttrs(value, match.labels.get(b.var.name), definitions) : value; // prettier-ignore
      // The last value is bound where the match was.
      if (b.var === replacement.body.body && own.kind !== "relax.Function") return own;
      images.vars.set(b.var, at.emit(own, b.var.name));
    }
  }
  return applyTo(replacement.body.body, images);
}

/** A call that has the name and operator of a call of the match takes over what it does not say itself. */
function withAttrs(call: Call, matched: Expr | undefined, definitions: Definitions): Call {
  const b = matched?.kind === "relax.Var" ? definitions.get(matched) : undefined;
  const source = b?.value;
  if (source?.kind !== "relax.Call" || source.op.kind !== "relax.Op") return call;
  const { op } = call;
  if (op.kind !== "relax.Op" || op.name !== source.op.name) return call;
  const attrs: Attrs = new Map(
    [...call.attrs].map(([key, value]) => [
      key,
      isDefault(op.name, key, value) ? (source.attrs.get(key) ?? value) : value,
    ]),
  );
  return { ...call, attrs };
}
