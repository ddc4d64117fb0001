/**
 * Mapping of data-flow graphs to fabrics: the initiation interval beside the best one published for the same graphs,
 * and the time of the whole search.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Diagnostics } from "../src/support/diagnostic.js";
import { readModule } from "../src/driver/frontend.js";
import {
  defaultPlaces,
  dropLoopControl,
  extractKernel,
  kernelFunctions,
  mapGraph,
  preset,
  problemOf,
  readDfg,
  violationsOf,
  type Dfg,
  type Fabric,
} from "../src/target/cgra/index.js";
import { westMesh, wideBody } from "../src/testing/generate/wide-body.js";
import { timeRowOf, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";

const FOLDER = join("..", "shared", "data", "cgra");

/** Time of a whole search that is asked of graphs of so many operations on so many elements. */
const TIMES = [
  { operations: 30, elements: 25, seconds: 1 },
  { operations: 65, elements: 16, seconds: 60 },
] as const;

/** Bodies of loops on meshes of so many rows. */
const LARGE = [
  { operations: 300, size: 16 },
  { operations: 1000, size: 24 },
] as const;
const LARGE_SEED = 7;

type Table = Readonly<Record<string, number>>;

/** Intervals that others reached, by fabric; 0 where they failed. */
const PUBLISHED: readonly { readonly fabric: string; readonly peer: string; readonly ii: Table }[] =
  [
    {
      fabric: "mesh-issue-4x4",
      peer: "factorised SAT with CaDiCaL",
      ii: {
        array_add: 4, atax: 4, "2mm": 4, bicg: 4, cholesky: 4, doitgen: 4, atax_unroll4: 5,
        "2mm_unroll4": 5, finalSAD: 4, compare_neighb: 4, cme_accumulate: 2, cme_cap: 2,
        cme_conv2: 2, cme_conv3: 2, cme_mac: 2, cme_mac2: 2, cme_mults1: 4, cme_mults2: 2,
        cme_sum: 1, cme_matrixmultiply: 1,
      },
    },
    {
      fabric: "mesh-none-4x4",
      peer: "factorised SAT with CaDiCaL",
      ii: { array_add: 4, atax: 4, "2mm": 4 },
    },
    {
      fabric: "stdnoc-4x4",
      peer: "Morpher",
      ii: { array_add: 4, atax: 0, "2mm": 5, cholesky: 6, doitgen: 0 },
    },
    {
      fabric: "hycube-4x4",
      peer: "Morpher",
      ii: { array_add: 4, atax: 4, "2mm": 4, bicg: 4, cholesky: 5, doitgen: 0, finalSAD: 0 },
    },
    {
      fabric: "cgra-flow-2x2",
      peer: "CGRA-Mapper",
      ii: { fir: 4, conv: 4, gemm: 4, latnrm: 4, mvt: 6, relu: 5, spmv: 5, fft: 7, dtw: 0, histogram: 0 },
    },
    {
      fabric: "cgra-flow-4x4",
      peer: "CGRA-Mapper",
      ii: { fir: 4, conv: 4, gemm: 4, latnrm: 4, mvt: 4, relu: 4, spmv: 4, fft: 4, dtw: 0, histogram: 0 },
    },
  ]; // prettier-ignore

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const rows = [...kernelRows(options), ...largeRows(options)];
  if (!existsSync(FOLDER)) {
    console.error(`${FOLDER} is not there: its graphs are not mapped`);
    return rows;
  }
  for (const { fabric: name, peer, ii } of PUBLISHED) {
    for (const [graphName, best] of Object.entries(ii)) {
      const label = `${graphName} on ${name}`;
      if (isChosen(label, options)) rows.push(...rowsOf(label, graphName, name, peer, best));
    }
  }
  return rows;
}

/** Loops of our own programs: those of CGRA-Flow, and kernels of networks. */
const PROGRAMS: readonly { readonly folder: string; readonly fabric: string; readonly peer?: string }[] = [
  { folder: join("samples", "cgra", "flow"), fabric: "cgra-flow-4x4", peer: "CGRA-Mapper" },
  { folder: join("samples", "cgra", "kernels"), fabric: "npu-6x6" },
]; // prettier-ignore

/** Intervals of annotated loops; of kernels of networks also the share of slots that compute. */
function kernelRows(options: BenchOptions): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const { folder, fabric: fabricName, peer } of PROGRAMS)
    for (const file of readdirSync(folder).filter((f) => f.endsWith(".relax"))) {
      const source = { name: file, text: readFileSync(join(folder, file), "utf8") };
      const needed = /--fabric (\S+)/.exec(source.text)?.[1] ?? fabricName;
      const program = file.replace(".relax", "");
      if (!isChosen(`${program} from text on ${needed}`, options)) continue;
      const sink = new Diagnostics();
      const fabric = preset(needed)!;
      for (const func of kernelFunctions(readModule(source).module, sink)) {
        const { graph } = extractKernel(func, fabric, defaultPlaces(func, fabric), sink)!;
        const { result, seconds } = timed(graph, fabric);
        const { mapping, mii } = result;
        if (mapping === undefined) continue;
        const used = graph.nodes.length / (fabric.elements.length * mapping.ii);
        const label = `${func.name} from text on ${needed}, bound ${mii}, ${Math.round(100 * used)} % used`;
        console.error(`${label}: interval ${mapping.ii}, ${seconds.toFixed(2)} s`);
        const published = PUBLISHED.find((t) => t.peer === peer && t.fabric === needed);
        const best = published?.ii[program] || undefined;
        rows.push(timeRowOf("cgra", label, "interval", mapping.ii, best, peer));
        rows.push(...timeRows(label, graph, fabric, seconds));
      }
    }
  return rows;
}

function rowsOf(
  label: string,
  graphName: string,
  fabricName: string,
  peer: string,
  best: number,
): BenchRow[] {
  const fabric = preset(fabricName)!;
  const folder = fabricName.startsWith("cgra-flow") ? "dfg_cgra_flow" : "dfg";
  const file = join(FOLDER, folder, `${graphName}.json`);
  const read = readDfg({ name: file, text: readFileSync(file, "utf8") }, new Diagnostics())!;
  const graph = fabric.control.loops > 0 ? dropLoopControl(read) : read;
  const { result, seconds } = timed(graph, fabric);
  const { mapping, proved, mii } = result;
  if (mapping !== undefined && violationsOf(problemOf(graph, fabric), mapping).length > 0)
    throw new Error(`${label}: the mapping breaks the rules of the fabric`);
  const quality = mapping?.ii === mii ? "at the bound" : proved ? "proved" : `bound ${mii}`;
  const found = mapping === undefined ? "not mapped" : `interval ${mapping.ii}`;
  console.error(`${label}: ${found} (${quality}), ${seconds.toFixed(2)} s`);
  if (mapping === undefined) return [];
  const name = `${label}, ${quality}${best === 0 ? `; ${peer} failed` : ""}`;
  return [
    timeRowOf("cgra", name, "interval", mapping.ii, best === 0 ? undefined : best, peer),
    ...timeRows(label, graph, fabric, seconds),
  ];
}

/** Generated graphs on arrays that are too large for clauses, beside their bounds. */
function largeRows(options: BenchOptions): BenchRow[] {
  return LARGE.flatMap(({ operations, size }) => {
    const graph = wideBody(operations, LARGE_SEED);
    const fabric = westMesh(size, "bypass");
    const label = `${operations} operations on ${size}x${size}`;
    if (!isChosen(label, options)) return [];
    const { result, seconds } = timed(graph, fabric);
    const { mapping, mii } = result;
    console.error(
      `${label}: interval ${mapping?.ii ?? "none"} (bound ${mii}), ${seconds.toFixed(1)} s`,
    );
    if (mapping === undefined) return [];
    return [timeRowOf("cgra", label, "interval", mapping.ii, mii, "bound")];
  });
}

/** A mapping, and the CPU time of the search. */
function timed(graph: Dfg, fabric: Fabric) {
  const before = process.cpuUsage();
  const result = mapGraph(graph, fabric);
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

function timeRows(label: string, graph: Dfg, fabric: Fabric, seconds: number): BenchRow[] {
  const limit = TIMES.find(
    ({ operations, elements }) =>
      graph.nodes.length <= operations && fabric.elements.length <= elements,
  );
  if (limit === undefined) return [];
  return [timeRowOf("cgra", `time of ${label}`, "s", seconds, limit.seconds, "limit")];
}
