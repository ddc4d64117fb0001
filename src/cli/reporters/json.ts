/** One JSON document with everything a finding has. */
import { inOrder, withoutRepeats } from "../../support/arrange.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { positionAt, type Span } from "../../support/source.js";
import type { MakeReporter } from "./reporter.js";

export const jsonReporter: MakeReporter = () => {
  const all: ReturnType<typeof longForm>[] = [];
  return {
    file({ file, diagnostics }) {
      all.push(...inOrder(withoutRepeats(diagnostics)).map((d) => longForm(file, d)));
      return "";
    },
    end: () => `${JSON.stringify({ schema: "diagnostics/1", diagnostics: all }, null, 2)}\n`,
  };
};

/** A span as `{start: {line, column, offset}, end}`, lines and columns from 1, offsets in UTF-16 units. */
export const rangeOf = ({ source, start, end }: Span) => ({
  start: { ...positionAt(source, start), offset: start },
  end: { ...positionAt(source, end), offset: end },
});

const placed = ({ span, message }: { readonly span: Span; readonly message: string }) => ({
  file: span.source.name,
  range: rangeOf(span),
  message,
});

/** The full machine form of a finding. */
export const longForm = (file: string, d: Diagnostic) => ({
  code: d.code,
  name: d.name,
  severity: d.severity,
  message: d.message,
  file: d.span?.source.name ?? file,
  ...(d.span === undefined ? {} : { range: rangeOf(d.span) }),
  ...(d.label === undefined ? {} : { label: d.label }),
  labels: d.labels.map(placed),
  ...(d.because === undefined ? {} : { because: d.because }),
  notes: d.notes,
  hints: d.hints,
  fixes: d.fixes.map(({ title, safe, edits }) => ({
    title,
    safe,
    edits: edits.map(({ span, text }) => ({
      file: span.source.name,
      range: rangeOf(span),
      text,
    })),
  })),
  url: `docs/reference/diagnostics/${d.code.slice(0, 3)}.md#${d.code.toLowerCase()}`,
});
