// Made by `npm run gen` from src/cli/commands.
import type { CommandEntry } from "./command.js";

export const commands: readonly CommandEntry[] = [
  {
    name: "completion",
    summary: "Writes a completion script for a shell.",
    load: async () => (await import("./commands/completion.js")).completion,
  },
];
