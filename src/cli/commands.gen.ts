// Made by `npm run gen` from src/cli/commands.
import type { CommandEntry } from "./command.js";

export const commands: readonly CommandEntry[] = [
  {
    name: "build",
    summary: "Compiles a program to an artefact that runs without its text.",
    load: async () => (await import("./commands/build.js")).build,
  },
  {
    name: "cgra",
    summary: "Shows, runs and writes what reconfigurable arrays execute.",
    load: async () => (await import("./commands/cgra.js")).cgra,
  },
  {
    name: "check",
    summary: "Parses, resolves and verifies programs, and reports every problem.",
    load: async () => (await import("./commands/check.js")).check,
  },
  {
    name: "completion",
    summary: "Writes a completion script for a shell.",
    load: async () => (await import("./commands/completion.js")).completion,
  },
  {
    name: "doctor",
    summary: "Shows what relaxc finds on this machine, what is missing, and how to get it.",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  {
    name: "explain",
    summary: "Explains a diagnostic code, a pass, an op or a command.",
    load: async () => (await import("./commands/explain.js")).explain,
  },
  {
    name: "format",
    summary: "Lays programs out, keeping comments and meaning.",
    load: async () => (await import("./commands/format.js")).format,
  },
  {
    name: "import",
    summary: "Lifts programs out of Python files and Markdown pages.",
    load: async () => (await import("./commands/import.js")).importCommand,
  },
  {
    name: "list",
    summary: "Lists the diagnostic codes, passes, ops, targets or commands.",
    load: async () => (await import("./commands/list.js")).list,
  },
  {
    name: "lower",
    summary: "Prints a program with its operators lowered to loop nests.",
    load: async () => (await import("./commands/lower.js")).lower,
  },
  {
    name: "map",
    summary: "Maps loops or data-flow graphs to a fabric, with the smallest interval.",
    load: async () => (await import("./commands/map.js")).map,
  },
  {
    name: "opt",
    summary: "Runs passes over a program and prints what comes out.",
    load: async () => (await import("./commands/opt.js")).opt,
  },
  {
    name: "plan",
    summary: "Places buffers in memory and compares the result with the lower bound.",
    load: async () => (await import("./commands/plan.js")).plan,
  },
  {
    name: "print",
    summary: "Prints a program in canonical form, in the dialect asked for.",
    load: async () => (await import("./commands/print.js")).print,
  },
  {
    name: "roundtrip",
    summary: "Checks that the printed text of a program means the same as its source.",
    load: async () => (await import("./commands/roundtrip.js")).roundtrip,
  },
  {
    name: "run",
    summary: "Runs a program or a built artefact, and prints a summary of each output.",
    load: async () => (await import("./commands/run.js")).run,
  },
  {
    name: "schedule",
    summary: "Schedules loop functions and prints what comes out.",
    load: async () => (await import("./commands/schedule.js")).schedule,
  },
];
