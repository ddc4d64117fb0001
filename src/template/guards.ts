/** Preconditions of an instance: proved, refuted at the call, or left to be checked at the entry. */
import type { AstBase } from "../../grammar/ast/nodes.js";
import { exprText } from "../arith/index.js";
import { codes } from "./codes.js";
import { toCondition, truth } from "./operators.js";
import { fail, placeOf, spanOf, type State } from "./state.js";
import { valueText, type Value } from "./values.js";

/** Demands a condition over statics and symbols; `found` tells what is there instead. */
export function require(
  s: State,
  cond: Value,
  message: string,
  at: AstBase,
  found: () => string | undefined = () => undefined,
): void {
  const known = cond.kind === "pack" ? undefined : truth(cond);
  if (known === true) return;
  if (known === false) return refused(s, message, at, found() ?? "the condition does not hold");
  const { expr, phase } = toCondition(s, cond, at);
  if (phase !== "dim")
    fail(codes.phase({ ...placeOf(s, at), what: valueText(cond), construct: "a precondition" }));
  const answer = s.analyzer.prove(expr);
  if (answer === true) return;
  if (answer === false) return refused(s, message, at, found() ?? `${exprText(expr)} is false`);
  s.guards.push({ cond: s.analyzer.simplify(expr), message });
  s.analyzer.assume(expr);
}

/** LOW004 at the call, with the line of the template. */
function refused(s: State, message: string, at: AstBase, found: string): never {
  const place = placeOf(s, at);
  if (s.call === undefined) return fail(codes.precondition({ ...place, message, found }));
  return fail(
    codes.precondition({
      at: s.call,
      labels: [{ span: spanOf(s, at), message: `demanded here by \`${s.template}\`` }],
      notes: place.notes,
      message,
      found,
    }),
  );
}
