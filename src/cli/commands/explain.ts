import { didYouMean } from "../../support/suggest.js";
import { renderTable, wrapText } from "../../support/table.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { listOf, REGISTRIES, type RegistryEntry } from "../registries.js";

export const explain = defineCommand({
  name: "explain",
  summary: "Explains a diagnostic code, a pass, an op or a command.",
  args: [{ name: "TOPIC", help: "a code or its name, a pass, an op or a command" }],
  flags: {},
  examples: [
    { run: "relaxc explain CFG002", shows: "What a code means, and the way out" },
    { run: "relaxc explain unknown-flag", shows: "The same by its name" },
  ],
  diagnosticsTo: "stderr",
  async run({ args, out, complain }) {
    const topic = args[0]!;
    const wanted = topic.toLowerCase();
    const names: string[] = [];
    for (const registry of REGISTRIES) {
      for (const entry of await listOf(registry)) {
        if (entry.name.toLowerCase() === wanted || entry.code?.toLowerCase() === wanted) {
          out(explanation(registry, entry));
          return "ok";
        }
        names.push(entry.name, ...(entry.code === undefined ? [] : [entry.code]));
      }
    }
    const near = didYouMean(topic, names);
    complain(codes.unknownTopic({ topic, hints: near === undefined ? [] : [near] }));
    return "usage";
  },
});

function explanation(registry: string, entry: RegistryEntry): string {
  const { code, name, summary, explain: more, hint, bad, good, options } = entry;
  const title = code === undefined ? `${registry.replace(/e?s$/, "")} ${name}` : `${code} ${name}`;
  const parts = [title, wrapText(summary, 98).join("\n")];
  if (more !== undefined) parts.push(wrapText(more, 98).join("\n"));
  if (hint !== undefined) parts.push(wrapText(`Way out: ${hint}`, 98).join("\n"));
  if (bad !== undefined) parts.push(`Reported for:\n${indented(bad)}`);
  if (good !== undefined) parts.push(`Right:\n${indented(good)}`);
  if (options !== undefined && options.length > 0) {
    const rows = options.map((o) => [`  ${o.name}`, o.help]);
    parts.push(`Options:\n${renderTable([{ title: "" }, { title: "" }], rows).trimEnd()}`);
  }
  return `${parts.join("\n\n")}\n`;
}

const indented = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");
