/** Flags that every command has, and groups that several share. */
import type { FlagSet } from "./flags.js";
import { REPORT_FORMATS } from "./reporters/reporter.js";

export const commonFlags = {
  report: {
    type: "choice",
    choices: REPORT_FORMATS,
    default: "full",
    help: "How findings are written.",
  },
  color: {
    type: "choice",
    choices: ["auto", "always", "never"],
    default: "auto",
    help: "Colours; `auto` looks at the terminal, NO_COLOR and FORCE_COLOR.",
  },
  ascii: { type: "boolean", help: "Draw frames with ASCII characters only." },
  outputFile: { type: "string", placeholder: "FILE", help: "Write the result to a file." },
  maxDiagnostics: {
    type: "int",
    placeholder: "N",
    default: 20,
    least: 0,
    help: "Findings shown for each file by the `full` and `concise` reports; 0 shows all.",
  },
  deny: { type: "choice", choices: ["warnings"], help: "Treat warnings as errors." },
  exitZero: { type: "boolean", help: "Exit with 0 in spite of findings." },
  quiet: { type: "boolean", short: "q", help: "No summaries and no progress." },
  backtrace: { type: "boolean", help: "Show where an internal error happened." },
  help: { type: "boolean", short: "h", help: "Show this help." },
} as const satisfies FlagSet;

/** For commands that read programs, from files or standard input. */
export const inputFlags = {
  stdinPath: {
    type: "string",
    placeholder: "PATH",
    default: "stdin.relax",
    help: "Name in messages of what is read from standard input (`-`).",
  },
} as const satisfies FlagSet;

/** For commands that read programs as modules. */
export const programFlags = {
  define: {
    type: "list",
    short: "D",
    placeholder: "NAME=VALUE",
    help: "Value of a constant of the file; wins over the file's own.",
  },
  era: {
    type: "choice",
    choices: ["2022", "2023", "2026"],
    help: "Read every function in this era's spelling, instead of deciding by what it uses.",
  },
} as const satisfies FlagSet;

/** For commands that lower operators. */
export const libraryFlags = {
  lib: {
    type: "list",
    placeholder: "FILE",
    help: "A library of lowerings; may be repeated, and wins over earlier ones and the standard library.",
  },
} as const satisfies FlagSet;

/** For commands that print modules. */
export const dialectFlags = {
  dialect: {
    type: "choice",
    choices: ["native", "tvm-0.27", "tvm-0.18"],
    default: "native",
    help: "Spelling of the text.",
  },
} as const satisfies FlagSet;
