/** Running a function before and after scheduling on random inputs, at sizes where schedules go wrong. */
import { evaluate } from "../arith/index.js";
import { codes } from "../interp/codes.js";
import { interpret } from "../interp/index.js";
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { symbolsOf } from "../analysis/tir/symbols.js";
import { DiagnosticError } from "../support/diagnostic.js";
import type { Int } from "../support/int.js";
import { tensorsDiffer } from "../support/tensor-difference.js";
import { tensorValue, type Value } from "../support/value.js";
import { makeInputs } from "./inputs.js";
import { relaidFor } from "./relaid.js";
import { signaturesOf } from "./run.js";

/** What came out of the runs. */
export interface Proof {
  /** Sizes that were run, as text: `m=7, n=16`. */
  readonly runs: readonly string[];
  /** Sizes at which the function as written does not run either, or not to the end. */
  readonly skipped: number;
  /** The first difference. */
  readonly failure?: string;
}

export interface ProofOptions {
  /** What the schedule takes for true; holds at all sizes tried. */
  readonly conditions: readonly PrimExpr[];
  /** Iterations of a run of the function as written; the scheduled one gets twice as many. */
  readonly stepLimit: number;
}

const MOST_RUNS = 12;

/** Compares a function of two modules. */
export function proveSchedule(
  before: IRModule,
  after: IRModule,
  name: string,
  { conditions, stepLimit }: ProofOptions,
): Proof {
  const func = before.functions.get(name) as PrimFunc;
  const scheduled = after.functions.get(name) as PrimFunc;
  const signature = signaturesOf(before).get(name)!;
  const runs: string[] = [];
  let skipped = 0;
  for (const symbols of sizesFor(func, scheduled, conditions)) {
    const text = [...symbols].map(([v, n]) => `${v}=${n}`).join(", ");
    const request = { symbols, shapes: new Map(), given: new Map(), seed: 1 + runs.length };
    const inputs = (): Value[] => makeInputs(signature, request);
    let expected: Value[];
    try {
      expected = inputs();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      skipped++;
      continue;
    }
    const was = interpret(before, name, expected, { stepLimit });
    if (!was.ok) {
      skipped++;
      continue;
    }
    const layouts = inputs().map((value, k) =>
      value.kind === "tensor" ? relaidFor(scheduled, k, value.data.shape, symbols) : undefined,
    );
    const found = inputs().map((value, k) =>
      value.kind === "tensor" ? tensorValue(layouts[k]?.to(value.data) ?? value.data) : value,
    );
    const is = interpret(after, name, found, { stepLimit: stepLimit * 2 });
    const where = text === "" ? "" : ` at ${text}`;
    if (!is.ok) {
      const { code, message } = is.diagnostic;
      if (code === codes.stepLimit.info.code) {
        skipped++;
        continue;
      }
      return {
        runs,
        skipped,
        failure: `the scheduled function stops${where}: ${message} (${code})`,
      };
    }
    for (const [k, value] of expected.entries()) {
      const other = found[k];
      if (value.kind !== "tensor" || other?.kind !== "tensor") continue;
      const data = layouts[k]?.back(other.data) ?? other.data;
      const difference = tensorsDiffer(value.data, data, `parameter ${k + 1}${where}`);
      if (difference !== undefined) return { runs, skipped, failure: difference };
    }
    runs.push(text);
  }
  return { runs, skipped };
}

/** Sizes around the constants of the scheduled function, each symbol in turn, and some small ones together. */
function sizesFor(
  func: PrimFunc,
  scheduled: PrimFunc,
  conditions: readonly PrimExpr[],
): readonly ReadonlyMap<string, Int>[] {
  const symbols = symbolsOf(func).filter((v) => v.dtype.code === "int" || v.dtype.code === "uint");
  if (symbols.length === 0) return [new Map()];
  const factors = [...constantsOf(scheduled)].sort((a, b) => a - b).slice(0, 6);
  const edges = [...new Set([1, 0, ...factors.flatMap((f) => [f - 1, f, f + 1, 2 * f + 3])])];
  const found: ReadonlyMap<string, Int>[] = [];
  for (let k = 0; k < 64 && found.length < MOST_RUNS; k++) {
    const sizes = symbols.map((v, at) => [v, edges[(k * (2 * at + 1) + 3 * at) % edges.length]!] as const); // prettier-ignore
    if (!conditions.every((c) => holds(c, sizes))) continue;
    const map = new Map<string, Int>(sizes.map(([v, n]) => [v.name, n]));
    const key = JSON.stringify([...map]);
    if (!found.some((other) => JSON.stringify([...other]) === key)) found.push(map);
  }
  return found;
}

function holds(condition: PrimExpr, sizes: readonly (readonly [Var, number])[]): boolean {
  const values = new Map(sizes.map(([v, n]) => [v.name, n]));
  return evaluate(condition, { of: (v) => values.get(v.name) }) !== 0;
}

/** Whole numbers from 2 to 64 in the function: factors of splits, lanes. */
function constantsOf(func: PrimFunc): ReadonlySet<number> {
  const found = new Set<number>();
  visit(func.body, {
    enter(n) {
      if (n.kind === "tir.IntImm" && n.value >= 2 && n.value <= 64) found.add(Number(n.value));
    },
  });
  return found;
}
