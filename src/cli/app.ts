/** From an argument list to an exit code: finds the command, reads its flags, runs it and reports. */
import type { Diagnostic } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import { didYouMean } from "../support/suggest.js";
import { argumentProblems } from "./arguments.js";
import { codes } from "./codes.js";
import { commands } from "./commands.gen.js";
import { commonFlags } from "./common-flags.js";
import { exitCode } from "./exit-code.js";
import { parseArguments, type Flags } from "./flags.js";
import { runCommand } from "./session.js";
import { version } from "./version.js";

type CommonFlags = Flags<typeof commonFlags>;

/** Runs `relaxc` with these arguments (the program's own name left out). Never throws. */
export async function runCommandLine(host: Host, argv: readonly string[]): Promise<number> {
  const [name, ...words] = argv;
  if (name === "--version" || name === "-V") {
    host.stdout.write(`relaxc ${version}\n`);
    return exitCode("ok");
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    return showHelp(host, words[0]);
  }
  const entry = commands.find((c) => c.name === name);
  if (entry === undefined) return refuse(host, [unknownCommand(name)]);
  const command = await entry.load();
  const parsed = parseArguments(words, { ...command.flags, ...commonFlags });
  const flags = parsed.flags as CommonFlags;
  if (flags.help) return showHelp(host, name);
  const problems = [
    ...parsed.problems,
    ...argumentProblems(command.name, command.args, parsed.args),
  ];
  if (problems.length > 0) return refuse(host, problems, flags);
  return runCommand(host, command, parsed, argv);
}

async function showHelp(host: Host, name: string | undefined): Promise<number> {
  const { commandHelp, generalHelp } = await import("./help.js");
  if (name === undefined) {
    host.stdout.write(generalHelp(commands, version));
    return exitCode("ok");
  }
  const entry = commands.find((c) => c.name === name);
  if (entry === undefined) return refuse(host, [unknownCommand(name)]);
  host.stdout.write(commandHelp(await entry.load()));
  return exitCode("ok");
}

function unknownCommand(command: string): Diagnostic {
  const near = didYouMean(
    command,
    commands.map((c) => c.name),
  );
  return codes.unknownCommand({ command, hints: [near ?? "`relaxc --help` lists the commands"] });
}

async function refuse(
  host: Host,
  problems: readonly Diagnostic[],
  flags?: CommonFlags,
): Promise<number> {
  const { renderDiagnostic } = await import("../support/render.js");
  const { paletteFor } = await import("./palette.js");
  const palette = await paletteFor(host, host.stderr, flags?.color ?? "auto");
  const ascii = flags?.ascii === true;
  for (const problem of problems) {
    host.stderr.write(renderDiagnostic(problem, { palette, ascii }));
  }
  return exitCode("usage");
}
