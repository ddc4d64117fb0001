/** Recognises parse-time functions by their decorator. */
import type { FunctionDef } from "../../../../grammar/ast/nodes.js";
import { codes } from "../../codes.js";
import { memberOf, report, spanOf, type ElabContext } from "../../context.js";
import type { Macro } from "../../scope.js";
import { plainLiteral } from "../literal.js";

/** A macro from `@T.macro`, `@T.inline` or `@R.macro`; undefined for other definitions. */
export function macroOf(ctx: ElabContext, def: FunctionDef): Macro | undefined {
  for (const decorator of def.decorators) {
    const member = memberOf(ctx, decorator.kind === "Call" ? decorator.func : decorator);
    if (member === undefined || (member.name !== "macro" && member.name !== "inline")) continue;
    let hygienic = true;
    for (const a of decorator.kind === "Call" ? decorator.args : []) {
      if (a.name === "hygienic") hygienic = plainLiteral(ctx, a.value) !== false;
      else
        report(
          ctx,
          codes.unknownOption({
            at: spanOf(ctx, a),
            decorator: `T.${member.name}`,
            name: a.name ?? "",
          }),
        );
    }
    if (!hygienic)
      report(ctx, codes.unhygienicMacro({ at: spanOf(ctx, decorator), name: def.name }));
    return { def, dialect: member.dialect === "R" ? "R" : "T", hygienic, scope: ctx.scope };
  }
  return undefined;
}
