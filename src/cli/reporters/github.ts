/** Workflow commands that GitHub shows as annotations. */
import { inOrder, withoutRepeats } from "../../support/arrange.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { positionAt } from "../../support/source.js";
import type { MakeReporter } from "./reporter.js";

const LEVELS = { error: "error", warning: "warning", note: "notice" } as const;

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

function annotation(file: string, d: Diagnostic): string {
  const place = [`file=${property(d.span?.source.name ?? file)}`];
  if (d.span !== undefined) {
    const start = positionAt(d.span.source, d.span.start);
    const end = positionAt(d.span.source, d.span.end);
    place.push(
      `line=${start.line}`,
      `col=${start.column}`,
      `endLine=${end.line}`,
      `endColumn=${end.column}`,
    );
  }
  place.push(`title=${property(`${d.code} ${d.name}`)}`);
  const text = [d.message, ...d.notes, ...d.hints.map((h) => `hint: ${h}`)].join("\n");
  return `::${LEVELS[d.severity]} ${place.join(",")}::${data(text)}\n`;
}

export const githubReporter: MakeReporter = () => ({
  file: ({ file, diagnostics }) =>
    inOrder(withoutRepeats(diagnostics))
      .map((d) => annotation(file, d))
      .join(""),
  end: () => "",
});
