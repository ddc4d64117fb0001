/** Programs lowered by libraries given as text. */
import { checkModule } from "../../../src/analysis/index.js";
import { targetOf } from "../../../src/driver/library-hooks.js";
import { loadLibraries, type Libraries } from "../../../src/driver/libraries.js";
import { readModule } from "../../../src/driver/frontend.js";
import { runOnInterpreter } from "../../../src/driver/run.js";
import type { IRModule } from "../../../src/ir/module.js";
import { Diagnostics, type Diagnostic } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import type { NDArray } from "../../../src/support/ndarray.js";
import { tensorValue, type Value } from "../../../src/support/value.js";
import type { Source } from "../../../src/support/source.js";
import { makeLibrary } from "../../../src/template/library/library.js";
import { makeLowering } from "../../../src/template/select/lowering.js";
import { printModule } from "../../../src/syntax/index.js";
import { runPipeline, step } from "../../../src/transform/pipeline.js";
import { legalizeOps } from "../../../src/transform/relax/legalize-ops.js";

export interface Legalised {
  /** Absent when errors were reported. */
  readonly module: IRModule | undefined;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Lowers a program; `libraries` by name, in the order of the command line. */
export function legalise(
  program: string,
  libraries: Readonly<Record<string, string>> = {},
  target?: string,
): Legalised {
  const sources = Object.entries(libraries).map(([name, text]) => ({
    name: `${name}.relax`,
    text,
  }));
  return lowered(program, (own) => loadLibraries(sources, own), target);
}

/** Lowers a program by one library alone. */
export const legaliseBy = (program: string, text: string): Legalised =>
  lowered(program, () => {
    const library = makeLibrary("only", [{ name: "only.relax", text }]);
    return { lowering: makeLowering([library]), diagnostics: library.diagnostics() };
  });

function lowered(
  program: string,
  load: (own: Source | undefined) => Pick<Libraries, "lowering" | "diagnostics">,
  target?: string,
): Legalised {
  const front = readModule({ name: "program.relax", text: program });
  if (front.failed) throw new Error(front.diagnostics.map((d) => d.message).join("\n"));
  const { templates } = front.module;
  const own = templates === undefined ? undefined : { name: "own", text: templates };
  const { lowering, diagnostics } = load(own);
  const sink = new Diagnostics();
  for (const d of diagnostics) sink.report(d);
  const hooks = { lowering, ...(target !== undefined && { target: targetOf({ target }, sink) }) };
  const module = runPipeline(front.module, [step(legalizeOps)], sink, hooks);
  if (module !== undefined) {
    const found = new Diagnostics();
    checkModule(module, found);
    const errors = found.all.filter((d) => d.severity === "error");
    if (errors.length > 0) throw new Error(errors.map((d) => d.message).join("\n"));
  }
  return { module, text: module === undefined ? "" : printModule(module), diagnostics: sink.all };
}

/** Names of the T functions, in order. */
export const kernelsOf = (module: IRModule | undefined): string[] =>
  [...(module?.functions ?? [])]
    .flatMap(([name, f]) => (f.kind === "tir.PrimFunc" ? [name] : []))
    .sort();

export const floats = (shape: readonly number[], values: readonly number[]): Value => {
  const data: NDArray = {
    dtype: float32,
    shape,
    bytes: new Uint8Array(new Float32Array(values).buffer),
  };
  return tensorValue(data);
};
/** The numbers of a float32 or int64 result. */
export function numbersOf(value: Value): number[] {
  if (value.kind !== "tensor") throw new Error(`not a tensor: ${value.kind}`);
  const { dtype, bytes } = value.data;
  const copy = bytes.slice().buffer;
  if (dtype.name === "int64") return [...new BigInt64Array(copy)].map(Number);
  return [...new Float32Array(copy)];
}

/** What `main` gives on the interpreter. */
export const runMain = (module: IRModule, args: readonly Value[]): Value =>
  runOnInterpreter(module, "main", args, { print: () => undefined });
