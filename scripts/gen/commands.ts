/** Command declarations → `src/cli/commands.gen.ts` and their reference page. */
import type { Command } from "../../src/cli/command.js";
import { commonFlags } from "../../src/cli/common-flags.js";
import { EXIT_CODES } from "../../src/cli/exit-code.js";
import type { FlagSet } from "../../src/cli/flags.js";
import { flagHelp, flagUsage, usageOf } from "../../src/cli/help.js";
import { cell, exportsOf, formatted, sourcesUnder, type Generated } from "./generated.js";

const FOLDER = "src/cli/commands";

const isCommand = (value: unknown): value is Command =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "flags" in value &&
  "run" in value;

export async function generateCommands(): Promise<Generated> {
  const sources = sourcesUnder(FOLDER, (path) => path.split("/").length === 4);
  const { exports, problems } = await exportsOf(sources);
  const found = exports
    .flatMap(({ file, name, value }) => (isCommand(value) ? [{ file, name, command: value }] : []))
    .sort((a, b) => (a.command.name < b.command.name ? -1 : 1));
  const entries = found.map(
    ({ file, name, command }) => `{
      name: ${JSON.stringify(command.name)},
      summary: ${JSON.stringify(command.summary)},
      load: async () => (await import("./commands/${file.slice(FOLDER.length + 1, -3)}.js")).${name},
    }`,
  );
  const index = `// Made by \`npm run gen\` from ${FOLDER}.
import type { CommandEntry } from "./command.js";

export const commands: readonly CommandEntry[] = [${entries.join(",\n")}];
`;
  const incomplete = found
    .filter(({ command }) => command.examples.length === 0)
    .map(({ file }) => `${file}: a command needs an example`);
  return {
    files: new Map([
      ["src/cli/commands.gen.ts", await formatted(index)],
      ["docs/reference/commands.md", page(found.map((f) => f.command))],
    ]),
    problems: [...problems, ...incomplete],
  };
}

function page(commands: readonly Command[]): string {
  const exits = Object.values(EXIT_CODES).map(
    ([code, meaning]) => `| ${code} | ${cell(meaning)} |`,
  );
  return [
    "# Commands",
    commands.map((c) => `- [\`${c.name}\`](#${c.name}): ${c.summary}`).join("\n"),
    ...commands.map(section),
    `## Common flags\n\n${flagTable(commonFlags)}`,
    `## Exit codes\n\n| code | meaning |\n| --- | --- |\n${exits.join("\n")}\n`,
  ].join("\n\n");
}

function section(command: Command): string {
  const parts = [`## ${command.name}`, command.summary, `\`\`\`\n${usageOf(command)}\n\`\`\``];
  if (command.description !== undefined) parts.push(command.description);
  if (command.args.length > 0) {
    parts.push(command.args.map((a) => `- \`${a.name}\`: ${a.help}`).join("\n"));
  }
  if (Object.keys(command.flags).length > 0) parts.push(flagTable(command.flags));
  parts.push(command.examples.map((e) => `${e.shows}:\n\n\`\`\`\n${e.run}\n\`\`\``).join("\n\n"));
  return parts.join("\n\n");
}

function flagTable(flags: FlagSet): string {
  const rows = Object.entries(flags).map(
    ([key, spec]) => `| \`${cell(flagUsage(key, spec))}\` | ${cell(flagHelp(spec))} |`,
  );
  return `| flag | meaning |\n| --- | --- |\n${rows.join("\n")}`;
}
