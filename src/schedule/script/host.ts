/** What `sch` and the further members of `S` mean while a schedule function runs. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { argumentsOf, bindArguments } from "../../template/arguments.js";
import { expand } from "../../template/calls.js";
import { codes as templateCodes } from "../../template/codes.js";
import type { EvaluatorHost } from "../../template/evaluator-host.js";
import { functionNames } from "../../template/library-functions/index.js";
import { unknown } from "../../template/names.js";
import { toCondition, truth } from "../../template/operators.js";
import { libraryScope } from "../../template/signature.js";
import { fail, placeOf, spanOf, type State } from "../../template/state.js";
import { dimValue, dtypeValue, intValue, none, pack, valueText, type Value } from "../../template/values.js"; // prettier-ignore
import { isBlockRef, isChosen } from "../reference.js";
import { allPrimitives, lookupPrimitive } from "../registry.js";
import { inspections } from "./inspect.js";
import { fromScheduleValue, hostValue, objectOf, toScheduleValue } from "./objects.js";
import { assume, perform, type Session } from "./session.js";
import { callTarget, TARGET_FIGURES, TARGET_FUNCTIONS, targetFigure } from "./target-object.js";
import { tunableValue, TUNABLES } from "./tunables.js";

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(templateCodes.invalidArgument({ ...placeOf(s, at), what }));

/** The host of a run. */
export function makeScheduleHost(session: Session): EvaluatorHost {
  return {
    isStatic: true,
    call(s, scope, root, name, call) {
      if (root !== "S") return undefined;
      const inspection = inspections.find((i) => i.name === name);
      if (inspection !== undefined) {
        const { positional, named } = argumentsOf(s, scope, call);
        const { min, max, params } = inspection;
        if (positional.length < min || positional.length > max || named.size > 0)
          wrong(s, call, `S.${name}(${params}) is called with other arguments`);
        return inspection.run(session, s, positional, call);
      }
      if (name === "assume") return assumption(session, s, argumentsOf(s, scope, call).positional, call); // prettier-ignore
      if (TUNABLES.includes(name)) return tunableValue(s, name, argumentsOf(s, scope, call), call);
      // Composed primitives of the prelude are members of `S`.
      const entry = session.library.lookup(name);
      if (entry?.kind !== "proc") {
        const known = [
          ...functionNames(),
          ...inspections.map((i) => i.name),
          "assume",
          ...TUNABLES,
        ];
        return unknown(s, call.func, `S.${name}`, known.map((n) => `S.${n}`)); // prettier-ignore
      }
      const { def, source } = entry;
      const { params, body } = def;
      const library = libraryScope(s, entry.library);
      return expand(s, { kind: "function", name, params, body, scope: library, source }, argumentsOf(s, scope, call), call); // prettier-ignore
    },
    property: (s, of, name, at) => property(session, s, of, name, at),
    item: () => undefined,
    apply(s, scope, callee, call) {
      const object = objectOf(callee);
      const args = argumentsOf(s, scope, call);
      if (object?.type === "target function") {
        const figure = callTarget(session.target, object.name, s, args, call);
        session.missedFigure ||= figure.kind === "none";
        return figure;
      }
      if (object?.type !== "primitive")
        return wrong(s, call, `${valueText(callee)} is no function`);
      const named: Record<string, ReturnType<typeof toScheduleValue>> = {};
      for (const [key, v] of args.named) named[key] = toScheduleValue(s, v, call);
      const positional = args.positional.map((v) => toScheduleValue(s, v, call));
      return fromScheduleValue(perform(session, object.name, positional, named, spanOf(s, call)));
    },
    attempt(body, handler) {
      const { schedule, assumed } = session;
      try {
        return body();
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        session.schedule = schedule;
        session.assumed = assumed;
        return handler();
      }
    },
  };
}

/** Adds a condition on symbols to what the schedule is for. */
function assumption(
  session: Session,
  s: State,
  positional: readonly Value[],
  at: ast.AstBase,
): Value {
  const bound = bindArguments(s, at, "S.assume", ["condition"], { positional, named: new Map() });
  const cond = bound.get("condition")!;
  const known = cond.kind === "pack" ? undefined : truth(cond);
  if (known === true) return none;
  const { expr, phase } = toCondition(s, cond, at);
  if (phase !== "dim" || known === false || s.analyzer.prove(expr) === false)
    return wrong(s, at, `${valueText(cond)} cannot be assumed here`);
  if (s.analyzer.prove(expr) === true) return none;
  s.analyzer.assume(expr);
  assume(session, expr);
  return none;
}

function property(
  session: Session,
  s: State,
  of: Value,
  name: string,
  at: ast.Expr,
): Value | undefined {
  const object = objectOf(of);
  switch (object?.type) {
    case "schedule":
      if (name === "target") return hostValue("the target", { type: "target" });
      if (lookupPrimitive(name) !== undefined)
        return hostValue(`the primitive \`${name}\``, { type: "primitive", name });
      return unknown(s, at, `sch.${name}`, [...allPrimitives().map((p) => `sch.${p.name}`), "sch.target"]); // prettier-ignore
    case "target": {
      if ((TARGET_FUNCTIONS as readonly string[]).includes(name))
        return hostValue(`sch.target.${name}`, { type: "target function", name });
      const figure = targetFigure(session.target, name);
      session.missedFigure ||= figure?.kind === "none";
      const known = [...TARGET_FIGURES, ...TARGET_FUNCTIONS];
      return (
        figure ??
        unknown(
          s,
          at,
          `sch.target.${name}`,
          known.map((n) => `sch.target.${n}`),
        )
      );
    }
    case "operand":
      if (name === "shape") return pack(object.shape.map(dimValue));
      if (name === "dtype") return dtypeValue(object.dtype);
      return name === "ndim" ? intValue(object.shape.length) : undefined;
    case "reference":
      if (isBlockRef(object.ref) && name === "name") return { kind: "str", value: object.ref.name };
      return isChosen(object.ref) && name === "value" ? intValue(object.ref.value) : undefined;
    default:
      return undefined;
  }
}
