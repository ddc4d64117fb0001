import { checkText } from "../../driver/frontend.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { applyFixes, safeFixes } from "../../support/fixes.js";
import { makeProgress } from "../../support/progress.js";
import type { Source } from "../../support/source.js";
import { defineCommand } from "../command.js";
import { inputFlags, programFlags } from "../common-flags.js";
import { inputsOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const check = defineCommand({
  name: "check",
  summary: "Parses, resolves and verifies programs, and reports every problem.",
  description:
    "A folder stands for all .relax files below it. With --report jsonl one object a file is written, whether or not " +
    "something was found.",
  args: [{ name: "PATHS", help: "files, folders, or - for standard input", many: true }],
  flags: {
    ...inputFlags,
    ...programFlags,
    fix: { type: "boolean", help: "Apply the fixes that do not change the meaning of a program." },
  },
  examples: [
    {
      run: "relaxc check samples/01-matmul-relu.relax",
      shows: "What the checker proves and what it asks for",
    },
    { run: "relaxc check --report jsonl samples", shows: "All samples, one JSON object a file" },
  ],
  diagnosticsTo: "stdout",
  async run({ host, args, flags, report, say }) {
    const options = elaborateOptions(flags);
    const check = async (source: Source): Promise<readonly Diagnostic[]> => {
      const { module, diagnostics, failed } = checkText(source, options);
      if (failed || module.templates === undefined) return diagnostics;
      const { checkTemplates } = await import("../../driver/check-templates.js");
      return [...diagnostics, ...checkTemplates(source, { isMixed: module.functions.size > 0 })];
    };
    const inputs = await inputsOf(host, args, flags);
    const progress = makeProgress(host.stderr, host.now);
    let fixed = 0;
    for (const [i, input] of inputs.entries()) {
      if (!flags.quiet) progress.update(`check ${i}/${inputs.length} files  ${input.path}`);
      let source = await input.read();
      let diagnostics = await check(source);
      if (flags.fix && !input.isStdin) {
        const { text, applied } = applyFixes(source, safeFixes(diagnostics));
        if (applied > 0) {
          await writeText(host, input.path, text);
          source = { name: source.name, text };
          diagnostics = await check(source);
          fixed += applied;
        }
      }
      report({ file: input.path, diagnostics });
      if (host.interrupted.aborted) break;
    }
    progress.done();
    if (fixed > 0) say(`${fixed} fixed\n`);
    return "ok";
  },
});
