/** Functions of `S` that ask what is known of lengths: the only way from dims to static values. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { codes } from "../codes.js";
import { OpenAnalyzer } from "../open-numbers.js";
import { toCondition, truth } from "../operators.js";
import { fail, placeOf, type State } from "../state.js";
import { boolValue, valueText, type Value } from "../values.js";
import { libraryFunctionOf as f, type LibraryFunction } from "./library-function.js";

/** Whether something is a constant; of a pack, whether all are. */
function known(s: State, v: Value): boolean {
  if (v.kind === "pack") return v.items.every((x) => known(s, x));
  if (v.kind !== "expr" || v.expr.kind === "tir.IntImm" || v.expr.kind === "tir.FloatImm")
    return true;
  if (s.analyzer instanceof OpenAnalyzer) s.analyzer.need(v.expr);
  return false;
}

function answer(s: State, v: Value, at: AstBase): boolean | undefined {
  const fixed = v.kind === "pack" ? undefined : truth(v);
  if (fixed !== undefined) return fixed;
  const { expr, phase } = toCondition(s, v, at);
  if (phase === "value")
    fail(codes.phase({ ...placeOf(s, at), what: valueText(v), construct: "a proof" }));
  return expr.kind === "tir.IntImm" ? expr.value !== 0 : s.analyzer.prove(expr);
}

export const proofFunctions: readonly LibraryFunction[] = [
  f("known", "d", "a bool", "Whether a length is constant; afterwards it stands where a number is needed.", (s, [d]) => boolValue(known(s, d!))),
  f("proved", "c", "a bool", "Whether the condition holds for all lengths that are possible here.", (s, [c], at) => boolValue(answer(s, c!, at) === true)),
  f("refuted", "c", "a bool", "Whether the condition holds for none.", (s, [c], at) => boolValue(answer(s, c!, at) === false)),
]; // prettier-ignore
