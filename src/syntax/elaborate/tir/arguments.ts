/** Binding of call arguments to parameters. Every argument is consumed or reported. */
import type { Argument, Call, Expr } from "../../../../grammar/ast/nodes.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import { expandStarred } from "./starred.js";

export interface Bound {
  readonly values: ReadonlyMap<string, Expr>;
  /** Arguments of the `*rest` parameter. */
  readonly rest: readonly Expr[];
  /** Keywords of the `**rest` parameter. */
  readonly keywords: readonly (readonly [string, Expr])[];
}

/**
 * Binds arguments by position and keyword. Parameters are `name`, `name?` (may be absent), `/name?` (keyword only),
 * `*name` (the rest) and `**name` (any other keyword). Mistakes are reported; what could be bound is returned.
 */
export function bindArguments(
  ctx: ElabContext,
  callee: string,
  call: Call,
  params: readonly string[],
): Bound {
  const positional: string[] = [];
  const names = new Map<string, boolean>();
  let takesRest = false;
  let takesKeywords = false;
  for (const param of params) {
    if (param.startsWith("**")) takesKeywords = true;
    else if (param.startsWith("*")) takesRest = true;
    else {
      const optional = param.endsWith("?");
      const keywordOnly = param.startsWith("/");
      const name = param.slice(keywordOnly ? 1 : 0, optional ? -1 : undefined);
      names.set(name, optional);
      if (!keywordOnly) positional.push(name);
    }
  }
  const values = new Map<string, Expr>();
  const rest: Expr[] = [];
  const keywords: (readonly [string, Expr])[] = [];
  let next = 0;
  let count = 0;
  for (const argument of argumentsOf(ctx, call)) {
    const { name, value } = argument;
    if (name === undefined) {
      count++;
      const param = positional[next++];
      if (param !== undefined) values.set(param, value);
      else if (takesRest) rest.push(value);
      else if (count === positional.length + 1)
        tooMany(ctx, callee, call, positional.length, argument);
    } else if (names.has(name)) {
      if (values.has(name))
        report(ctx, codes.repeatedArgument({ at: spanOf(ctx, argument), callee, name }));
      values.set(name, value);
    } else if (takesKeywords) keywords.push([name, value]);
    else unknownKeyword(ctx, callee, argument, name, names.keys());
  }
  for (const [name, optional] of names) {
    if (!optional && !values.has(name))
      report(ctx, codes.missingArgument({ at: spanOf(ctx, call), callee, name }));
  }
  return { values, rest, keywords };
}

/** The arguments of a call with `*constant` expanded. */
export function argumentsOf(ctx: ElabContext, call: Call): readonly Argument[] {
  let plain = true;
  for (const a of call.args) if (a.value.kind === "Starred" || a.doubleStar) plain = false;
  if (plain) return call.args;
  const out: Argument[] = [];
  for (const a of call.args) {
    if (a.doubleStar)
      report(ctx, codes.notPartOfLanguage({ at: spanOf(ctx, a), construct: "`**` in a call" }));
    else if (a.value.kind === "Starred") {
      for (const value of expandStarred(ctx, a.value))
        out.push({ kind: "Argument", value, start: a.start, end: a.end });
    } else out.push(a);
  }
  return out;
}

function tooMany(ctx: ElabContext, callee: string, call: Call, limit: number, at: Argument): void {
  const count = call.args.filter((a) => a.name === undefined).length;
  report(ctx, codes.tooManyArguments({ at: spanOf(ctx, at), callee, limit, count }));
}

/** Reports a keyword that the callee does not have. */
export function unknownKeyword(
  ctx: ElabContext,
  callee: string,
  at: Argument,
  name: string,
  known: Iterable<string>,
): void {
  const all = [...known];
  const near = didYouMean(name, all);
  const hint =
    near ??
    (all.length === 0
      ? "it has no keyword parameters"
      : `it has ${all.map((n) => `\`${n}\``).join(", ")}`);
  report(ctx, codes.unknownKeyword({ at: spanOf(ctx, at), callee, name, hints: [hint] }));
}
