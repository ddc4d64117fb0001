/** The report for people: one rendered block a finding. */
import { arrange } from "../../support/arrange.js";
import { renderDiagnostic } from "../../support/render.js";
import type { MakeReporter } from "./reporter.js";

export const fullReporter: MakeReporter = ({ palette, ascii, limit }) => ({
  file({ file, diagnostics }) {
    const { shown, hidden } = arrange(diagnostics, limit);
    const blocks = shown.map((s) =>
      renderDiagnostic(s.diagnostic, { palette, ascii, also: s.also }),
    );
    if (hidden > 0) blocks.push(`${file}: ${hidden} more not shown (--max-diagnostics)\n`);
    return blocks.join("");
  },
  end: () => "",
});
