import { readModule } from "../../driver/frontend.js";
import { toJson } from "../../ir/core/json.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { didYouMean } from "../../support/suggest.js";
import { printModule } from "../../syntax/index.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { dialectFlags, inputFlags, programFlags } from "../common-flags.js";
import { inputsOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const print = defineCommand({
  name: "print",
  summary: "Prints a program in canonical form, in the dialect asked for.",
  args: [{ name: "FILE", help: "a file, or - for standard input" }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...dialectFlags,
    fn: { type: "list", placeholder: "NAME", help: "Only these functions." },
    json: { type: "boolean", help: "The nodes of the module as JSON, instead of text." },
  },
  examples: [
    {
      run: "relaxc print samples/02-era-2022.relax",
      shows: "A program of 2022 in the spelling of today",
    },
    {
      run: "relaxc print samples/01-matmul-relu.relax --dialect tvm-0.27",
      shows: "Text that Apache TVM reads",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, out }) {
    for (const input of await inputsOf(host, args, flags)) {
      const source = await input.read();
      const front = readModule(source, elaborateOptions(flags));
      report({ file: input.path, diagnostics: front.diagnostics });
      if (front.failed) continue;
      let { module } = front;
      if (flags.fn.length > 0) {
        const functions = new Map(
          [...module.functions].filter(([name]) => flags.fn.includes(name)),
        );
        for (const name of flags.fn) {
          if (functions.has(name)) continue;
          const near = didYouMean(name, module.functions.keys());
          const has = `it has ${[...module.functions.keys()].join(", ")}`;
          throw new DiagnosticError(
            codes.noFunction({ name, path: input.path, hints: [near ?? has] }),
          );
        }
        module = { ...module, functions };
      }
      out(flags.json ? `${JSON.stringify(toJson(module), null, 1)}\n` : printModule(module, flags));
    }
    return "ok";
  },
});
