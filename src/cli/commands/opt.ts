import { checkModule } from "../../analysis/index.js";
import { readModule } from "../../driver/frontend.js";
import { makeKernelRunner } from "../../driver/kernel-runner.js";
import { detectProcessor } from "../../driver/host-processor.js";
import { isScheduling, libraryHooks } from "../../driver/library-hooks.js";
import { readTensors } from "../../driver/tensor-files.js";
import type { IRModule } from "../../ir/module.js";
import { Diagnostics, type Diagnostic } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { didYouMean } from "../../support/suggest.js";
import { printModule } from "../../syntax/index.js";
import { parsePipeline } from "../../transform/pipeline-text.js";
import {
  resolvePipeline,
  runPipeline,
  type PipelineHooks,
  type Step,
} from "../../transform/pipeline.js";
import { lookupPass, suggestPass } from "../../transform/registry.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";
import { dialectFlags, inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { inputOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

export const opt = defineCommand({
  name: "opt",
  summary: "Runs passes over a program and prints what comes out.",
  description:
    "A pipeline is a list of pass names with options, e.g. 'canonicalize-loop,unroll-loop{max-extent=8}'. " +
    "`relaxc list passes` lists them.",
  args: [{ name: "FILE", help: "a file, or - for standard input" }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...libraryFlags,
    ...dialectFlags,
    passes: {
      type: "string",
      short: "p",
      placeholder: "PIPELINE",
      default: "",
      help: "The passes, in order.",
    },
    target: {
      type: "string",
      placeholder: "TARGET",
      help: "Take lowerings and schedules for this target, e.g. `llvm` or 'llvm -mcpu=haswell'.",
    },
    printChanged: { type: "boolean", help: "Print the program after each pass that changed it." },
    dumpDir: {
      type: "string",
      placeholder: "DIR",
      help: "Write the program before the first and after each changing pass into a folder.",
    },
    stopAfter: { type: "string", placeholder: "PASS", help: "Leave the pipeline after this pass." },
    verifyEach: { type: "boolean", help: "Check the program after every pass." },
    timing: { type: "boolean", help: "Tell how long each pass took." },
  },
  examples: [
    { run: "relaxc opt samples/01-matmul-relu.relax -p canonicalize-loop", shows: "One pass" },
    {
      run: "relaxc opt samples/01-matmul-relu.relax -p lower-init-block,convert-blocks --verify-each",
      shows: "Two passes, each checked",
    },
    {
      run: "relaxc opt samples/01-matmul-relu.relax -p apply-schedules --target llvm",
      shows: "Functions scheduled for a target",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, complain, out, say }) {
    const input = await inputOf(host, args, flags);
    const source = await input.read();
    const front = readModule(source, elaborateOptions(flags));
    report({ file: input.path, diagnostics: front.diagnostics });
    if (front.failed) return "findings";

    const usage = new Diagnostics();
    const items = parsePipeline(flags.passes, usage);
    const all =
      items &&
      (await resolvePipeline(items, lookupPass, usage, suggestPass, (file) =>
        readTensors(host, file),
      ));
    complain(...usage.all);
    if (all === undefined) return "usage";
    const last = all.findIndex(({ pass }) => pass.name === flags.stopAfter);
    if (flags.stopAfter !== undefined && last < 0) {
      complain(notInPipeline(flags.stopAfter, all));
      return "usage";
    }
    const steps = last < 0 ? all : all.slice(0, last + 1);

    const text = (module: IRModule): string => printModule(module, { dialect: flags.dialect });
    const dumps: { readonly name: string; readonly text: string }[] = [];
    if (flags.dumpDir !== undefined)
      dumps.push({ name: "000-input.relax", text: text(front.module) });
    const sink = new Diagnostics();
    const withSchedules = isScheduling(steps);
    const processor = withSchedules ? await detectProcessor(host) : undefined;
    const libraries = await librariesOf(host, flags.lib);
    const target = { libraries, target: flags.target, processor };
    const given = await libraryHooks(target, sink, front.module, withSchedules);
    let started = host.now();
    const hooks: PipelineHooks = {
      after(step, index, before, after) {
        const took = `${(host.now() - started).toFixed(1)} ms`;
        if (flags.timing)
          say(`${step.text} ${took}${before === after ? ", nothing changed" : ""}\n`);
        if (before !== after && flags.printChanged) out(`# after ${step.text}\n${text(after)}\n`);
        if (before !== after && flags.dumpDir !== undefined) {
          dumps.push({
            name: dumpName(step, index),
            text: `# ${step.text} ${took}\n${text(after)}`,
          });
        }
        started = host.now();
      },
      ...(flags.verifyEach ? { verify } : {}),
      ...given,
      runKernel: makeKernelRunner(),
    };
    const result = sink.failed ? undefined : runPipeline(front.module, steps, sink, hooks);
    report({ file: input.path, diagnostics: sink.all });
    if (flags.dumpDir !== undefined) {
      await host.makeFolder(flags.dumpDir);
      const pipeline = `relaxc opt ${flags.dumpDir}/000-input.relax -p '${steps.map((s) => s.text).join(",")}'\n`;
      for (const dump of [...dumps, { name: "pipeline.txt", text: pipeline }]) {
        await writeText(host, `${flags.dumpDir}/${dump.name}`, dump.text);
      }
    }
    if (result === undefined) return "findings";
    if (!flags.printChanged) out(text(result));
    return "ok";
  },
});

const dumpName = ({ pass }: Step, index: number): string =>
  `${String(index + 1).padStart(3, "0")}-${pass.name}.relax`;

function notInPipeline(value: string, steps: readonly Step[]): Diagnostic {
  const names = [...new Set(steps.map(({ pass }) => pass.name))];
  const hint = didYouMean(value, names);
  return codes.flagChoice({
    flag: "--stop-after",
    value,
    choices: names.join(", ") || "the passes of the pipeline, which is empty",
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
}

/** The first error that the checker finds, in words. */
function verify(module: IRModule): string | undefined {
  const sink = new Diagnostics();
  checkModule(module, sink);
  const first: Diagnostic | undefined = sink.all.find((d) => d.severity === "error");
  return first === undefined ? undefined : `${first.code} ${first.message}`;
}
