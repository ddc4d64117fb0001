import { checkText } from "../../driver/frontend.js";
import { explainLowering, lowerModule } from "../../driver/lower.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { printModule } from "../../syntax/index.js";
import { targetText } from "../../target/cgra/fabric/features.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { dialectFlags, inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { fabricNamed } from "../fabric.js";
import { inputOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const lower = defineCommand({
  name: "lower",
  summary: "Prints a program with its operators lowered to loop nests.",
  description:
    "Each operator is lowered by a template of the standard library or of a library given with --lib. With --explain " +
    "the candidates of each call are listed instead, with the reason why those before the one taken do not apply.",
  args: [{ name: "FILE", help: "a file, or - for standard input" }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...libraryFlags,
    ...dialectFlags,
    target: {
      type: "string",
      placeholder: "NAME",
      help: "Also take templates for this target.",
    },
    fabric: {
      type: "string",
      placeholder: "FABRIC",
      help: "Also take templates for this fabric, as a build with `--target cgra` does: a preset, a file *.fabric.json, or FILE.relax[:NAME].",
    },
    explain: { type: "boolean", help: "Tell for each call which template is taken, and why." },
  },
  examples: [
    {
      run: "relaxc lower samples/21-graph-operators.relax",
      shows: "The loop nests of a graph",
    },
    {
      run: "relaxc lower samples/21-graph-operators.relax --explain",
      shows: "Which template each call takes",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, complain, out }) {
    if (flags.target !== undefined && flags.fabric !== undefined) {
      complain(codes.flagConflict({ flag: "--target", other: "--fabric" }));
      return "usage";
    }
    const input = await inputOf(host, args, flags);
    const { path } = input;
    const front = checkText(await input.read(), elaborateOptions(flags));
    report({ file: path, diagnostics: front.diagnostics });
    if (front.failed) return "findings";
    const sink = new Diagnostics();
    const fabric = flags.fabric && (await fabricNamed(flags.fabric, host, sink));
    if (sink.failed) {
      complain(...sink.all);
      return "findings";
    }
    const target = fabric ? targetText(fabric) : flags.target;
    const options = { libraries: await librariesOf(host, flags.lib), target };
    if (flags.explain) {
      const text = await explainLowering(front.module, sink, options);
      report({ file: path, diagnostics: sink.all });
      out(text);
      return sink.failed ? "findings" : "ok";
    }
    const module = await lowerModule(front.module, sink, options);
    report({ file: path, diagnostics: sink.all });
    if (module === undefined) return "findings";
    out(printModule(module, { dialect: flags.dialect }));
    return "ok";
  },
});
