/** Random schedules of random kernels: what is scheduled computes what was written, on every target. */
import { checkModule } from "../../analysis/index.js";
import { symbolsOf } from "../../analysis/tir/symbols.js";
import { evaluate } from "../../arith/index.js";
import { readModule } from "../../driver/frontend.js";
import { interpret } from "../../interp/index.js";
import { structuralEqual, firstDifference as irDifference } from "../../ir/core/equal.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import {
  openSchedule, record, replay, scheduledModule, simplified, traceFromJson, traceText, traceToJson, type Schedule,
} from "../../schedule/index.js"; // prettier-ignore
import { funcOf } from "../../schedule/state.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { elementCount, zeros, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { tensorValue, type Value } from "../../support/value.js";
import { printModule } from "../../syntax/index.js";
import { generateKernel } from "../generate/kernels.js";
import { makeRandom, type Random } from "../generate/random.js";
import { randomStep } from "../generate/schedule.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";
import { onC, onInterpreter, onNative, onWasm, STEP_LIMIT, type Target, type Way } from "./schedule-targets.js"; // prettier-ignore

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

/** What is wrong with the scheduled module itself; undefined when nothing is. */
function moduleFailure(c: ScheduleCase, after: IRModule): string | undefined {
  const sink = new Diagnostics();
  checkModule(after, sink);
  const first = sink.all.find((d) => d.severity === "error");
  if (first !== undefined) return `check: ${first.code} ${first.message}`;
  return textFailure(after) ?? traceFailure(c, after);
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

/** What a kernel does as it is written. */
interface Expected {
  readonly sizes: ReadonlyMap<string, number>;
  readonly values: readonly Value[];
}

/** At all sizes of a case; a text says why it cannot be told. */
function expectedOf({ before, sizes }: ScheduleCase): readonly Expected[] | string {
  const all: Expected[] = [];
  for (const at of sizes) {
    const values = argumentsOf(before, at);
    const was = interpret(before, "main", values, { stepLimit: STEP_LIMIT });
    if (!was.ok) return `as written${whereOf(at)}: ${was.diagnostic.message}`;
    all.push({ sizes: at, values });
  }
  return all;
}

const whereOf = (sizes: ReadonlyMap<string, number>): string =>
  sizes.size === 0 ? "" : ` at ${[...sizes].map(([s, n]) => `${s}=${n}`).join(", ")}`;

/** What is wrong on one target. */
function valueFailure(
  { before }: ScheduleCase,
  expected: readonly Expected[],
  run: Way,
): string | undefined {
  for (const { sizes, values } of expected) {
    const found = argumentsOf(before, sizes);
    const problem = run(found) ?? difference(values, found);
    if (problem !== undefined) return `${problem}${whereOf(sizes)}`;
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

// ---- the campaign -----------------------------------------------------------------------------------------------

/** Cases that are compiled together. */
const BATCH = 40;

/** The campaign on all targets. */
export const schedulesCampaign: Campaign = {
  name: "schedules",
  summary: "Random schedules of random kernels change no result, on the interpreter, WebAssembly, natively and as C.", // prettier-ignore
  full: 5000,
  anywhere: true,
  run: (count, seed, progress, first) =>
    fuzzSchedules(count, seed, progress, [onInterpreter, onWasm, onNative, onC], first),
};

/** Runs cases `first` to `first + runs` of a seed. Coverage: how often each primitive was applied, per hundred cases. */
export function fuzzSchedules(
  runs: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
  targets: readonly Target[] = [onInterpreter],
  first = 0,
): CampaignResult {
  const failures: Failure[] = [];
  const applied = new Map<string, number>();
  const equal = new Map(targets.map((t) => [t.name, 0]));
  for (let start = 0; start < runs; start += BATCH) {
    const found: Found[] = [];
    for (let k = start; k < Math.min(start + BATCH, runs); k++) {
      const one = caught(() => foundAt(seed, first + k));
      if (typeof one === "string") failures.push({ index: first + k, reason: one, input: "" });
      else if (one.reason === undefined) found.push(one);
      else failures.push({ index: one.index, reason: one.reason, input: inputText(one.case) });
      if (typeof one === "string") continue;
      for (const [name, n] of one.case.applied) applied.set(name, (applied.get(name) ?? 0) + n);
    }
    for (const target of targets) {
      const prepared = target.prepare(found.map((f) => f.after));
      for (const [k, one] of found.entries()) {
        const reason = caught(() => valueFailure(one.case, one.expected, prepared.ways[k]!));
        if (reason === undefined) equal.set(target.name, equal.get(target.name)! + 1);
        else
          failures.push({ index: one.index, reason: `${target.name}: ${reason}`, input: inputText(one.case) }); // prettier-ignore
      }
      prepared.close();
    }
    progress(Math.min(start + BATCH, runs));
  }
  const coverage = Object.fromEntries(
    [...applied].sort().map(([name, n]) => [name, (100 * n) / runs]),
  );
  return { done: runs, failures, coverage, equal: Object.fromEntries(equal) };
}

/** A case, ready to be run on targets unless there is a reason against it. */
interface Found {
  readonly index: number;
  readonly case: ScheduleCase;
  readonly after: IRModule;
  readonly expected: readonly Expected[];
  readonly reason?: string | undefined;
}

function foundAt(seed: number, index: number): Found {
  const made = scheduleCase(seed, index);
  const after = scheduledModule(made.schedule);
  const expected = expectedOf(made);
  const one = { index, case: made, after };
  if (typeof expected === "string") return { ...one, expected: [], reason: expected };
  return { ...one, expected, reason: caught(() => moduleFailure(made, after)) };
}

/** What it gives, or the text of what it throws. */
function caught<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** The kernel with its schedule, to be run by `relaxc schedule --prove`. */
function inputText(c: ScheduleCase | undefined): string {
  if (c === undefined) return "";
  const body = traceText(simplified(record(c.schedule.trace))).replace(/^/gm, "    ");
  return `${c.text}\n\n@S.schedule(func="main")\ndef found(sch):\n${body}\n`;
}
