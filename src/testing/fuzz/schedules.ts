/** Random schedules of random kernels: what is scheduled computes what was written, on every target. */
import { checkModule } from "../../analysis/index.js";
import { symbolsOf } from "../../analysis/tir/symbols.js";
import { evaluate } from "../../arith/index.js";
import { readModule } from "../../driver/frontend.js";
import { interpret } from "../../interp/index.js";
import { structuralEqual, firstDifference as irDifference } from "../../ir/core/equal.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { instantiate } from "../../runtime/wasm/instance.js";
import { instantiateNative } from "../../native/instance.js";
import { compileIr } from "../../native/llvm/compile.js";
import { llvmLibrary } from "../../native/llvm/library.js";
import { compileLlvm } from "../../target/llvm/index.js";
import { runPrimFunc } from "../../runtime/wasm/run-prim-func.js";
import {
  openSchedule, record, replay, scheduledModule, simplified, traceFromJson, traceText, traceToJson, type Schedule,
} from "../../schedule/index.js"; // prettier-ignore
import { funcOf } from "../../schedule/state.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { elementCount, zeros, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { tensorValue, type Value } from "../../support/value.js";
import { printModule } from "../../syntax/index.js";
import { compileWasm } from "../../target/wasm/index.js";
import { generateKernel } from "../generate/kernels.js";
import { makeRandom, type Random } from "../generate/random.js";
import { randomStep } from "../generate/schedule.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

const STEP_LIMIT = 4_000_000;

/** A way to run a scheduled function; undefined: it ran, else why not. */
export type Runner = (module: IRModule, name: string) => (args: readonly Value[]) => string | undefined; // prettier-ignore

/** One input of the campaign. */
export interface ScheduleCase {
  readonly text: string;
  readonly before: IRModule;
  readonly schedule: Schedule;
  readonly sizes: readonly ReadonlyMap<string, number>[];
  /** How often each primitive was applied, and refused. */
  readonly applied: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

/** Case number `index` of a seed. */
export function scheduleCase(seed: number, index: number): ScheduleCase {
  const rng = makeRandom(seed * 1_000_003 + index);
  const kernel = generateKernel(rng);
  const { module: before, diagnostics, failed } = readModule({ name: "kernel.relax", text: kernel.text }); // prettier-ignore
  if (failed) throw new Error(diagnostics.map((d) => d.message).join("; "));
  const opened = openSchedule(before, "main");
  if (!opened.ok) throw new Error(opened.diagnostic.message);
  const [applied, refused] = [new Map<string, number>(), new Map<string, number>()];
  const schedule = randomSchedule(rng, opened.schedule, (primitive, isApplied) => {
    const counts = isApplied ? applied : refused;
    counts.set(primitive, (counts.get(primitive) ?? 0) + 1);
  });
  return { text: kernel.text, before, schedule, sizes: kernel.sizes, applied, refused };
}

function randomSchedule(
  rng: Random,
  start: Schedule,
  note: (primitive: string, applied: boolean) => void,
): Schedule {
  let schedule = start;
  const wanted = rng.between(1, 8);
  for (let tries = 0, done = 0; tries < 60 && done < wanted; tries++) {
    const next = randomStep(rng, schedule);
    note(next.step.primitive, next.step.applied);
    if (!next.step.applied) continue;
    // Another signature cannot be compared.
    if (!sameSignature(funcOf(schedule.state), funcOf(next.schedule.state))) continue;
    schedule = next.schedule;
    done++;
  }
  return schedule;
}

const sameSignature = (a: PrimFunc, b: PrimFunc): boolean =>
  a.params.length === b.params.length && a.params.every((p, k) => p.buffer === b.params[k]!.buffer);

/** What is wrong with a case; undefined when nothing is. */
export function scheduleFailure(c: ScheduleCase, runners: readonly Runner[]): string | undefined {
  const after = scheduledModule(c.schedule);
  const sink = new Diagnostics();
  checkModule(after, sink);
  const first = sink.all.find((d) => d.severity === "error");
  if (first !== undefined) return `check: ${first.code} ${first.message}`;
  return textFailure(after) ?? traceFailure(c, after) ?? valueFailure(c, after, runners);
}

function textFailure(after: IRModule): string | undefined {
  const text = printModule(after);
  const { module, diagnostics, failed } = readModule({ name: "scheduled.relax", text });
  if (failed) return `text: ${diagnostics.map((d) => d.message).join("; ")}`;
  const differs = irDifference(module, after);
  return differs === undefined ? undefined : `text: not read back equal at ${differs.path}`;
}

function traceFailure({ before, schedule }: ScheduleCase, after: IRModule): string | undefined {
  const json = JSON.stringify(traceToJson(simplified(record(schedule.trace))));
  const read = traceFromJson(JSON.parse(json));
  if (!read.ok) return `trace: ${read.diagnostic.message}`;
  if (JSON.stringify(traceToJson(read.trace)) !== json) return "trace: JSON is not read back equal";
  const opened = openSchedule(before, "main");
  if (!opened.ok) return "trace: nothing to run it on";
  const again = replay(opened.schedule, read.trace);
  if (!again.ok) return `trace: instruction ${again.index + 1}: ${again.diagnostic.message}`;
  const isSame = structuralEqual(scheduledModule(again.schedule), after);
  return isSame ? undefined : "trace: it gives another function";
}

function valueFailure(
  c: ScheduleCase,
  after: IRModule,
  runners: readonly Runner[],
): string | undefined {
  const ways = runners.map((prepare) => prepare(after, "main"));
  for (const sizes of c.sizes) {
    const where = [...sizes].map(([s, n]) => `${s}=${n}`).join(", ");
    const expected = argumentsOf(c.before, sizes);
    const was = interpret(c.before, "main", expected, { stepLimit: STEP_LIMIT });
    if (!was.ok) return `as written, at ${where}: ${was.diagnostic.message}`;
    for (const run of ways) {
      const found = argumentsOf(c.before, sizes);
      const problem = run(found) ?? difference(expected, found);
      if (problem !== undefined) return `${problem}${where === "" ? "" : ` at ${where}`}`;
    }
  }
  return undefined;
}

/** Small whole numbers, so that results are exact in any order. */
function argumentsOf(module: IRModule, sizes: ReadonlyMap<string, number>): Value[] {
  const func = module.functions.get("main") as PrimFunc;
  const values = new Map(symbolsOf(func).map((v) => [v, sizes.get(v.name) ?? 0]));
  const rng = makeRandom(7);
  return func.params.map(({ buffer }) => {
    const shape = buffer!.shape.map((d) => Number(evaluate(d, { of: (v) => values.get(v) })));
    const data = zeros(buffer!.dtype, shape);
    const { bytes, write } = elementAccess(buffer!.dtype);
    const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
    for (let k = 0; k < elementCount(shape); k++) write(view, k * bytes, rng.between(-3, 3));
    return tensorValue(data);
  });
}

function difference(expected: readonly Value[], found: readonly Value[]): string | undefined {
  for (const [k, a] of expected.entries()) {
    const b = found[k]!;
    if (a.kind !== "tensor" || b.kind !== "tensor") continue;
    const at = firstUnequal(a.data, b.data);
    if (at !== undefined) return `parameter ${k} differs at element ${at}`;
  }
  return undefined;
}

function firstUnequal(a: NDArray, b: NDArray): string | undefined {
  const { bytes, read } = elementAccess(a.dtype);
  const [x, y] = [a, b].map((t) => new DataView(t.bytes.buffer, t.bytes.byteOffset));
  for (let k = 0; k < elementCount(a.shape); k++) {
    const [p, q] = [read(x!, k * bytes), read(y!, k * bytes)];
    if (p !== q) return `${k}: ${p} as written, ${q} scheduled`;
  }
  return undefined;
}

// ---- targets ----------------------------------------------------------------------------------------------------

export const onInterpreter: Runner = (module, name) => (args) => {
  const outcome = interpret(module, name, args, { stepLimit: 4 * STEP_LIMIT });
  return outcome.ok ? undefined : `interpreter: ${outcome.diagnostic.code} ${outcome.diagnostic.message}`; // prettier-ignore
};

export const onWasm: Runner = (module, name) => {
  const sink = new Diagnostics();
  const compiled = compileWasm(module, sink);
  if (compiled === undefined) return () => `wasm: ${sink.all.map((d) => d.message).join("; ")}`;
  const instance = instantiate(compiled);
  return (args) => {
    const result = runPrimFunc(instance, name, args);
    return result.ok ? undefined : `wasm: status ${result.status} ${result.reason?.message ?? ""}`;
  };
};

/** Native code; its instance lives as long as the process. */
export const onNative: Runner = (module, name) => {
  const sink = new Diagnostics();
  const machine = {
    llvmVersion: llvmLibrary().version,
    processor: "x86-64-v3",
    features: "",
    vectorBits: 256,
    fma: false,
    vnni: false,
  };
  const compiled = compileLlvm(module, sink, { machine });
  if (compiled === undefined) return () => `llvm: ${sink.all.map((d) => d.message).join("; ")}`;
  const object = compileIr(compiled.text, { processor: machine.processor });
  return (args) => {
    const instance = instantiateNative({ ...compiled, object });
    try {
      const result = runPrimFunc(instance, name, args);
      return result.ok
        ? undefined
        : `llvm: status ${result.status} ${result.reason?.message ?? ""}`;
    } finally {
      instance.dispose();
    }
  };
};

// ---- the campaign -----------------------------------------------------------------------------------------------

/** The campaign on the interpreter, WebAssembly and native code. */
export const schedulesCampaign: Campaign = {
  name: "schedules",
  summary: "Random schedules of random kernels change no result, on the interpreter, WebAssembly and natively.", // prettier-ignore
  full: 5000,
  run: (count, seed, progress) =>
    fuzzSchedules(count, seed, progress, [onInterpreter, onWasm, onNative]),
};

/** Runs `runs` cases of a seed. Coverage: how often each primitive was applied, per hundred cases. */
export function fuzzSchedules(
  runs: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
  runners: readonly Runner[] = [onInterpreter],
): CampaignResult {
  const failures: Failure[] = [];
  const applied = new Map<string, number>();
  for (let index = 0; index < runs; index++) {
    let found: ScheduleCase | undefined;
    let reason: string | undefined;
    try {
      found = scheduleCase(seed, index);
      for (const [name, n] of found.applied) applied.set(name, (applied.get(name) ?? 0) + n);
      reason = scheduleFailure(found, runners);
    } catch (error) {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (reason !== undefined) failures.push({ index, reason, input: inputText(found) });
    if (index % 50 === 49) progress(index + 1);
  }
  const coverage = Object.fromEntries(
    [...applied].sort().map(([name, n]) => [name, (100 * n) / runs]),
  );
  return { done: runs, failures, coverage };
}

/** The kernel with its schedule, to be run by `relaxc schedule --prove`. */
function inputText(c: ScheduleCase | undefined): string {
  if (c === undefined) return "";
  const body = traceText(simplified(record(c.schedule.trace))).replace(/^/gm, "    ");
  return `${c.text}\n\n@S.schedule(func="main")\ndef found(sch):\n${body}\n`;
}
