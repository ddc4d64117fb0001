import { renderTable } from "../../support/table.js";
import { defineCommand } from "../command.js";
import { probeAll } from "../probes.js";

export const doctor = defineCommand({
  name: "doctor",
  summary: "Shows what relaxc finds on this machine, what is missing, and how to get it.",
  args: [],
  flags: {
    json: { type: "boolean", help: "An array with one object per probe." },
  },
  examples: [
    { run: "relaxc doctor", shows: "A table of what is there" },
    { run: "relaxc doctor --json", shows: "The same for a program to read" },
  ],
  diagnosticsTo: "stderr",
  async run({ flags, out }) {
    const probes = await probeAll();
    if (flags.json) out(`${JSON.stringify(probes, null, 2)}\n`);
    else {
      const rows = probes.map((p) => [p.name, p.state, p.detail]);
      out(renderTable([{ title: "what" }, { title: "state" }, { title: "detail" }], rows));
    }
    return probes.some((p) => p.state === "missing") ? "io" : "ok";
  },
});
