import { formatText } from "../../format/index.js";
import { writeText } from "../../support/host.js";
import { defineCommand } from "../command.js";
import { inputFlags } from "../common-flags.js";
import { inputsOf } from "../inputs.js";

export const format = defineCommand({
  name: "format",
  summary: "Lays programs out, keeping comments and meaning.",
  description:
    "Without --check or --write the text of each file goes to standard output. A file with syntax errors is reported " +
    "and left as it is.",
  args: [{ name: "PATHS", help: "files, folders, or - for standard input", many: true }],
  flags: {
    ...inputFlags,
    check: {
      type: "boolean",
      help: "Write nothing; name the files that would change, with exit code 1.",
    },
    write: { type: "boolean", help: "Write the files in place." },
  },
  examples: [
    { run: "relaxc format --check samples", shows: "Which samples are not laid out" },
    {
      run: "relaxc format samples/01-matmul-relu.relax",
      shows: "The text laid out, on standard output",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, out }) {
    let changed = 0;
    for (const input of await inputsOf(host, args, flags)) {
      const source = await input.read();
      const { text, diagnostics } = formatText(source.text, { name: source.name });
      const failed = diagnostics.some((d) => d.severity === "error");
      if (failed) report({ file: input.path, diagnostics });
      const differs = !failed && text !== source.text;
      if (flags.check) {
        if (differs) out(`${input.path}\n`);
      } else if (flags.write && !input.isStdin) {
        if (differs) await writeText(host, input.path, text);
      } else if (!failed) out(text);
      if (differs) changed++;
    }
    return flags.check && changed > 0 ? "findings" : "ok";
  },
});
