/**
 * Runs golden cases. Many programs become one module, which is lowered by the library, interpreted, and compiled to
 * one WebAssembly module; both must agree bit for bit, and with the reference as far as the case says.
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
import { tensorValue, type Value } from "../../support/value.js";
import { runPipeline, step } from "../../transform/pipeline.js";
import { legalizeOps } from "../../transform/relax/legalize-ops.js";
import { tensorDifference } from "../generate/data.js";
import { farFrom } from "./compare.js";
import type { OpCase } from "./op-case.js";

/** A case that does not hold, and why. */
export interface CaseFailure {
  readonly case: OpCase;
  readonly reason: string;
}

/** Cases of one module; more would only make it slower to report what fails. */
const BATCH = 200;

/** The cases that do not hold. */
export function failingCases(cases: readonly OpCase[]): CaseFailure[] {
  const all: CaseFailure[] = [];
  for (let at = 0; at < cases.length; at += BATCH)
    all.push(...runBatch(cases.slice(at, at + BATCH)));
  return all;
}

/** A batch that does not build is halved until the cases at fault stand alone. */
function runBatch(cases: readonly OpCase[]): CaseFailure[] {
  try {
    return runTogether(cases);
  } catch (error) {
    if (cases.length === 1) return [{ case: cases[0]!, reason: reasonOf(error) }];
    const half = cases.length >> 1;
    return [...runBatch(cases.slice(0, half)), ...runBatch(cases.slice(half))];
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof DiagnosticError
    ? `${error.diagnostic.code}: ${error.diagnostic.message}`
    : String(error instanceof Error ? (error.stack ?? error.message) : error);

/** The lowered module of cases; `main` of the case at `i` is `case_i`. Throws what is reported. */
export function moduleOf(cases: readonly OpCase[]): IRModule {
  const text = cases.map((c, i) => c.program.replace("def main(", `def case_${i}(`)).join("\n\n\n");
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

function runTogether(cases: readonly OpCase[]): CaseFailure[] {
  const module = moduleOf(cases);
  const byName = guardsOf(module);
  const guards = new Map<PrimFunc, readonly EntryGuard[]>();
  for (const [name, list] of byName) {
    const func = module.functions.get(name);
    if (func?.kind === "tir.PrimFunc") guards.set(func, list);
  }
  const sink = new Diagnostics();
  const artefact = buildForWasm(module, sink, {
    producer: "op cases",
    sources: false,
    guards: byName,
  });
  throwFirst(sink.all);
  const machine = loadArtefact(artefactBytes(artefact!), "cases");
  return cases.flatMap((c, i) => {
    const args = (): Value[] => c.inputs.map((t) => tensorValue({ ...t, bytes: t.bytes.slice() }));
    const run = (call: () => Value): Value | string => {
      try {
        return call();
      } catch (error) {
        return reasonOf(error);
      }
    };
    const interpreted = run(() => {
      const outcome = interpret(module, `case_${i}`, args(), { guards });
      if (!outcome.ok) throw new DiagnosticError(outcome.diagnostic);
      return outcome.value;
    });
    const compiled = run(() => machine.invoke(`case_${i}`, args()));
    const reason = verdict(c, interpreted, compiled);
    return reason === undefined ? [] : [{ case: c, reason }];
  });
}

function verdict(
  c: OpCase,
  interpreted: Value | string,
  compiled: Value | string,
): string | undefined {
  if (typeof interpreted === "string") return `interpreter: ${interpreted}`;
  if (typeof compiled === "string") return `WebAssembly: ${compiled}`;
  const [a, b] = [tensorsOf(interpreted), tensorsOf(compiled)];
  if (a.length !== c.expected.length) return `${a.length} results, not ${c.expected.length}`;
  for (const [i, expected] of c.expected.entries()) {
    const [x, y] = [a[i]!, b[i]!];
    const far = farFrom(expected, x, c.tolerance);
    if (far !== undefined) return `result ${i}: ${far}`;
    const differ =
      x.shape.join() === y.shape.join() ? tensorDifference(x, y) : `shape ${y.shape.join()}`;
    if (differ !== undefined) return `result ${i}, interpreter and WebAssembly: ${differ}`;
  }
  return undefined;
}

const tensorsOf = (value: Value): import("../../support/ndarray.js").NDArray[] =>
  value.kind === "tensor"
    ? [value.data]
    : value.kind === "tuple"
      ? value.fields.flatMap(tensorsOf)
      : [];
