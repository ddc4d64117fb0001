/** Programs with planned memory: interpreter, bytecode and compiled functions must agree with the program as written. */
import { aotCall } from "../../driver/aot.js";
import { buildForWasm } from "../../driver/build.js";
import { readModule } from "../../driver/frontend.js";
import { makeInputs } from "../../driver/inputs.js";
import { difference } from "../../driver/outputs.js";
import { encodeArtefact } from "../../artefact/index.js";
import { interpret } from "../../interp/index.js";
import type { Func } from "../../ir/relax/expr.js";
import type { IRModule } from "../../ir/module.js";
import { loadArtefact } from "../../runtime/load-artefact.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { runPipeline, step } from "../../transform/pipeline.js";
import { lowerToLoops } from "../../transform/relax/aot/lower.js";
import { callTirRewrite } from "../../transform/relax/memory/call-tir-rewrite.js";
import { staticPlanBlockMemory } from "../../transform/relax/memory/static-plan-block-memory.js";
import { removePurityChecking } from "../../transform/relax/clean/remove-purity-checking.js";
import { toNonDataflow } from "../../transform/relax/clean/to-non-dataflow.js";
import { generateMemoryProgram, type MemoryProgram } from "../generate/memory-program.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Runs a program in all ways; text of what is wrong. */
export function compareExecutors({ text, sizes }: MemoryProgram): string | undefined {
  const { module, failed, diagnostics } = readModule({ name: "program.relax", text }, {});
  if (failed) return `text: ${diagnostics[0]!.message}`;
  const inputs = (): Value[] =>
    makeInputs(module.functions.get("main") as Func, {
      symbols: new Map(Object.entries(sizes)),
      shapes: new Map(),
      given: new Map(),
      seed: 1,
    });
  const expected = onInterpreter(module, inputs());
  if (typeof expected === "string") return `as written: ${expected}`;
  for (const inPlace of [true, false]) {
    const what = `in place ${inPlace}`;
    const sink = new Diagnostics();
    const planned = plan(module, inPlace, sink);
    const artefact = planned && buildForWasm(planned, sink, { producer: "fuzz" });
    if (artefact === undefined) return `${what}: ${sink.all[0]?.message}`;
    const found = onInterpreter(planned!, inputs());
    if (typeof found === "string") return `${what}, planned: ${found}`;
    const bytes = encodeArtefact(artefact);
    const compiled = loadArtefact(bytes, "program").invoke("main", inputs());
    // A machine that is watched runs the bytecode.
    const options = { instrument: () => undefined };
    const bytecode = loadArtefact(bytes, "program", options).invoke("main", inputs());
    const loops = asLoops(planned!, inputs());
    if (typeof loops === "string") return `${what}, loops: ${loops}`;
    const all = { planned: found, compiled, bytecode, ...(loops && { loops }) };
    for (const [name, value] of Object.entries(all)) {
      const unlike = difference(value, expected);
      if (unlike !== undefined) return `${what}, ${name}: ${unlike}`;
    }
  }
  return undefined;
}

/** One loop function for the whole program, with or without a table of constants. */
function asLoops(planned: IRModule, args: readonly Value[]): Value | string | undefined {
  const sink = new Diagnostics();
  const constants = args.length % 2 === 0 ? "table" : "inline";
  const aot = lowerToLoops(planned, sink, { constants });
  const main = aot?.functions.find((f) => f.name === "main");
  // Only the virtual machine runs functions that call themselves.
  if (sink.all.some((d) => d.name === "recursive")) return undefined;
  if (aot === undefined || main === undefined) return sink.all[0]?.message ?? "no function";
  const call = aotCall(aot.module, main, args);
  const outcome = interpret(aot.module, "main", call.args, { stepLimit: 1_000_000 });
  return outcome.ok ? call.result() : outcome.diagnostic.message;
}

function onInterpreter(module: IRModule, args: readonly Value[]): Value | string {
  const outcome = interpret(module, "main", args, { stepLimit: 1_000_000 });
  return outcome.ok ? outcome.value : outcome.diagnostic.message;
}

const plan = (module: IRModule, inPlace: boolean, sink: Diagnostics): IRModule | undefined =>
  runPipeline(
    module,
    [
      step(toNonDataflow),
      step(removePurityChecking),
      step(callTirRewrite),
      step(staticPlanBlockMemory, { inPlace }),
    ],
    sink,
  );

export const memoryCampaign: Campaign = {
  name: "memory",
  summary: "Programs with planned memory give equal results on all executors.",
  full: 2000,
  run(count, seed, progress): CampaignResult {
    const failures: Failure[] = [];
    for (let index = 0; index < count; index++) {
      const program = generateMemoryProgram(makeRandom(seed * 1_000_003 + index));
      let reason: string | undefined;
      try {
        reason = compareExecutors(program);
      } catch (error) {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      if (reason !== undefined) failures.push({ index, reason, input: program.text });
      if (index % 50 === 49) progress(index + 1);
    }
    return { done: count, failures };
  },
};
