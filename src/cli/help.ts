/** Help texts, made from the declarations. */
import { renderTable, wrapText } from "../support/table.js";
import { argumentsUsage } from "./arguments.js";
import type { Command, CommandEntry } from "./command.js";
import { commonFlags } from "./common-flags.js";
import { EXIT_CODES } from "./exit-code.js";
import { placeholderOf, spelling, type FlagSet, type FlagSpec } from "./flags.js";

const BARE = [{ title: "" }, { title: "" }] as const;

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");

/** What `relaxc --help` shows. */
export function generalHelp(commands: readonly CommandEntry[], version: string): string {
  const rows = commands.map((c) => [c.name, c.summary]);
  const exits = Object.values(EXIT_CODES).map(([code, meaning]) => [String(code), meaning]);
  return [
    `relaxc ${version}: a compiler toolchain for machine-learning programs kept as text\n`,
    "Usage: relaxc COMMAND [ARGUMENTS] [FLAGS]\n",
    `Commands:\n${indented(renderTable(BARE, rows))}`,
    `Exit codes:\n${indented(renderTable(BARE, exits))}`,
    "`relaxc COMMAND --help` shows a command's arguments and flags.\n",
  ].join("\n");
}

/** The line that shows how a command is called. */
export function usageOf({ name, args }: Command): string {
  return ["relaxc", name, argumentsUsage(args), "[FLAGS]"].filter((w) => w !== "").join(" ");
}

/** How a flag is written, with its value. */
export function flagUsage(key: string, spec: FlagSpec): string {
  const value = placeholderOf(spec);
  const long =
    spec.type === "optional"
      ? `${spelling(key)}[=${value}]`
      : [spelling(key), value].filter((word) => word !== "").join(" ");
  return spec.short === undefined ? long : `-${spec.short}, ${long}`;
}

/** A flag's help with its default. */
export function flagHelp(spec: FlagSpec): string {
  const notes: string[] = [];
  if ("default" in spec && spec.default !== undefined)
    notes.push(`default ${String(spec.default)}`);
  if (spec.only !== undefined)
    notes.push(`only ${spec.only.map((name) => `\`${name}\``).join(", ")}`);
  if (spec.type === "list") notes.push("may be repeated");
  return notes.length === 0 ? spec.help : `${spec.help} (${notes.join(", ")})`;
}

/** What `relaxc COMMAND --help` shows. */
export function commandHelp(command: Command): string {
  const parts = [`${command.summary}\n`, `Usage: ${usageOf(command)}\n`];
  if (command.description !== undefined) {
    parts.push(`${wrapText(command.description, 98).join("\n")}\n`);
  }
  if (command.args.length > 0) {
    const rows = command.args.map((a) => [a.name, a.help]);
    parts.push(`Arguments:\n${indented(renderTable(BARE, rows))}`);
  }
  const own = flagRows(command.flags);
  if (own !== "") parts.push(`Flags:\n${own}`);
  parts.push(`Common flags:\n${flagRows(commonFlags)}`);
  if (command.examples.length > 0) {
    const lines = command.examples.map((e) => `  # ${e.shows}\n  ${e.run}\n`);
    parts.push(`Examples:\n${lines.join("")}`);
  }
  return parts.join("\n");
}

/** Short flags stand beside their help, long ones above it. */
function flagRows(flags: FlagSet): string {
  const blocks = Object.entries(flags).map(([key, spec]) => {
    const usage = flagUsage(key, spec);
    const [first = "", ...rest] = wrapText(flagHelp(spec), 68);
    const head =
      usage.length <= 24
        ? [`  ${usage.padEnd(26)}${first}`]
        : [`  ${usage}`, " ".repeat(28) + first];
    return [...head, ...rest.map((line) => " ".repeat(28) + line)].join("\n");
  });
  return blocks.map((block) => `${block}\n`).join("");
}
