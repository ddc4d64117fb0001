/** One line a finding, as compilers have always written them. */
import { arrange } from "../../support/arrange.js";
import { renderConcise } from "../../support/render.js";
import type { MakeReporter } from "./reporter.js";

export const conciseReporter: MakeReporter = ({ limit }) => ({
  file({ file, diagnostics }) {
    const { shown, hidden } = arrange(diagnostics, limit);
    const lines = shown.map((s) => renderConcise(s.diagnostic));
    if (hidden > 0) lines.push(`${file}: ${hidden} more not shown (--max-diagnostics)\n`);
    return lines.join("");
  },
  end: () => "",
});
