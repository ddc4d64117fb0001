import { didYouMean } from "../../support/suggest.js";
import { renderTable } from "../../support/table.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { listOf, REGISTRIES, type RegistryName } from "../registries.js";

export const list = defineCommand({
  name: "list",
  summary: "Lists the diagnostic codes, passes, ops, targets or commands.",
  args: [{ name: "REGISTRY", help: "what to list" }],
  flags: {
    json: { type: "boolean", help: "An array with one object per entry." },
  },
  examples: [
    { run: "relaxc list codes", shows: "Every diagnostic code with its headline" },
    { run: "relaxc list commands --json", shows: "The commands, for a program to read" },
  ],
  diagnosticsTo: "stderr",
  async run({ args, flags, out, complain }) {
    const wanted = args[0]!;
    const registry = REGISTRIES.find((name): name is RegistryName => name === wanted);
    if (registry === undefined) {
      const near = didYouMean(wanted, REGISTRIES);
      const hints = near === undefined ? {} : { hints: [near] };
      complain(codes.unknownRegistry({ name: wanted, known: REGISTRIES.join(", "), ...hints }));
      return "usage";
    }
    const entries = await listOf(registry);
    if (flags.json) out(`${JSON.stringify(entries, null, 2)}\n`);
    else {
      const rows = entries.map((e) => [e.code ?? e.name, e.summary]);
      out(renderTable([{ title: "" }, { title: "" }], rows));
    }
    return "ok";
  },
});
