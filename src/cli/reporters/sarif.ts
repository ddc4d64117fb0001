/** SARIF 2.1.0: one run, one rule a code. */
import { inOrder, withoutRepeats } from "../../support/arrange.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { positionAt, type Span } from "../../support/source.js";
import type { MakeReporter } from "./reporter.js";

const uri = (path: string): string =>
  path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");

function location(file: string, span: Span | undefined, message?: string) {
  const artifactLocation = { uri: uri(span?.source.name ?? file) };
  const text = message === undefined ? {} : { message: { text: message } };
  if (span === undefined) return { physicalLocation: { artifactLocation }, ...text };
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  const region = {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
  return { physicalLocation: { artifactLocation, region }, ...text };
}

const result = (file: string, d: Diagnostic) => ({
  ruleId: d.code,
  level: d.severity,
  message: { text: [d.message, ...d.notes, ...d.hints.map((h) => `hint: ${h}`)].join("\n") },
  locations: [location(file, d.span)],
  relatedLocations: d.labels.map((label, id) => ({
    id,
    ...location(file, label.span, label.message),
  })),
});

export const sarifReporter: MakeReporter = ({ version }) => {
  const results: ReturnType<typeof result>[] = [];
  const rules = new Map<string, string>();
  return {
    file({ file, diagnostics }) {
      for (const d of inOrder(withoutRepeats(diagnostics))) {
        rules.set(d.code, d.name);
        results.push(result(file, d));
      }
      return "";
    },
    end() {
      const ordered = [...rules].sort(([a], [b]) => (a < b ? -1 : 1));
      const driver = {
        name: "relaxc",
        version,
        rules: ordered.map(([id, name]) => ({
          id,
          name,
          helpUri: `docs/reference/diagnostics/${id.slice(0, 3)}.md`,
        })),
      };
      const log = {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
      };
      return `${JSON.stringify(log, null, 2)}\n`;
    },
  };
};
