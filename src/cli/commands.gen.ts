// Made by `npm run gen` from src/cli/commands.
import type { CommandEntry } from "./command.js";

export const commands: readonly CommandEntry[] = [
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
    name: "list",
    summary: "Lists the diagnostic codes, passes, ops or commands.",
    load: async () => (await import("./commands/list.js")).list,
  },
];
