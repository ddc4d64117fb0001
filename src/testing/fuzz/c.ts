/** Generated T functions: interpreter and generated C must agree bit for bit. */
import { interpret } from "../../interp/index.js";
import { toJson } from "../../ir/core/json.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { globalVar, irModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { compileC } from "../../target/c/index.js";
import { buildC, findCompiler, STRICT, type CFunctions } from "../c/build.js";
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

/** The functions of a program under names of their own. */
function renamed(program: Program, index: number): [string, PrimFunc][] {
  const of = (name: string): string => `p${index}_${name}`;
  return [...program.module.functions].map(([name, func]) => [
    of(name),
    {
      ...rewrite(func as PrimFunc, (n) => {
        if (n.kind === "ir.GlobalVar") return globalVar(of(n.name));
        const isCall = n.kind === "tir.Call" && n.args[0]?.kind === "tir.StringImm";
        const callee = isCall && n.args[0]?.kind === "tir.StringImm" ? n.args[0] : undefined;
        if (!isCall || callee === undefined || !program.module.functions.has(callee.value))
          return n;
        return { ...n, args: [{ ...callee, value: of(callee.value) }, ...n.args.slice(1)] };
      }),
      name: of(name),
    },
  ]);
}

/** Runs `runs` programs of a seed, some in each C file. */
export function fuzzC(
  runs: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
  options: CFuzzOptions = {},
): CampaignResult {
  const compiler = options.compiler ?? findCompiler("gcc", "cc", "clang");
  if (compiler === undefined) throw new Error("no C compiler is installed");
  const flags = options.flags ?? [...STRICT, "-O2"];
  const text = options.text ?? ((p: Program) => JSON.stringify(toJson(p.module)));
  const failures: Failure[] = [];
  for (let start = 0; start < runs; start += BATCH) {
    const programs = Array.from({ length: Math.min(BATCH, runs - start) }, (_, k) => ({
      index: start + k,
      program: programAt(seed, start + k),
    }));
    const report = (index: number, program: Program, reason: string): void =>
      void failures.push({ index, reason, input: text(program) });
    runBatch(programs, compiler, flags, report);
    progress(Math.min(start + BATCH, runs));
  }
  return { done: runs, failures };
}

interface Numbered {
  readonly index: number;
  readonly program: Program;
}

function runBatch(
  programs: readonly Numbered[],
  compiler: string,
  flags: readonly string[],
  report: (index: number, program: Program, reason: string) => void,
): void {
  let built: CFunctions;
  try {
    built = build(programs, compiler, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (programs.length === 1) return report(programs[0]!.index, programs[0]!.program, reason);
    // Which of them it is.
    const half = programs.length >> 1;
    runBatch(programs.slice(0, half), compiler, flags, report);
    return runBatch(programs.slice(half), compiler, flags, report);
  }
  for (const { index, program } of programs) {
    const reason = compare(built, `p${index}_${program.entry}`, program);
    if (reason !== undefined) report(index, program, reason);
  }
  built.close();
}

function build(
  programs: readonly Numbered[],
  compiler: string,
  flags: readonly string[],
): CFunctions {
  const functions = programs.flatMap(({ index, program }) => renamed(program, index));
  const sink = new Diagnostics();
  const compiled = compileC(irModule(new Map(functions)), sink);
  if (compiled === undefined)
    throw new Error(sink.all.map((d) => `${d.code} ${d.message}`).join("; "));
  const entries = programs.map(({ index, program }) => `p${index}_${program.entry}`);
  return buildC(compiled, entries, compiler, flags);
}

/** Text of what differs. */
function compare(built: CFunctions, name: string, program: Program): string | undefined {
  const expected = program.makeArgs();
  const outcome = interpret(program.module, program.entry, expected, { stepLimit: STEP_LIMIT });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
  const actual = program.makeArgs();
  const { problem } = built.run(name, actual);
  if (problem !== undefined) return problem;
  return firstDifference(expected, actual);
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
