/** Generated T functions: interpreter and generated C must agree bit for bit. */
import { interpret } from "../../interp/index.js";
import { toJson } from "../../ir/core/json.js";
import type { Value } from "../../support/value.js";
import { C_LEVEL } from "../../target/c-flags.js";
import { compileBatch } from "../batch.js";
import { cOf, findCompiler, STRICT_BUT_GUESSES } from "../c/build.js";
import { tensorDifference } from "../generate/data.js";
import type { Program } from "../generate/program.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";
import { programAt } from "./wasm.js";

const STEP_LIMIT = 2_000_000;
/** Programs that become one C file. */
const BATCH = 40;

export interface CFuzzOptions {
  readonly compiler?: string | undefined;
  readonly flags?: readonly string[];
  readonly text?: (program: Program) => string;
}

/** The campaign; `text` shows a failing program. */
export const cCampaign = (text?: (program: Program) => string): Campaign => ({
  name: "c",
  summary: "Generated T functions give equal results on the interpreter and as C.",
  full: 1000,
  run: (count, seed, progress) => fuzzC(count, seed, progress, text === undefined ? {} : { text }),
});

/** Runs `runs` programs of a seed, some in each C file. */
export function fuzzC(
  runs: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
  options: CFuzzOptions = {},
): CampaignResult {
  const compiler = options.compiler ?? findCompiler("gcc", "cc", "clang");
  if (compiler === undefined) throw new Error("no C compiler is installed");
  const flags = options.flags ?? [...STRICT_BUT_GUESSES, C_LEVEL];
  const text = options.text ?? ((p: Program) => JSON.stringify(toJson(p.module)));
  const failures: Failure[] = [];
  for (let start = 0; start < runs; start += BATCH) {
    const count = Math.min(BATCH, runs - start);
    const programs = Array.from({ length: count }, (_, k) => programAt(seed, start + k));
    const batch = compileBatch(programs, (module, names) => cOf(module, names, compiler, flags));
    for (const [k, program] of programs.entries()) {
      const reason = compare(program, (args) => batch.run(k, args));
      if (reason !== undefined) failures.push({ index: start + k, reason, input: text(program) });
    }
    batch.close();
    progress(start + count);
  }
  return { done: runs, failures };
}

/** Text of what differs. */
function compare(
  program: Program,
  run: (args: readonly Value[]) => string | undefined,
): string | undefined {
  const expected = program.makeArgs();
  const outcome = interpret(program.module, program.entry, expected, { stepLimit: STEP_LIMIT });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
  const actual = program.makeArgs();
  return run(actual) ?? firstDifference(expected, actual);
}

function firstDifference(expected: readonly Value[], actual: readonly Value[]): string | undefined {
  for (const [k, value] of expected.entries()) {
    const other = actual[k]!;
    if (value.kind !== "tensor" || other.kind !== "tensor") continue;
    const difference = tensorDifference(value.data, other.data);
    if (difference !== undefined) return `argument ${k} (${value.data.dtype.name}), ${difference}`;
  }
  return undefined;
}
