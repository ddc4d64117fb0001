/**
 * Programs of operators on the interpreter and on WebAssembly. Many programs become one module, which is lowered by the
 * library, interpreted, and compiled to one WebAssembly module.
 */
import { buildForWasm } from "../../driver/build.js";
import { readModule } from "../../driver/frontend.js";
import { guardsOf, type EntryGuard } from "../../driver/guards.js";
import { loadLibraries } from "../../driver/libraries.js";
import { artefactBytes } from "../../driver/run.js";
import { interpret } from "../../interp/index.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { loadArtefact } from "../../runtime/load-artefact.js";
import { DiagnosticError, Diagnostics, type Diagnostic } from "../../support/diagnostic.js";
import type { NDArray } from "../../support/ndarray.js";
import { tensorValue, type Value } from "../../support/value.js";
import { runPipeline, step } from "../../transform/pipeline.js";
import { legalizeOps } from "../../transform/relax/legalize-ops.js";
import { tensorDifference } from "../generate/data.js";

export interface OpProgram {
  /** A module with one function, `main`. */
  readonly program: string;
  readonly inputs: readonly NDArray[];
}
/** Results, or why there are none. */
export type Outcome = readonly NDArray[] | string;

export interface BothOutcomes<P extends OpProgram> {
  readonly program: P;
  /** Why it could not be built; an exception that is no diagnostic is a fault of ours. */
  readonly refused?: { readonly reason: string; readonly isDiagnostic: boolean } | undefined;
  readonly interpreted: Outcome;
  readonly compiled: Outcome;
}

/** Programs of one module; more would only make it slower to find one that does not build. */
const BATCH = 200;

/** Runs all programs both ways. */
export function runBoth<P extends OpProgram>(programs: readonly P[]): BothOutcomes<P>[] {
  const all: BothOutcomes<P>[] = [];
  for (let at = 0; at < programs.length; at += BATCH)
    all.push(...runBatch(programs.slice(at, at + BATCH)));
  return all;
}

/** A batch that does not build is halved until the programs at fault stand alone. */
function runBatch<P extends OpProgram>(programs: readonly P[]): BothOutcomes<P>[] {
  try {
    return runTogether(programs);
  } catch (error) {
    const [program] = programs;
    if (program === undefined) return [];
    if (programs.length === 1) {
      const reason = reasonOf(error);
      const refused = { reason, isDiagnostic: error instanceof DiagnosticError };
      return [{ program, refused, interpreted: reason, compiled: reason }];
    }
    const half = programs.length >> 1;
    return [...runBatch(programs.slice(0, half)), ...runBatch(programs.slice(half))];
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof DiagnosticError
    ? `${error.diagnostic.code}: ${error.diagnostic.message}`
    : String(error instanceof Error ? (error.stack ?? error.message) : error);

/** The lowered module of programs; `main` of the one at `i` is `case_i`. Throws what is reported. */
export function moduleOf(programs: readonly OpProgram[]): IRModule {
  const text = programs
    .map((p, i) => p.program.replace("def main(", `def case_${i}(`))
    .join("\n\n\n");
  const front = readModule({ name: "cases.relax", text });
  throwFirst(front.diagnostics);
  const sink = new Diagnostics();
  const { lowering } = loadLibraries();
  const module = runPipeline(front.module, [step(legalizeOps)], sink, { lowering });
  throwFirst(sink.all);
  return module!;
}

function throwFirst(diagnostics: readonly Diagnostic[]): void {
  const error = diagnostics.find((d) => d.severity === "error");
  if (error !== undefined) throw new DiagnosticError(error);
}

function runTogether<P extends OpProgram>(programs: readonly P[]): BothOutcomes<P>[] {
  const module = moduleOf(programs);
  const byName = guardsOf(module);
  const guards = new Map<PrimFunc, readonly EntryGuard[]>();
  for (const [name, list] of byName) {
    const func = module.functions.get(name);
    if (func?.kind === "tir.PrimFunc") guards.set(func, list);
  }
  const sink = new Diagnostics();
  const options = { producer: "op cases", sources: false, guards: byName };
  const artefact = buildForWasm(module, sink, options);
  throwFirst(sink.all);
  const machine = loadArtefact(artefactBytes(artefact!), "cases");
  return programs.map((program, i) => {
    const args = (): Value[] =>
      program.inputs.map((t) => tensorValue({ ...t, bytes: t.bytes.slice() }));
    const interpreted = outcomeOf(() => {
      const outcome = interpret(module, `case_${i}`, args(), { guards });
      if (!outcome.ok) throw new DiagnosticError(outcome.diagnostic);
      return outcome.value;
    });
    const compiled = outcomeOf(() => machine.invoke(`case_${i}`, args()));
    return { program, interpreted, compiled };
  });
}

function outcomeOf(run: () => Value): Outcome {
  try {
    return tensorsOf(run());
  } catch (error) {
    return reasonOf(error);
  }
}

const tensorsOf = (value: Value): NDArray[] =>
  value.kind === "tensor"
    ? [value.data]
    : value.kind === "tuple"
      ? value.fields.flatMap(tensorsOf)
      : [];

/** The first difference between the results of two ways, bit by bit. */
export function outcomesDiffer(
  interpreted: readonly NDArray[],
  compiled: readonly NDArray[],
): string | undefined {
  for (const [i, x] of interpreted.entries()) {
    const y = compiled[i];
    const differ =
      y === undefined || x.shape.join() !== y.shape.join()
        ? `shapes [${x.shape.join()}] and [${y?.shape.join()}]`
        : tensorDifference(x, y);
    if (differ !== undefined) return `result ${i}, interpreter and WebAssembly: ${differ}`;
  }
  return undefined;
}
