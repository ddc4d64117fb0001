import { liftMarkdown } from "../../import/markdown.js";
import { liftPython, type Lifted } from "../../import/python.js";
import { DiagnosticError, Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { inputFlags } from "../common-flags.js";
import { inputOf } from "../inputs.js";

export const importCommand = defineCommand({
  name: "import",
  summary: "Lifts programs out of Python files and Markdown pages.",
  description:
    "Every decorated module, and the decorated functions of every scope, with the constants they use. One program goes " +
    "to standard output or to the file of -o; several go to the folder of -o, one file each. Nothing of the file is run.",
  args: [{ name: "FILE", help: "a .py file, a .md page, or - for Python on standard input" }],
  flags: {
    ...inputFlags,
    out: {
      type: "string",
      short: "o",
      placeholder: "PATH",
      help: "File, or folder for several programs.",
    },
    name: { type: "string", placeholder: "NAME", help: "Only the program of this name." },
  },
  examples: [
    { run: "relaxc import script.py -o kernel.relax", shows: "The program of a script" },
    { run: "relaxc import page.md -o kernels", shows: "All programs of a page, one file each" },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, out, say }) {
    const input = await inputOf(host, args, flags);
    const source = await input.read();
    const sink = new Diagnostics();
    const isPage = /\.(md|markdown)$/i.test(source.name);
    const all = isPage ? liftMarkdown(source, sink) : liftPython(source, sink);
    report({ file: input.path, diagnostics: sink.all });
    if (sink.failed) return "findings";
    const chosen = flags.name === undefined ? all : all.filter((p) => p.name === flags.name);
    if (chosen.length === 0) {
      const names = all.map((p) => p.name);
      const near = didYouMean(flags.name!, names);
      const hints = [near ?? `it has ${names.join(", ")}`];
      throw new DiagnosticError(codes.noProgram({ name: flags.name!, path: input.path, hints }));
    }
    const { out: target } = flags;
    if (target === undefined) {
      out(
        chosen
          .map((p) => (chosen.length === 1 ? p.text : `# ${p.name}, line ${p.line}\n${p.text}`))
          .join("\n\n"),
      );
    } else if (chosen.length === 1 && (await host.kindOf(target)) !== "folder") {
      await writeText(host, target, chosen[0]!.text);
    } else {
      await host.makeFolder(target);
      for (const [file, text] of fileNames(chosen)) {
        await writeText(host, `${target}/${file}`, text);
        say(`${target}/${file}\n`);
      }
    }
    return "ok";
  },
});

/** A file name for each program; programs of one name are told apart by their lines. */
function fileNames(programs: readonly Lifted[]): [string, string][] {
  return programs.map((p) => {
    const isUnique = programs.filter((other) => other.name === p.name).length === 1;
    return [`${p.name}${isUnique ? "" : `-${p.line}`}.relax`, p.text];
  });
}
