/** Generated modules: they check, and what is printed reads back as the same module. */
import { checkModule } from "../../analysis/index.js";
import { firstDifference } from "../../ir/core/equal.js";
import type { IRModule } from "../../ir/module.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { parseModule, printModule, type PrintDialect } from "../../syntax/index.js";
import { generateModule } from "../generate/module.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, Failure } from "./campaign.js";

/** Milliseconds of CPU time after which a module counts as a hang. */
const HANG = 5000;
const DIALECTS: readonly PrintDialect[] = ["native", "tvm-0.27"];

/** Module number `index` of a seed. */
export const moduleAt = (seed: number, index: number): IRModule =>
  generateModule(makeRandom(seed * 1_000_003 + index));

/** What is wrong with the module's way to text and back. */
export function roundTripProblem(module: IRModule, dialect: PrintDialect): string | undefined {
  const text = printModule(module, { dialect });
  const sink = new Diagnostics();
  const again = parseModule({ name: `${dialect}.relax`, text }, sink);
  const error = sink.all.find((d) => d.severity === "error");
  if (error !== undefined)
    return `${dialect}: the printed text has the error ${error.code}: ${error.message}`;
  const difference = firstDifference(module, again);
  if (difference !== undefined) return `${dialect}: differs at ${difference.path}`;
  return printModule(again, { dialect }) === text
    ? undefined
    : `${dialect}: the second print differs`;
}

function checkProblem(module: IRModule): string | undefined {
  const sink = new Diagnostics();
  checkModule(module, sink);
  const error = sink.all.find((d) => d.severity === "error");
  return error && `check: ${error.code}: ${error.message}`;
}

/** Everything that a generated module must pass. */
export function moduleProblem(module: IRModule): string | undefined {
  const start = process.cpuUsage();
  for (const dialect of DIALECTS) {
    const problem = roundTripProblem(module, dialect);
    if (problem !== undefined) return problem;
  }
  const problem = checkProblem(module);
  const used = process.cpuUsage(start);
  const spent = (used.user + used.system) / 1000;
  return problem ?? (spent > HANG ? `takes ${Math.round(spent)} ms` : undefined);
}

/** The campaign. */
export const modulesCampaign: Campaign = {
  name: "modules",
  summary: "Generated modules check, and round-trip in the native and the tvm-0.27 dialect.",
  full: 10_000,
  run(count, seed, progress) {
    const failures: Failure[] = [];
    for (let index = 0; index < count; index++) {
      const module = moduleAt(seed, index);
      let reason: string | undefined;
      try {
        reason = moduleProblem(module);
      } catch (error) {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      if (reason !== undefined) failures.push({ index, reason, input: safeText(module) });
      if (index % 100 === 99) progress(index + 1);
    }
    return { done: count, failures };
  },
};

function safeText(module: IRModule): string {
  try {
    return printModule(module);
  } catch {
    return "(cannot be printed)";
  }
}
