import { roundtripText } from "../../driver/roundtrip.js";
import { defineCommand } from "../command.js";
import { dialectFlags, inputFlags, programFlags } from "../common-flags.js";
import { inputsOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const roundtrip = defineCommand({
  name: "roundtrip",
  summary: "Checks that the printed text of a program means the same as its source.",
  description:
    "Parses, prints and parses again. The two modules must be structurally equal, and the second print the same bytes " +
    'as the first. With --report jsonl each file gives {"file","parsed","equal","stable"}.',
  args: [{ name: "PATHS", help: "files, folders, or - for standard input", many: true }],
  flags: { ...inputFlags, ...programFlags, ...dialectFlags },
  examples: [
    { run: "relaxc roundtrip samples/01-matmul-relu.relax", shows: "One program" },
    { run: "relaxc roundtrip --dialect tvm-0.27 --report jsonl samples", shows: "All samples" },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, out }) {
    const options = { ...elaborateOptions(flags), dialect: flags.dialect };
    let failed = 0;
    for (const input of await inputsOf(host, args, flags)) {
      const source = await input.read();
      const { parsed, equal, stable, difference, diagnostics } = roundtripText(source, options);
      if (!parsed || !equal || !stable) failed++;
      if (flags.report === "jsonl") {
        out(`${JSON.stringify({ file: input.path, parsed, equal, stable })}\n`);
        continue;
      }
      if (!parsed) report({ file: input.path, diagnostics });
      else if (!equal) out(`${input.path}: not equal: ${difference ?? "no reason is known"}\n`);
      else if (!stable) out(`${input.path}: the second print differs from the first\n`);
    }
    return failed > 0 ? "findings" : "ok";
  },
});
