/** One JSON object a file, in the short form. */
import { inOrder, withoutRepeats } from "../../support/arrange.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { positionAt } from "../../support/source.js";
import { isOk, type MakeReporter } from "./reporter.js";

export const jsonlReporter: MakeReporter = () => ({
  file(report) {
    const diagnostics = inOrder(withoutRepeats(report.diagnostics)).map(shortForm);
    return `${JSON.stringify({ file: report.file, ok: isOk(report), diagnostics })}\n`;
  },
  end: () => "",
});

/** `{code, severity, line, column, endLine, endColumn, message, hint?}`; a finding without a place is at 1:1. */
export function shortForm({ code, severity, span, message, hints }: Diagnostic) {
  const start = span === undefined ? { line: 1, column: 1 } : positionAt(span.source, span.start);
  const end = span === undefined ? start : positionAt(span.source, span.end);
  return {
    code,
    severity,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message,
    ...(hints.length === 0 ? {} : { hint: hints.join("; ") }),
  };
}
