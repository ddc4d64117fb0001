/** Relax functions as graphs: fixed lists of kernel calls over views of memory. */
import type { GraphFunction } from "../../artefact/index.js";
import type { IRModule } from "../../ir/module.js";
import type { Diagnostic, Sink } from "../../support/diagnostic.js";
import type { NDArray } from "../../support/ndarray.js";
import type { Source } from "../../support/source.js";
import { codes } from "./codes.js";
import { NotStatic } from "./not-static.js";
import { graphOf } from "./walk.js";

export interface GraphOptions {
  /**
   * Function that must be a graph; of the other public ones, those that are none are left out. Absent: every public
   * function must be a graph or a part of one.
   */
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
  const parts = new Set<string>();
  const failures = new Map<string, Diagnostic>();
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function" || (func.isPrivate && name !== options.entry)) continue;
    try {
      const { graph, inlined } = graphOf(module, name, func, options);
      graphs.push(graph);
      for (const part of inlined) parts.add(part);
    } catch (error) {
      if (!(error instanceof NotStatic)) throw error;
      const { reason, at } = error;
      failures.set(name, codes.notStatic({ name, reason, at: at ?? func.span }));
    }
  }
  const needed = [...failures].filter(([name]) =>
    options.entry === undefined ? !parts.has(name) : name === options.entry,
  );
  for (const [, failure] of needed) sink.report(failure);
  return needed.length > 0 ? undefined : graphs;
}
