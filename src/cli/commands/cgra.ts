import { didYouMean } from "../../support/suggest.js";
import { argumentProblems, argumentsUsage } from "../arguments.js";
import { cgraFlags } from "../cgra/action.js";
import { actions } from "../cgra/actions.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";

const usage = actions.map(({ name, args, summary }) => `\`${name} ${argumentsUsage(args)}\`: ${summary}`); // prettier-ignore

export const cgra = defineCommand({
  name: "cgra",
  summary: "Shows, runs and writes what reconfigurable arrays execute.",
  description: `Actions: ${usage.join("; ")}.`,
  args: [
    { name: "ACTION", help: actions.map(({ name }) => name).join(", ") },
    { name: "ARGUMENT", help: "what the action needs", optional: true, many: true },
  ],
  flags: cgraFlags,
  examples: [
    {
      run: "relaxc cgra sim samples/cgra/flow/fir.relax --fabric cgra-flow-4x4",
      shows: "A kernel on the simulated machine, beside the interpreter",
    },
    { run: "relaxc cgra layout hycube-4x4", shows: "The bits of the configuration words of a preset" },
  ], // prettier-ignore
  diagnosticsTo: "stderr",
  async run(context) {
    const [name = "", ...args] = context.args;
    const action = actions.find((a) => a.name === name);
    if (action !== undefined) {
      const problems = argumentProblems(`cgra ${name}`, action.args, args);
      if (problems.length === 0) return action.run(context, args);
      context.complain(...problems);
      return "usage";
    }
    const names = actions.map((a) => a.name);
    const near = didYouMean(name, names) ?? `actions are ${names.join(", ")}`;
    context.complain(codes.unknownTopic({ topic: name, hints: [near] }));
    return "usage";
  },
});
