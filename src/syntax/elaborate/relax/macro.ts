/** `@R.macro`: a call expands to the bindings of the macro's body. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { codes } from "../../codes.js";
import { define, withScope } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import type { Macro } from "../../scope.js";
import { itemOf } from "./call-op.js";
import { elaborateExpr } from "./expression.js";
import { anyOperand } from "./operand.js";
import { at, fail, type FunctionState } from "./state.js";
import { elaborateStatement } from "./statement.js";
import { errorValue, isPrim, type RValue } from "./value.js";

const MACRO_DEPTH = 100;

/** Value of a macro call. */
export function expandMacro(state: FunctionState, macro: Macro, call: A.Call): RValue {
  const { ctx } = state;
  const { def } = macro;
  if (ctx.depth > MACRO_DEPTH) {
    fail(state, codes.macroDepth({ at: at(state, call), name: def.name }));
    return errorValue;
  }
  const given = new Map<string, A.Expr>();
  call.args.forEach((a, i) => {
    const name = a.name ?? def.params[i]?.name;
    if (name !== undefined && def.params.some((p) => p.name === name)) given.set(name, a.value);
    else
      fail(
        state,
        relaxCodes.tooManyArguments({
          at: at(state, a),
          op: def.name,
          limit: def.params.length,
          count: call.args.length,
        }),
      );
  });
  const values: [string, RValue][] = [];
  for (const { name } of def.params) {
    const node = given.get(name);
    if (node === undefined) {
      fail(state, relaxCodes.missingArgument({ at: at(state, call), op: def.name, name }));
      return errorValue;
    }
    values.push([name, itemOf(state, node).value]);
  }
  ctx.depth += 10;
  const value = withScope(
    ctx,
    () => body(state, macro, values, call),
    macro.hygienic ? macro.scope : ctx.scope,
  );
  ctx.depth -= 10;
  return value;
}

function body(
  state: FunctionState,
  macro: Macro,
  values: readonly (readonly [string, RValue])[],
  call: A.Call,
): RValue {
  const { ctx } = state;
  const { def } = macro;
  for (const [name, value] of values) {
    if (value.kind === "error") define(ctx, name, { kind: "error" });
    else if (isPrim(value)) define(ctx, name, { kind: "alias", value });
    else if (value.kind === "literal") define(ctx, name, { kind: "constant", value: value.value });
    else {
      const operand = anyOperand(state, { value, node: call }, { op: def.name, name });
      define(
        ctx,
        name,
        operand === undefined ? { kind: "error" } : { kind: "relax", value: operand },
      );
    }
  }
  const stmts = def.body.body;
  const last = stmts[stmts.length - 1];
  if (last?.kind !== "Return" || last.value === undefined) {
    fail(
      state,
      relaxCodes.macroReturn({
        at: { source: ctx.source, start: def.nameStart, end: def.nameEnd },
        name: def.name,
      }),
    );
    return errorValue;
  }
  for (const stmt of stmts.slice(0, -1)) elaborateStatement(state, stmt);
  return elaborateExpr(state, last.value);
}
