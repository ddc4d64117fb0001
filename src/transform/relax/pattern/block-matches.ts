/** Matches in a block that do not overlap. */
import type { Analyzer } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import type { Binding, BindingBlock, Func, Var } from "../../../ir/relax/expr.js";
import { matchPattern, type Match } from "./match.js";
import type { Pattern } from "./pattern.js";

/** A match with the variable of its result. */
export interface PatternMatch<P extends { readonly pattern: Pattern }> extends Match {
  readonly of: P;
  readonly root: Var;
  /** The bindings it describes, in order. */
  readonly bindings: readonly Binding[];
  /** Its values that nothing outside uses. */
  readonly closed: ReadonlySet<Var>;
}

export interface BlockSearch<P> {
  readonly analyzer: Analyzer;
  /** Values inside a match are used only there, so that they can be taken away. */
  readonly isClosed: boolean;
  /** Says no to a match. */
  accepts?(match: Match, root: Var, of: P): boolean;
}

/** The matches of the patterns in a block: earlier patterns first, and of each the last places first. */
export function blockMatches<P extends { readonly pattern: Pattern }>(
  block: BindingBlock,
  patterns: readonly P[],
  search: BlockSearch<P>,
): readonly PatternMatch<P>[] {
  const values = new Map<Var, Binding>(block.bindings.map((b) => [b.var, b]));
  const users = usersOf(block);
  const taken = new Set<Var>();
  const definition = (v: Var): Binding["value"] | undefined => {
    const b = values.get(v);
    return b?.kind === "relax.VarBinding" && !taken.has(v) ? b.value : undefined;
  };
  const position = new Map(block.bindings.map((b, i) => [b.var, i]));
  const found: PatternMatch<P>[] = [];
  for (const of of patterns) {
    for (let i = block.bindings.length - 1; i >= 0; i--) {
      const root = block.bindings[i]!.var;
      if (taken.has(root)) continue;
      const match = matchPattern(of.pattern, root, { definition, analyzer: search.analyzer });
      if (match === undefined || !match.inner.has(root)) continue;
      const closed = closedValues(match, root, users);
      if (search.isClosed && closed.size + 1 < match.inner.size) continue;
      if (search.accepts?.(match, root, of) === false) continue;
      for (const v of match.inner.keys()) taken.add(v);
      const bindings = [...match.inner.keys()]
        .sort((a, b) => position.get(a)! - position.get(b)!)
        .map((v) => values.get(v)!);
      found.push({ ...match, of, root, bindings, closed });
    }
  }
  return found.sort((a, b) => position.get(a.root)! - position.get(b.root)!);
}

/** Values of the match but its root that only the root and others of them use. */
function closedValues(
  match: Match,
  root: Var,
  users: ReadonlyMap<Var, readonly Var[]>,
): ReadonlySet<Var> {
  const closed = new Set([...match.inner.keys()].filter((v) => v !== root && v.dataflow));
  // What a value with other uses needs is needed too.
  for (let changed = true; changed;) {
    changed = false;
    for (const v of closed) {
      if ((users.get(v) ?? []).every((u) => u === root || closed.has(u))) continue;
      closed.delete(v);
      changed = true;
    }
  }
  return closed;
}

/** For each variable the variables whose bindings mention it. */
function usersOf(block: BindingBlock): ReadonlyMap<Var, readonly Var[]> {
  const users = new Map<Var, Var[]>();
  for (const b of block.bindings) {
    const note = (node: Func | Binding["value"]): void =>
      visit(node, {
        enter(n) {
          if (n.kind !== "relax.Var") return;
          const list = users.get(n);
          if (list === undefined) users.set(n, [b.var]);
          else if (list[list.length - 1] !== b.var) list.push(b.var);
        },
      });
    note(b.value);
  }
  return users;
}
