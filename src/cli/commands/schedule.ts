import { exprText } from "../../arith/index.js";
import { codes as driverCodes } from "../../driver/codes.js";
import { readModule } from "../../driver/frontend.js";
import { targetOf } from "../../driver/library-hooks.js";
import { proveSchedule } from "../../driver/prove-schedule.js";
import { onlyPrimFunc, scheduleByScript, scheduleByTrace, type ScheduleResult } from "../../driver/schedule.js"; // prettier-ignore
import type { IRModule } from "../../ir/module.js";
import { traceText, traceToJson } from "../../schedule/index.js";
import { Diagnostics, type Sink } from "../../support/diagnostic.js";
import { readText, writeText } from "../../support/host.js";
import { printModule } from "../../syntax/index.js";
import { codes } from "../codes.js";
import { defineCommand, type Context } from "../command.js";
import { dialectFlags, inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { inputOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

const flags = {
  ...inputFlags,
  ...programFlags,
  ...libraryFlags,
  ...dialectFlags,
  script: {
    type: "string",
    placeholder: "FILE",
    help: "A text with schedules, preferred to those of the program itself.",
  },
  trace: { type: "string", placeholder: "FILE", help: "A recorded trace, as JSON." },
  func: { type: "string", placeholder: "NAME", help: "Schedule only this function." },
  target: {
    type: "string",
    placeholder: "NAME",
    default: "interp",
    help: "The target that schedules ask about, e.g. `llvm` or 'llvm -mcpu=haswell'.",
  },
  prove: {
    type: "boolean",
    help: "Run the function before and after on random inputs, at several sizes, and compare.",
  },
  stepLimit: {
    type: "int",
    min: 1,
    placeholder: "N",
    default: 20_000_000,
    help: "Loop iterations that each run of --prove may take; others are left out.",
  },
  traceOut: {
    type: "string",
    placeholder: "FILE",
    help: "Write the steps taken: as JSON, or as text when the name ends in .relax.",
  },
} as const;

export const schedule = defineCommand({
  name: "schedule",
  summary: "Schedules loop functions and prints what comes out.",
  description:
    "A schedule is a list of steps such as `sch.split(i, [None, 8])`; `relaxc list primitives` shows all of them. " +
    "Every step is checked: one that could change a result is refused with its reason.",
  args: [{ name: "FILE", help: "a file, or - for standard input" }],
  flags,
  examples: [
    {
      run: "relaxc schedule samples/schedule/matmul.relax --prove",
      shows: "The schedules of the program, proved by runs",
    },
  ],
  diagnosticsTo: "stderr",
  async run(context) {
    const { host, args, flags, report, complain, out, say } = context;
    if (flags.script !== undefined && flags.trace !== undefined) {
      complain(codes.flagConflict({ flag: "--script", other: "--trace" }));
      return "usage";
    }
    const input = await inputOf(host, args, flags);
    const front = readModule(await input.read(), elaborateOptions(flags));
    report({ file: input.path, diagnostics: front.diagnostics });
    if (front.failed) return "findings";
    const sink = new Diagnostics();
    const result = await scheduled(context, front.module, sink);
    for (const { name, conditions } of result?.scheduled ?? [])
      if (conditions.length > 0)
        sink.report(driverCodes.scheduleCondition({ name, condition: conditions.map(exprText).join(" and ") })); // prettier-ignore
    report({ file: input.path, diagnostics: sink.all });
    if (result === undefined) return "findings";
    if (flags.traceOut !== undefined)
      await writeText(host, flags.traceOut, tracesText(result, flags.traceOut));
    out(printModule(result.module, { dialect: flags.dialect }));
    if (!flags.prove) return "ok";
    let isEqual = true;
    for (const { name, conditions } of result.scheduled) {
      const limits = { conditions, stepLimit: flags.stepLimit };
      const proof = proveSchedule(front.module, result.module, name, limits);
      if (proof.failure !== undefined) {
        complain(driverCodes.scheduleDiffers({ name, difference: proof.failure }));
        isEqual = false;
        continue;
      }
      if (proof.runs.length === 0) {
        complain(driverCodes.scheduleUnproved({ name, limit: flags.stepLimit }));
        continue;
      }
      const sizes = proof.runs.filter((r) => r !== "").map((r) => `(${r})`);
      say(`${name}: equal in ${proof.runs.length} runs${sizes.length > 0 ? ` at ${sizes.join(" ")}` : ""}\n`); // prettier-ignore
    }
    return isEqual ? "ok" : "findings";
  },
});

async function scheduled(
  { host, flags: given }: Context<typeof flags>,
  module: IRModule,
  sink: Sink,
): Promise<ScheduleResult | undefined> {
  const { trace, script, func, target, lib } = given;
  if (trace !== undefined) {
    const name = func ?? onlyPrimFunc(module);
    if (name === undefined) {
      const count = [...module.functions.values()].filter((f) => f.kind === "tir.PrimFunc").length;
      sink.report(driverCodes.scheduleChoice({ count }));
      return undefined;
    }
    return scheduleByTrace(module, name, parseJson(await readText(host, trace)), sink);
  }
  const paths = [...lib, ...(script === undefined ? [] : [script])];
  const scripts = await librariesOf(host, paths);
  return scheduleByScript(module, { func, scripts, target: targetOf({ target }, sink) }, sink);
}

/** JSON, or undefined, which no trace is. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The traces of all functions: of one as it is, of several by name. */
function tracesText({ scheduled: all }: ScheduleResult, path: string): string {
  if (path.endsWith(".relax"))
    return all
      .map(({ name, trace }) => {
        const body = traceText(trace).replace(/^/gm, "    ");
        return `@S.schedule(func=${JSON.stringify(name)})\ndef ${name}_trace(sch):\n${body}\n`;
      })
      .join("\n\n");
  const [first] = all;
  const json = all.length === 1 ? traceToJson(first!.trace) : Object.fromEntries(all.map((s) => [s.name, traceToJson(s.trace)])); // prettier-ignore
  return `${JSON.stringify(json)}\n`;
}
