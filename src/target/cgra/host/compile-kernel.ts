/** Kernels for a fabric: loops become a graph, the graph is mapped, the mapping is what the fabric executes. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { Diagnostics, type Diagnostic } from "../../../support/diagnostic.js";
import { codes as mapCodes } from "../codes.js";
import type { BufferPlace, LoopKernel } from "../dfg/loop-kernel.js";
import { extractKernel } from "../extract/extract.js";
import type { Fabric } from "../fabric/fabric.js";
import { realise } from "../machine/assemble.js";
import type { KernelProgram } from "../machine/program.js";
import { problemOf } from "../map/places.js";
import { mapGraph, type SearchOptions, type SearchResult } from "../map/search.js";
import type { CompiledKernel } from "./compile-host.js";

/** A kernel ready to be loaded, with what is known of its mapping. */
export interface FabricKernel extends CompiledKernel {
  readonly loop: LoopKernel;
  readonly program: KernelProgram;
  readonly search: SearchResult;
  /** Banks of the scratchpad that it uses. */
  readonly banks: readonly number[];
}

/** Compiles kernels of one fabric; graphs that are the same are mapped once. */
export function kernelCompiler(fabric: Fabric, options: SearchOptions = {}) {
  const mapped = new Map<string, SearchResult>();
  return (func: PrimFunc, places: ReadonlyMap<Buffer, BufferPlace>): FabricKernel | Diagnostic => {
    const sink = new Diagnostics();
    const loop = extractKernel(func, fabric, places, sink);
    if (loop === undefined) return asWarning(sink.all[0]!);
    const { graph } = loop;
    const key = JSON.stringify([graph.nodes, graph.edges]);
    const search = mapped.get(key) ?? mapGraph(graph, fabric, options);
    mapped.set(key, search);
    if (search.mapping === undefined) return asWarning(notMapped(loop.name, fabric, search));
    const realised = realise(problemOf(graph, fabric), loop, search.mapping);
    if (realised.kind === "refused") return asWarning(realised.diagnostic);
    if (realised.kind === "excess") return asWarning(notMapped(loop.name, fabric, search));
    const banks = [...new Set(loop.buffers.map((b) => places.get(b)!.bank))];
    return { loop, liveins: loop.liveins, conditions: loop.conditions, program: realised.program, search, banks }; // prettier-ignore
  };
}

/** What keeps a kernel from the fabric keeps it on the host. */
const asWarning = (d: Diagnostic): Diagnostic => ({ ...d, severity: "warning" });

function notMapped(graph: string, fabric: Fabric, { attempts }: SearchResult): Diagnostic {
  const last = attempts.at(-1);
  const reason = last?.result === "refuted" ? `interval ${last.ii} is refuted` : "the time is up";
  const suggestion = "split the loops, or give more time";
  return mapCodes.notMapped({ graph, fabric: fabric.name, reason, suggestion });
}
