/** One run of a command: its context, its reports, and how it ends. */
import type { Diagnostic } from "../support/diagnostic.js";
import { writeText, type Host } from "../support/host.js";
import { renderDiagnostic, type Palette } from "../support/render.js";
import { codes, internalCodes } from "./codes.js";
import type { Command, Context } from "./command.js";
import { diagnosticOf } from "./exceptions.js";
import { exitCode, worse, type Exit } from "./exit-code.js";
import type { ParsedArguments } from "./flags.js";
import { paletteFor } from "./palette.js";
import { loadReporter, type FileReport, type Reporter } from "./reporters/reporter.js";
import { version } from "./version.js";

type AnyContext = Context;

/** Runs a command whose arguments have been read; answers the exit code. */
export async function runCommand(
  host: Host,
  command: Command,
  parsed: ParsedArguments,
  argv: readonly string[],
): Promise<number> {
  const flags = parsed.flags as AnyContext["flags"];
  const toFile = flags.outputFile;
  const written: string[] = [];
  const target = command.diagnosticsTo === "stdout" ? host.stdout : host.stderr;
  const palette = await paletteFor(host, target, toFile === undefined ? flags.color : "never");
  const limit = flags.maxDiagnostics === 0 ? Infinity : flags.maxDiagnostics;
  const options = { palette, ascii: flags.ascii, limit, version };
  const reporter = (await loadReporter(flags.report))(options);
  const out = (text: string): void => {
    if (toFile === undefined) host.stdout.write(text);
    else written.push(text);
  };
  const tell = command.diagnosticsTo === "stdout" ? out : (text: string) => host.stderr.write(text);
  const counts = new Counts(flags.deny === "warnings");
  const say = (text: string): void => {
    if (!flags.quiet) host.stderr.write(text);
  };
  const context: AnyContext = {
    host,
    args: parsed.args,
    rest: parsed.rest,
    flags,
    out,
    say,
    report: (report) => tell(reporter.file(counts.add(report))),
    complain: (...diagnostics) => tell(reporter.file(counts.add({ file: "", diagnostics }))),
  };
  let exit: Exit;
  try {
    exit = await command.run(context);
    finish(reporter, tell, command, counts);
    if (toFile !== undefined) await writeText(host, toFile, written.join(""));
  } catch (error) {
    return exitCode(await failed(host, error, { argv, flags, palette }));
  }
  if (flags.report === "full") say(counts.summary());
  if (host.interrupted.aborted) return exitCode("interrupted");
  const end = worse(exit, counts.failed ? "findings" : "ok");
  return flags.exitZero && end === "findings" ? exitCode("ok") : exitCode(end);
}

/** Formats for machines end with something even when nothing was found, for commands whose result they are. */
function finish(
  reporter: Reporter,
  tell: (text: string) => void,
  { diagnosticsTo }: Command,
  counts: Counts,
): void {
  if (diagnosticsTo === "stdout" || counts.files > 0) tell(reporter.end());
}

/** Tells of an exception; a stack trace only when it was asked for. */
async function failed(
  host: Host,
  error: unknown,
  about: {
    readonly argv: readonly string[];
    readonly flags: AnyContext["flags"];
    readonly palette: Palette;
  },
): Promise<Exit> {
  const known = diagnosticOf(error);
  const { palette, flags } = about;
  const write = (diagnostic: Diagnostic): void =>
    host.stderr.write(renderDiagnostic(diagnostic, { palette, ascii: flags.ascii }));
  if (known !== undefined) {
    write(known);
    if (known.code === codes.cannotAccess.info.code) return "io";
    return known.code.startsWith("CFG") ? "usage" : "findings";
  }
  if (host.interrupted.aborted) return "interrupted";
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const short = reason.split("\n", 1)[0]!.slice(0, 300);
  write(
    internalCodes.internal({ reason: short, notes: [`command: relaxc ${about.argv.join(" ")}`] }),
  );
  if (flags.backtrace && error instanceof Error) host.stderr.write(`${error.stack ?? ""}\n`);
  return "internal";
}

/** Tallies what was reported. */
class Counts {
  #errors = 0;
  #warnings = 0;
  files = 0;
  constructor(readonly denyWarnings: boolean) {}
  add(report: FileReport): FileReport {
    this.files++;
    for (const { severity } of report.diagnostics) {
      if (severity === "error") this.#errors++;
      if (severity === "warning") this.#warnings++;
    }
    return report;
  }
  get failed(): boolean {
    return this.#errors > 0 || (this.denyWarnings && this.#warnings > 0);
  }
  /** One line, or nothing when there is nothing to say. */
  summary(): string {
    const parts = [counted(this.#errors, "error"), counted(this.#warnings, "warning")];
    const said = parts.filter((p) => p !== "");
    return said.length === 0 ? "" : `${said.join(", ")}\n`;
  }
}

const counted = (n: number, what: string): string =>
  n === 0 ? "" : `${n} ${what}${n === 1 ? "" : "s"}`;
