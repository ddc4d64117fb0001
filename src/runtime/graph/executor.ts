/** The graph executor: functions without control flow, laid out once for each set of sizes. */
import type { Executable, GraphFunction } from "../../artefact/index.js";
import type { Int } from "../../support/int.js";
import type { Value } from "../../support/value.js";
import { codes } from "../codes.js";
import type { Profiler } from "../profile/profiler.js";
import { loadConstant } from "../vm/constants.js";
import { fail, type VmContext } from "../vm/context.js";
import { metered, type Device } from "../vm/device.js";
import type { VmValue } from "../vm/value.js";
import { bindArguments, namedSymbols, type BoundArguments } from "./bind.js";
import { layOut, type GraphProgram, type LaidOut } from "./laid-out.js";

export interface GraphExecutorOptions {
  /** Bytes of tensors in use at once. */
  readonly memoryLimit?: number;
  readonly profiler?: Profiler | undefined;
}

export interface GraphExecutor {
  readonly functionNames: readonly string[];
  /** Runs a function; throws a DiagnosticError when an argument does not fit or a kernel stops. */
  invoke(name: string, args: readonly Value[]): Value;
  /** Symbols by name to memory laid out for them; kept for later calls with the same sizes. */
  prepare(name: string, sizes: ReadonlyMap<string, Int>): LaidOut;
  /** The same for the sizes of arguments. */
  prepareFor(name: string, args: readonly Value[]): { readonly layout: LaidOut; readonly bound: BoundArguments }; // prettier-ignore
  dispose(): void;
}

/** Layouts that are kept; the one that was not used for the longest time goes first. */
const MOST_LAYOUTS = 8;

/** An executor for the graphs of a program whose kernels are on the device. */
export function makeGraphExecutor(
  executable: Executable,
  graphs: readonly GraphFunction[],
  raw: Device,
  { memoryLimit, profiler }: GraphExecutorOptions = {},
): GraphExecutor {
  const device = memoryLimit === undefined ? raw : metered(raw, memoryLimit);
  let current: { readonly graph: GraphFunction; readonly node: number } | undefined;
  const vm: VmContext = {
    device,
    print: () => undefined,
    at: () => {
      const place = current?.graph.nodes[current.node]?.place;
      const source = place && executable.sources[place.source];
      return source && { source, start: place.start, end: place.end };
    },
    memoryLimit: memoryLimit ?? 2 ** 32,
  };
  const loaded = new Map<number, VmValue>();
  const program: GraphProgram = {
    vm,
    records: new Map(
      executable.functions.flatMap((f) => (f.kind === "kernel" ? [[f.name, f] as const] : [])),
    ),
    constants(index) {
      const constant = executable.constants[index];
      let value = loaded.get(index);
      if (value === undefined && constant !== undefined)
        loaded.set(index, (value = loadConstant(vm, constant)));
      return value;
    },
    at: (graph, node) => void (current = graph && { graph, node }),
  };
  const byName = new Map(graphs.map((g) => [g.name, g]));
  const graphNamed = (name: string): GraphFunction => {
    const known = executable.functions.some((f) => f.kind !== "host" && f.name === name);
    return byName.get(name) ?? fail(known ? codes.noGraph({ name }) : codes.noFunction({ name }));
  };
  const layouts = new Map<string, LaidOut>();
  const layoutFor = (graph: GraphFunction, symbols: readonly Int[]): LaidOut => {
    const key = `${graph.name} ${symbols.join(" ")}`;
    const known = layouts.get(key);
    layouts.delete(key);
    while (layouts.size >= MOST_LAYOUTS) {
      const [oldest, layout] = layouts.entries().next().value!;
      layouts.delete(oldest);
      layout.free();
    }
    const layout = known ?? layOut(program, graph, symbols);
    layouts.set(key, layout);
    return layout;
  };
  const prepareFor: GraphExecutor["prepareFor"] = (name, args) => {
    const graph = graphNamed(name);
    const bound = bindArguments(vm, graph, args);
    return { layout: layoutFor(graph, bound.symbols), bound };
  };
  return {
    functionNames: [...byName.keys()],
    prepareFor,
    prepare(name, sizes) {
      const graph = graphNamed(name);
      return layoutFor(graph, namedSymbols(graph, sizes));
    },
    invoke(name, args) {
      const { layout, bound } = prepareFor(name, args);
      bound.leaves.forEach((value, i) => layout.setInput(i, value));
      runLayout(layout, profiler);
      return layout.output();
    },
    dispose() {
      for (const layout of layouts.values()) layout.free();
      layouts.clear();
    },
  };
}

/** One run, timed call by call when there is a profiler. */
export function runLayout(layout: LaidOut, profiler: Profiler | undefined): void {
  if (profiler === undefined) return layout.run();
  let start = profiler.now();
  layout.run((i) => {
    const { kernel, shapes } = layout.calls[i]!;
    const end = profiler.now();
    profiler.record({ name: kernel, shapes, start, end });
    start = profiler.now();
  });
}
