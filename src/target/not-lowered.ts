/** Statements that code generation does not take. */
import type { Block, Jump, Realize } from "../ir/tir/stmt.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { codegenCodes } from "./codes.js";

/** What to report of a statement that a pass should have lowered; of `break` and `continue` where no loop is around. */
export function notLowered(s: Block | Realize | Jump): DiagnosticError {
  const [what, pass] =
    s.kind === "tir.Block"
      ? [`block \`${s.name}\``, "convert-blocks"]
      : s.kind === "tir.Realize"
        ? [`\`T.realize\` of \`${s.region.buffer.name}\``, "plan-allocation"]
        : [`\`${s.jump}\` outside a loop`, "convert-blocks"];
  return new DiagnosticError(codegenCodes.notLowered({ what, pass, at: s.span }));
}
