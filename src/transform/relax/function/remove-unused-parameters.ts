/** Parameters that nothing uses. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Func } from "../../../ir/relax/expr.js";
import { definePass } from "../../pass.js";
import { symbolsOf } from "../rewrite/index.js";
import { calledOnly, repeated, withSignatures, type SignatureChange } from "./private-signature.js";

/**
 * Precondition: A-normal form.
 * Result: private functions that are only called have no parameter that their bodies do not use and that no symbol needs.
 * Sound because the value of such a parameter changes nothing; its type is not checked any more.
 */
export const removeUnusedParameters = definePass({
  name: "remove-unused-parameters",
  dialect: "module",
  summary: "Removes parameters that private functions do not use.",
  options: {},
  run: (module) =>
    repeated(module, (before) => {
      const changes = new Map<string, SignatureChange>();
      for (const [name, func] of calledOnly(before)) {
        const change = trimmed(func);
        if (change !== undefined) changes.set(name, change);
      }
      return withSignatures(before, changes);
    }),
});

function trimmed(func: Func): SignatureChange | undefined {
  const kept = neededParams(func);
  if (kept.every(Boolean)) return undefined;
  return {
    func: { ...func, params: func.params.filter((_, i) => kept[i]) },
    call: (call) => ({ ...call, args: call.args.filter((_, i) => kept[i]) }),
  };
}

/** Which parameters the body mentions, or define a symbol that is used. */
function neededParams(func: Func): readonly boolean[] {
  const used = new Set<Node>();
  const use = (root: Node): void =>
    visit(root, {
      enter(node) {
        if (node.kind === "relax.Var" || node.kind === "tir.Var") used.add(node);
      },
    });
  use(func.body);
  use(func.retSinfo);
  const kept = func.params.map((p) => used.has(p));
  const keep = (index: number): void => {
    kept[index] = true;
    for (const s of symbolsOf(func.params[index]!.sinfo)) used.add(s);
  };
  kept.forEach((isKept, i) => isKept && keep(i));
  // A parameter that is kept for a symbol may mention others.
  for (let changed = true; changed;) {
    changed = false;
    const plain = func.params.map((p) => (p.sinfo === undefined ? [] : plainSymbols(p.sinfo)));
    const defined = new Set<Node>(plain.flatMap((symbols, i) => (kept[i] ? symbols : [])));
    const next = plain.findIndex(
      (symbols, i) => !kept[i] && symbols.some((s) => used.has(s) && !defined.has(s)),
    );
    if (next < 0) continue;
    keep(next);
    changed = true;
  }
  return kept;
}
