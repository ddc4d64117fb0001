/** `name = R.ExternFunc("symbol", type)` at module level. */
import type { Call } from "../../../grammar/ast/nodes.js";
import { externFunc, type ExternFunc } from "../../ir/module.js";
import { codes } from "../codes.js";
import { report, spanOf, type ElabContext } from "../context.js";
import { bodySite } from "./relax/symbols.js";
import { makeState } from "./relax/state.js";
import { elaborateType } from "./relax/types.js";
import { plainLiteral } from "./literal.js";
import { bindArguments } from "./tir/arguments.js";

/** An external function; undefined is an error that was reported. */
export function elaborateExternFunc(ctx: ElabContext, call: Call): ExternFunc | undefined {
  const params = ["global_symbol", "ty?", "/struct_info?", "/sinfo?", "span?"];
  const { values } = bindArguments(ctx, "R.ExternFunc", call, params);
  const at = values.get("global_symbol");
  const symbol = at && plainLiteral(ctx, at);
  if (at === undefined || typeof symbol !== "string") {
    if (at !== undefined)
      report(
        ctx,
        codes.expectedKind({ at: spanOf(ctx, at), expected: "a string", found: "something else" }),
      );
    return undefined;
  }
  const typeAt = values.get("ty") ?? values.get("struct_info") ?? values.get("sinfo");
  if (typeAt === undefined) return externFunc(symbol, undefined, spanOf(ctx, call));
  const info = elaborateType(makeState(ctx, symbol, false), typeAt, bodySite);
  if (info?.kind === "relax.FuncInfo") return externFunc(symbol, info, spanOf(ctx, call));
  if (info !== undefined) {
    report(
      ctx,
      codes.expectedKind({
        at: spanOf(ctx, typeAt),
        expected: "`R.Callable(…)`",
        found: "the type of a value",
      }),
    );
  }
  return undefined;
}
