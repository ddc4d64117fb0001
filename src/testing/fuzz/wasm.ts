/** Generated T functions: interpreter and WebAssembly must agree bit for bit. */
import { interpret } from "../../interp/index.js";
import { toJson } from "../../ir/core/json.js";
import { runPrimFunc } from "../../runtime/wasm/run-prim-func.js";
import { instantiate } from "../../runtime/wasm/instance.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { compileWasm } from "../../target/wasm/index.js";
import { featuresOf, requiredFeatures } from "../generate/coverage.js";
import { tensorDifference } from "../generate/data.js";
import { generateProgram, type Program } from "../generate/program.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

export const STEP_LIMIT = 2_000_000;

/** Program number `index` of a seed. */
export const programAt = (seed: number, index: number): Program =>
  generateProgram(makeRandom(seed * 1_000_003 + index));

/** Runs a program on both; text of what differs, or of why one of them did not run. */
export function compareTargets(program: Program): string | undefined {
  const expected = program.makeArgs();
  const outcome = interpret(program.module, program.entry, expected, { stepLimit: STEP_LIMIT });
  if (!outcome.ok)
    return `interpreter: ${outcome.diagnostic.code} ${outcome.diagnostic.message} ${outcome.diagnostic.notes.join("; ")}`;
  const sink = new Diagnostics();
  const compiled = compileWasm(program.module, sink);
  if (compiled === undefined)
    return `compiler: ${sink.all.map((d) => `${d.code} ${d.message}`).join("; ")}`;
  const actual = program.makeArgs();
  const result = runPrimFunc(instantiate(compiled), program.entry, actual);
  if (!result.ok)
    return `wasm: status ${result.status} ${result.reason?.kind} ${result.reason?.message}`;
  return firstDifference(expected, actual);
}

export function firstDifference(
  expected: readonly Value[],
  actual: readonly Value[],
): string | undefined {
  for (const [k, value] of expected.entries()) {
    const other = actual[k]!;
    if (value.kind !== "tensor" || other.kind !== "tensor") continue;
    const difference = tensorDifference(value.data, other.data);
    if (difference !== undefined) return `argument ${k} (${value.data.dtype.name}), ${difference}`;
  }
  return undefined;
}

/** The campaign; `text` shows a failing program. */
export const wasmCampaign = (text: (program: Program) => string = jsonText): Campaign => ({
  name: "wasm",
  summary: "Generated T functions give equal results on the interpreter and on WebAssembly.",
  full: 2500,
  run: (count, seed, progress) => fuzzWasm(count, seed, progress, text),
});

const jsonText = (program: Program): string => JSON.stringify(toJson(program.module));

/** Runs `runs` programs of a seed. */
export function fuzzWasm(
  runs: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
  text: (program: Program) => string = jsonText,
): CampaignResult {
  const failures: Failure[] = [];
  const seen = new Map<string, number>(requiredFeatures.map((name) => [name, 0]));
  const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
  for (let index = 0; index < runs; index++) {
    const program = programAt(seed, index);
    for (const feature of featuresOf(program.module)) count(feature);
    if (program.main.symbols.size > 0) count("symbolic extents");
    if (program.main.hasReduction) count("reduction");
    let reason: string | undefined;
    try {
      reason = compareTargets(program);
    } catch (error) {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (reason !== undefined) failures.push({ index, reason, input: text(program) });
    if (index % 50 === 49) progress(index + 1);
  }
  const coverage = Object.fromEntries(
    [...seen].sort().map(([name, n]) => [name, (100 * n) / runs]),
  );
  return { done: runs, failures, coverage };
}
