/** Relax functions as graphs: fixed lists of kernel calls over views of memory. */
import type { GraphFunction } from "../../artefact/index.js";
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import type { NDArray } from "../../support/ndarray.js";
import type { Source } from "../../support/source.js";
import { codes } from "./codes.js";
import { NotStatic } from "./not-static.js";
import { graphOf } from "./walk.js";

export interface GraphOptions {
  /** Function that must be a graph; of the others, those that are none are left out. Absent: every public one must. */
  readonly entry?: string | undefined;
  /** Texts that places refer to. */
  readonly sources: readonly Source[];
  /** Number of a constant of the program. */
  constantNumber(data: NDArray): number;
}

/** Undefined when errors were reported. */
export function compileGraph(
  module: IRModule,
  sink: Sink,
  options: GraphOptions,
): GraphFunction[] | undefined {
  const graphs: GraphFunction[] = [];
  let failed = false;
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function") continue;
    const isNeeded = options.entry === undefined ? !func.isPrivate : options.entry === name;
    try {
      graphs.push(graphOf(module, name, func, options));
    } catch (error) {
      if (!(error instanceof NotStatic)) throw error;
      if (!isNeeded) continue;
      failed = true;
      const { reason, at } = error;
      sink.report(codes.notStatic({ name, reason, at: at ?? func.span }));
    }
  }
  return failed ? undefined : graphs;
}
