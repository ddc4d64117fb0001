/** Pipelines pass by pass: after each the program is well-formed, and its text reads back equal. */
import { readModule } from "../driver/frontend.js";
import { libraryHooks } from "../driver/library-hooks.js";
import { firstDifference } from "../ir/core/equal.js";
import type { IRModule } from "../ir/module.js";
import { Diagnostics } from "../support/diagnostic.js";
import { printModule } from "../syntax/index.js";
import { parsePipeline } from "../transform/pipeline-text.js";
import { resolvePipeline, runPipeline } from "../transform/pipeline.js";
import { lookupPass } from "../transform/registry.js";

/**
 * What is wrong after which pass; empty when all is well. `passed` hears of each pass that changed something. A pipeline
 * `@default-KIND` runs for the target of this kind.
 */
export async function verifyPasses(
  module: IRModule,
  pipeline: string,
  passed: (pass: string) => void = () => undefined,
): Promise<readonly string[]> {
  const sink = new Diagnostics();
  const items = parsePipeline(pipeline, sink);
  const steps = items && (await resolvePipeline(items, lookupPass, sink));
  if (steps === undefined) return sink.all.map((d) => d.message);
  const target = /^@default-(\w+)$/.exec(pipeline)?.[1];
  const hooks = await libraryHooks({ ...(target !== undefined && { target }) }, sink, module, true);
  const problems: string[] = [];
  const finished = runPipeline(module, steps, sink, {
    ...hooks,
    after({ text }, _, before, after) {
      if (before === after) return;
      passed(text);
      const problem = problemOf(after);
      if (problem !== undefined) problems.push(`after ${text}: ${problem}`);
    },
  });
  if (finished === undefined)
    problems.push(...sink.all.filter((d) => d.severity === "error").map((d) => d.message));
  return problems;
}

function problemOf(module: IRModule): string | undefined {
  const printed = printModule(module);
  const { module: back, failed, diagnostics } = readModule({ name: "after.relax", text: printed });
  if (failed) {
    const error = diagnostics.find((d) => d.severity === "error");
    return `the text does not read back: ${error?.code} ${error?.message}`;
  }
  const difference = firstDifference(module, back);
  return difference === undefined
    ? undefined
    : `the text reads back different at ${difference.path}`;
}
