/** Schedules in tests: steps by name, texts before and after, equal results on small whole numbers. */
import * as assert from "uvu/assert";
import { evaluate } from "../../../src/arith/index.js";
import { readModule } from "../../../src/driver/frontend.js";
import { interpret } from "../../../src/interp/index.js";
import type { IRModule } from "../../../src/ir/module.js";
import { binary, intImm, makeVar, type PrimExpr, type Var } from "../../../src/ir/tir/expr.js";
import type { IndexMap, PrimFunc } from "../../../src/ir/tir/function.js";
import {
  callPrimitive, openSchedule, scheduledModule, type Schedule, type ScheduleValue,
} from "../../../src/schedule/index.js"; // prettier-ignore
import { int32 } from "../../../src/support/dtype.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { elementCount, zeros, type NDArray } from "../../../src/support/ndarray.js";
import { elementAccess } from "../../../src/support/numeric/element.js";
import { tensorValue } from "../../../src/support/value.js";
import { printModule } from "../../../src/syntax/index.js";
import { lowerLoops } from "../../../src/transform/loop-pipeline.js";
import { checkModule } from "../../../src/analysis/index.js";

export type Steps = (s: Stepper) => void;

/** A refusal of a step, as an exception of the test. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** Calls primitives one after the other. */
export class Stepper {
  constructor(public schedule: Schedule) {}

  /** The result of a primitive; a list where it gives several. */
  call(name: string, ...args: readonly ScheduleValue[]): ScheduleValue {
    return this.named(name, {}, ...args);
  }
  named(
    name: string,
    named: Readonly<Record<string, ScheduleValue>>,
    ...positional: readonly ScheduleValue[]
  ): ScheduleValue {
    const done = callPrimitive(this.schedule, name, { positional, named });
    if (!done.ok) throw new Refused(done.diagnostic.code, done.diagnostic.message);
    this.schedule = done.schedule;
    return done.result;
  }
  list(name: string, ...args: readonly ScheduleValue[]): ScheduleValue[] {
    return this.call(name, ...args) as ScheduleValue[];
  }
  block(name: string): ScheduleValue {
    return this.call("get_sblock", name);
  }
  loops(block: ScheduleValue): ScheduleValue[] {
    return this.list("get_loops", block);
  }
}

export function read(text: string): IRModule {
  const { module, failed, diagnostics } = readModule({ name: "case.relax", text });
  if (failed) throw new Error(diagnostics.map((d) => `${d.code}: ${d.message}`).join("\n"));
  return module;
}

const onlyFunction = (module: IRModule): PrimFunc =>
  [...module.functions.values()].find((f): f is PrimFunc => f.kind === "tir.PrimFunc")!;

/** The module after the steps. */
export function scheduled(module: IRModule, steps: Steps): IRModule {
  const opened = openSchedule(module, onlyFunction(module).name);
  if (!opened.ok) throw new Refused(opened.diagnostic.code, opened.diagnostic.message);
  const s = new Stepper(opened.schedule);
  steps(s);
  return scheduledModule(s.schedule);
}

/** The code of the refusal that the steps end in. */
export function refusalOf(text: string, steps: Steps): string {
  try {
    scheduled(read(text), steps);
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return "none";
}

/** Small whole numbers, so that sums are exact in any order. */
function filled(func: PrimFunc, sizes: Readonly<Record<string, number>>, seed: number): NDArray[] {
  let at = seed;
  const next = (): number => {
    at = (at * 1103515245 + 12345) % 2147483648;
    return (Math.floor(at / 65536) % 7) - 3;
  };
  const values = new Map<Var, number>();
  for (const { buffer } of func.params)
    for (const d of buffer?.shape ?? []) if (d.kind === "tir.Var") values.set(d, sizes[d.name]!);
  return func.params.map(({ buffer }) => {
    const shape = buffer!.shape.map((d) =>
      Number(evaluate(d, { of: (v) => values.get(v as Var) })),
    );
    const array = zeros(buffer!.dtype, shape);
    const { bytes, write } = elementAccess(buffer!.dtype);
    const view = new DataView(array.bytes.buffer, array.bytes.byteOffset, array.bytes.byteLength);
    for (let i = 0; i < elementCount(shape); i++) write(view, i * bytes, next());
    return array;
  });
}

function run(module: IRModule, sizes: Readonly<Record<string, number>>): NDArray[] {
  const func = onlyFunction(module);
  const arrays = filled(func, sizes, 42);
  const outcome = interpret(
    module,
    func.name,
    arrays.map((a) => tensorValue(a)),
  );
  if (!outcome.ok) throw new Error(`${outcome.diagnostic.code}: ${outcome.diagnostic.message}`);
  return arrays;
}

/** What differs between the results of two modules of one T function; undefined when nothing does. */
export function differs(
  before: IRModule,
  after: IRModule,
  ...sizes: readonly Readonly<Record<string, number>>[]
): string | undefined {
  for (const size of sizes) {
    const [was, is] = [run(before, size), run(after, size)];
    for (const [k, a] of was.entries())
      if (Buffer.compare(Buffer.from(a.bytes), Buffer.from(is[k]!.bytes)) !== 0)
        return `parameter ${k} at ${JSON.stringify(size)}`;
  }
  return undefined;
}

/** The text of a module; errors of the checker are part of it. */
export function textOf(module: IRModule): string {
  const found = new Diagnostics();
  checkModule(module, found);
  const errors = found.all.filter((d) => d.severity === "error");
  return [printModule(module), ...errors.map((d) => `# ${d.code}: ${d.message}`)].join("\n");
}

/**
 * Takes the steps: the text is without errors, and results are equal at all sizes, also when loops are lowered. Gives
 * the text after them.
 */
export function same(
  text: string,
  sizes: readonly Readonly<Record<string, number>>[],
  steps: Steps,
): string {
  const before = read(text);
  const after = scheduled(before, steps);
  const shown = textOf(after);
  assert.not.match(shown, /^# /m, shown);
  assert.is(differs(before, after, ...sizes), undefined, shown);
  const loops = lowerLoops(after, new Diagnostics());
  if (loops !== undefined) assert.is(differs(before, loops, ...sizes), undefined, textOf(loops));
  return shown;
}

/** A function on indices: `lambda("i j", (i, j) => [j, i])`. */
export function lambda(
  names: string,
  results: (...indices: PrimExpr[]) => readonly PrimExpr[],
): IndexMap {
  const params = names.split(" ").map((n) => makeVar(n, int32));
  return { kind: "tir.IndexMap", params, results: results(...params), separators: [] };
}
export const div = (a: PrimExpr, by: number): PrimExpr => binary("floordiv", a, intImm(by));
export const mod = (a: PrimExpr, by: number): PrimExpr => binary("floormod", a, intImm(by));
