/** Statements that mean nothing to a file or a module: passed over, or refused. */
import type { Stmt } from "../../../grammar/ast/nodes.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import type { Span } from "../../support/source.js";
import { codes } from "../codes.js";
import { report, spanOf, type ElabContext } from "../context.js";
import { insteadOf } from "../python-constructs.js";

/** Passes over texts, `pass` and what was reported before; anything else is refused in the words of `refused`. */
export function otherItem(
  ctx: ElabContext,
  stmt: Stmt,
  refused: (mistake: { readonly at: Span; readonly what: string }) => Diagnostic,
): void {
  const at = spanOf(ctx, stmt);
  switch (stmt.kind) {
    case "ExprStmt":
      if (stmt.value.kind === "Str" || stmt.value.kind === "ErrorExpr") return;
      break;
    case "Pass":
    case "ErrorStmt":
      return;
    case "UnsupportedStmt": {
      const { construct } = stmt;
      report(ctx, codes.notPartOfLanguage({ at, construct, hints: insteadOf(construct) }));
      return;
    }
    default:
  }
  report(ctx, refused({ at, what: describeStatement(stmt) }));
}

/** What a message calls a statement. */
function describeStatement(stmt: Stmt): string {
  switch (stmt.kind) {
    case "ExprStmt":
      return "an expression";
    case "Assign":
    case "AnnAssign":
    case "AugAssign":
      return "an assignment";
    case "For":
    case "While":
      return "a loop";
    case "If":
      return "`if`";
    case "With":
      return "`with`";
    case "ClassDef":
      return "a class";
    default:
      return `\`${stmt.kind.toLowerCase()}\``;
  }
}
