/** Arguments of a call, evaluated, stars spliced. */
import type * as ast from "../../grammar/ast/nodes.js";
import { codes } from "./codes.js";
import { evaluate, splice } from "./evaluate.js";
import type { Scope } from "./scope.js";
import { fail, placeOf, type State } from "./state.js";
import type { Value } from "./values.js";

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** All arguments of a call. */
export function argumentsOf(s: State, scope: Scope, call: ast.Call): Arguments {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  for (const a of call.args) {
    if (a.doubleStar) fail(codes.unsupportedConstruct({ ...placeOf(s, a), what: "`**`" }));
    else if (a.name !== undefined) named.set(a.name, evaluate(s, scope, a.value));
    else if (a.value.kind === "Starred") positional.push(...splice(s, scope, a.value));
    else positional.push(evaluate(s, scope, a.value));
  }
  return { positional, named };
}

/** Arguments by the names of parameters; a trailing `?` marks those that may be left out. */
export function bindArguments(
  s: State,
  at: ast.AstBase,
  callee: string,
  params: readonly string[],
  { positional, named }: Arguments,
): Map<string, Value> {
  const names = params.map((p) => p.replace("?", ""));
  const wrong = (what: string): never => fail(codes.invalidArgument({ ...placeOf(s, at), what }));
  if (positional.length > names.length)
    wrong(`${callee} takes ${names.length} arguments, but ${positional.length} are given`);
  const bound = new Map<string, Value>();
  positional.forEach((v, i) => bound.set(names[i]!, v));
  for (const [name, v] of named) {
    if (!names.includes(name)) wrong(`${callee} has no parameter \`${name}\``);
    if (bound.has(name)) wrong(`\`${name}\` of ${callee} is given twice`);
    bound.set(name, v);
  }
  params.forEach((p, i) => {
    if (!p.endsWith("?") && !bound.has(names[i]!)) wrong(`${callee} needs \`${names[i]!}\``);
  });
  return bound;
}
