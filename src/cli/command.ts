/** What a command declares; help, completion, the reference page and the registry come from it. */
import type { Diagnostic } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import type { Exit } from "./exit-code.js";
import type { ArgumentSpec } from "./arguments.js";
import type { Flags, FlagSet } from "./flags.js";
import type { FileReport } from "./reporters/reporter.js";

export interface Example {
  /** The line as typed, `relaxc` included. */
  readonly run: string;
  readonly shows: string;
}

export interface Command<F extends FlagSet = FlagSet> {
  readonly name: string;
  /** One sentence, for the list of commands. */
  readonly summary: string;
  /** More, for the command's own help. */
  readonly description?: string;
  readonly args: readonly ArgumentSpec[];
  readonly flags: F;
  readonly examples: readonly Example[];
  /** Where diagnostics go: to standard output when they are the command's result. */
  readonly diagnosticsTo: "stdout" | "stderr";
  run(context: Context<F>): Promise<Exit>;
}

/** What a running command works with. */
export interface Context<F extends FlagSet = FlagSet> {
  readonly host: Host;
  readonly args: readonly string[];
  /** The words after `--`. */
  readonly rest: readonly string[];
  readonly flags: Flags<F> & Flags<typeof import("./common-flags.js").commonFlags>;
  /** Writes a part of the result: to standard output, or to the file of `--output-file`. */
  out(text: string): void;
  /** Tells the reader something beside the result; silent under `--quiet`. */
  say(text: string): void;
  /** Hands over what was found in a file; errors set the exit code. */
  report(report: FileReport): void;
  /** Hands over findings that belong to no file. */
  complain(...diagnostics: readonly Diagnostic[]): void;
}

/** Declares a command; the flags' types carry over to `run`. */
export const defineCommand = <const F extends FlagSet>(command: Command<F>): Command<F> => command;

/** A command as the generated list has it: loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}
