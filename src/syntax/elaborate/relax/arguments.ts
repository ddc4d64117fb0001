/** Arguments of forms with a fixed list of parameters. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { relaxCodes } from "../../relax-codes.js";
import { at, fail, type FunctionState } from "./state.js";

/**
 * Matches the arguments of a call to parameters, each written `name|alias…`, with `?` at the end when it may be
 * absent. Undefined when they do not fit (reported).
 */
export function takeArguments(
  state: FunctionState,
  call: A.Call,
  op: string,
  parameters: readonly string[],
): Map<string, A.Expr> | undefined {
  const specs = parameters.map((p) => {
    const optional = p.endsWith("?");
    return { names: (optional ? p.slice(0, -1) : p).split("|"), optional };
  });
  const taken = new Map<string, A.Expr>();
  let position = 0;
  for (const a of call.args) {
    const spec =
      a.name === undefined ? specs[position++] : specs.find((s) => s.names.includes(a.name!));
    if (a.doubleStar || a.value.kind === "Starred") {
      fail(
        state,
        relaxCodes.expressionNotAllowed({ at: at(state, a), construct: "`*` in a call" }),
      );
      return undefined;
    }
    if (spec === undefined) {
      const hints = [`it takes ${specs.map((s) => `\`${s.names[0]}\``).join(", ")}`];
      if (a.name !== undefined)
        fail(state, relaxCodes.unknownKeyword({ at: at(state, a), op, name: a.name, hints }));
      else
        fail(
          state,
          relaxCodes.tooManyArguments({
            at: at(state, a),
            op,
            limit: specs.length,
            count: call.args.length,
          }),
        );
      return undefined;
    }
    const name = spec.names[0]!;
    if (taken.has(name)) {
      fail(state, relaxCodes.repeatedArgument({ at: at(state, a), op, name }));
      return undefined;
    }
    taken.set(name, a.value);
  }
  for (const { names, optional } of specs) {
    if (optional || taken.has(names[0]!)) continue;
    fail(state, relaxCodes.missingArgument({ at: at(state, call), op, name: names[0]! }));
    return undefined;
  }
  return taken;
}
