/** Parse-time functions: a call is replaced by the body, with the parameters standing for the operands. */
import type { Call, Expr, Suite } from "../../../../grammar/ast/nodes.js";
import { codes } from "../../codes.js";
import { define, report, spanOf, withScope, type ElabContext } from "../../context.js";
import type { Entity, Macro } from "../../scope.js";
import type { Value } from "../../value.js";
import { constantValue } from "../constant.js";
import { bindArguments } from "./arguments.js";
import { elaborateValue, errorValue } from "./reader.js";

/** Expansions inside expansions; more means that a macro expands itself. */
const MACRO_LIMIT = 60;

/** What a parameter of a macro stands for. */
export function aliasEntity(value: Value): Entity {
  switch (value.kind) {
    case "tir.Var":
      return { kind: "scalar", var: value };
    case "tir.Buffer":
      return { kind: "buffer", buffer: value };
    case "error":
      return { kind: "error" };
    default:
      return { kind: "alias", value };
  }
}

/** Literals are template constants inside the macro, so that its conditions may test them. */
function operandEntity(ctx: ElabContext, at: Expr): Entity {
  const value = constantValue(ctx, at);
  if (value === undefined || value === null || typeof value === "object")
    return aliasEntity(elaborateValue(ctx, at));
  ctx.hasConstants = true;
  return { kind: "constant", value };
}

/** Binds the operands and runs `body` in the scope of the macro. Undefined when the call cannot be expanded. */
export function expandMacro<T>(
  ctx: ElabContext,
  macro: Macro,
  call: Call,
  body: (suite: Suite) => T,
): T | undefined {
  const { def } = macro;
  if (ctx.macroDepth > MACRO_LIMIT) {
    report(ctx, codes.macroDepth({ at: spanOf(ctx, call), name: def.name }));
    return undefined;
  }
  const params = def.params.map((p) =>
    p.star === "*"
      ? `*${p.name}`
      : p.star === "**"
        ? `**${p.name}`
        : p.default !== undefined
          ? `${p.name}?`
          : p.name,
  );
  const { values, rest } = bindArguments(ctx, def.name, call, params);
  const entities = new Map<string, Entity>();
  for (const p of def.params) {
    const at = values.get(p.name) ?? p.default;
    if (p.star === "*") {
      const items = rest.map((e) => elaborateValue(ctx, e));
      entities.set(p.name, { kind: "alias", value: { kind: "items", items, isList: false } });
    } else entities.set(p.name, at === undefined ? { kind: "error" } : operandEntity(ctx, at));
  }
  ctx.macroDepth++;
  const result = withScope(
    ctx,
    () => {
      for (const [name, entity] of entities) define(ctx, name, entity);
      return body(def.body);
    },
    macro.hygienic ? macro.scope : ctx.scope,
  );
  ctx.macroDepth--;
  return result;
}

/** A macro in an expression: its body must be a lone `return`. */
export function inlineExpression(ctx: ElabContext, macro: Macro, call: Call): Value {
  const value = expandMacro(ctx, macro, call, (suite) => {
    const only = suite.body[suite.body.length - 1];
    if (suite.body.length === 1 && only?.kind === "Return" && only.value !== undefined)
      return elaborateValue(ctx, only.value);
    const what = `macro \`${macro.def.name}\`, whose body is not a single \`return\`,`;
    report(ctx, codes.expectedExpression({ at: spanOf(ctx, call), what }));
    return errorValue;
  });
  return value ?? errorValue;
}
