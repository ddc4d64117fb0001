/** Kernels for a fabric: loops become a graph, the graph is mapped, the mapping is what the fabric executes. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { Diagnostics, type Diagnostic } from "../../../support/diagnostic.js";
import { codes as mapCodes } from "../codes.js";
import type { Dfg, FixedOperand } from "../dfg/dfg.js";
import type { BufferPlace, LoopKernel } from "../dfg/loop-kernel.js";
import { extractKernel } from "../extract/extract.js";
import type { Fabric } from "../fabric/fabric.js";
import { realise } from "../machine/assemble.js";
import { operations } from "../machine/operation.js";
import type { KernelProgram } from "../machine/program.js";
import { problemOf } from "../map/places.js";
import { endText } from "../map/report.js";
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

/** Compiles kernels of one fabric; graphs that differ in numbers alone are mapped once, where one mapping does for all. */
export function kernelCompiler(fabric: Fabric, options: SearchOptions = {}) {
  const mapped = new Map<string, SearchResult[]>();
  return (func: PrimFunc, places: ReadonlyMap<Buffer, BufferPlace>): FabricKernel | Diagnostic => {
    const sink = new Diagnostics();
    const loop = extractKernel(func, fabric, places, sink);
    if (loop === undefined) return asWarning(sink.all[0]!);
    const { graph, liveins, conditions } = loop;
    const problem = problemOf(graph, fabric);
    const banks = [...new Set(loop.buffers.map((b) => places.get(b)!.bank))];
    const key = shapeOf(graph);
    const known = mapped.get(key) ?? [];
    for (const search of known) {
      const realised = search.mapping && realise(problem, loop, search.mapping);
      if (realised?.kind === "program")
        return { loop, liveins, conditions, program: realised.program, search, banks };
    }
    const failed = known.find(({ mapping }) => mapping === undefined);
    const search = failed ?? mapGraph(graph, fabric, options);
    if (failed === undefined) mapped.set(key, [...known, search]);
    if (search.mapping === undefined) return asWarning(notMapped(loop.name, fabric, search));
    const realised = realise(problem, loop, search.mapping);
    if (realised.kind === "refused") return asWarning(realised.diagnostic);
    if (realised.kind === "excess") return asWarning(notMapped(loop.name, fabric, search));
    return { loop, liveins, conditions, program: realised.program, search, banks };
  };
}

/** Equal for graphs that differ at most in numbers: constants, those given at launch, and offsets of addresses. */
function shapeOf({ nodes, edges }: Dfg): string {
  const kindOf = (f: FixedOperand | undefined): unknown =>
    f?.kind === "literal" || f?.kind === "livein" ? "number" : f;
  const shapes = nodes.map(({ opcode, immediate, fixed, initial, negate, elements }) => [
    opcode,
    operations.get(opcode)?.access === undefined ? immediate : undefined,
    fixed?.map(kindOf),
    initial && [initial.position, initial.level, kindOf(initial.value)],
    negate,
    elements,
  ]);
  return JSON.stringify([shapes, edges]);
}

/** What keeps a kernel from the fabric keeps it on the host. */
const asWarning = (d: Diagnostic): Diagnostic => ({ ...d, severity: "warning" });

function notMapped(graph: string, fabric: Fabric, search: SearchResult): Diagnostic {
  const suggestion = "split the loops, or allow more (--map-work, --map-limit, --map-memory)";
  return mapCodes.notMapped({ graph, fabric: fabric.name, reason: endText(search), suggestion });
}
