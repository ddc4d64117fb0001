import { completionScript } from "../completion.js";
import { defineCommand } from "../command.js";

export const completion = defineCommand({
  name: "completion",
  summary: "Writes a completion script for a shell.",
  args: [{ name: "SHELL", help: "bash, zsh or fish" }],
  flags: {},
  examples: [
    { run: "relaxc completion bash", shows: "A script to source in ~/.bashrc" },
    { run: "relaxc completion zsh", shows: "The same for zsh" },
  ],
  diagnosticsTo: "stderr",
  async run({ args, out, complain }) {
    const { commands } = await import("../commands.gen.js");
    const all = await Promise.all(commands.map((c) => c.load()));
    const script = completionScript(args[0]!, all);
    if (typeof script !== "string") {
      complain(script);
      return "usage";
    }
    out(script);
    return "ok";
  },
});
