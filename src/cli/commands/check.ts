import { checkText } from "../../driver/frontend.js";
import type { IRModule } from "../../ir/module.js";
import { Diagnostics, type Diagnostic } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { applyFixes, safeFixes } from "../../support/fixes.js";
import { makeProgress } from "../../support/progress.js";
import type { Source } from "../../support/source.js";
import { defineCommand } from "../command.js";
import { inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { inputsOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const check = defineCommand({
  name: "check",
  summary: "Parses, resolves and verifies programs, and reports every problem.",
  description:
    "A folder stands for all .relax files below it. With --report jsonl one object a file is written, whether or not " +
    "something was found. With --lib the libraries are checked too, and that each operator of a program has a lowering.",
  args: [{ name: "PATHS", help: "files, folders, or - for standard input", many: true }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...libraryFlags,
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
    const libraries = await librariesOf(host, flags.lib);
    const check = async (source: Source): Promise<readonly Diagnostic[]> => {
      const { module, diagnostics, failed } = checkText(source, options);
      if (failed) return diagnostics;
      const found = [...diagnostics];
      if (module.templates !== undefined) {
        const { checkTemplates } = await import("../../driver/check-templates.js");
        found.push(...checkTemplates(source, { isMixed: module.functions.size > 0 }));
        if (module.templates.includes("@C.fabric")) {
          const { fabricMistakes } = await import("../../driver/fabric/load.js");
          found.push(...fabricMistakes(source));
        }
      }
      if (areUsable) found.push(...(await findingsOfLowering(module, libraries)));
      return found;
    };
    let areUsable = false;
    for (const library of libraries) {
      const diagnostics = await check(library);
      report({ file: library.name, diagnostics });
      areUsable = !diagnostics.some((d) => d.severity === "error");
      if (!areUsable) break;
    }
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

/** What lowering the operators of a program by the libraries says; nothing is kept of it. */
async function findingsOfLowering(
  module: IRModule,
  libraries: readonly Source[],
): Promise<readonly Diagnostic[]> {
  const { lowerModule } = await import("../../driver/lower.js");
  const sink = new Diagnostics();
  await lowerModule(module, sink, { libraries });
  return sink.all;
}
