/**
 * Mapping of data-flow graphs to fabrics: the initiation interval beside the best one published for the same graphs,
 * and the time of the whole search.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Diagnostics } from "../src/support/diagnostic.js";
import {
  dropLoopControl,
  mapGraph,
  preset,
  problemOf,
  readDfg,
  violationsOf,
} from "../src/target/cgra/index.js";
import { timeRowOf, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";

const FOLDER = join("..", "shared", "data", "cgra");
const LIMIT_SECONDS = 60;

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
  if (!existsSync(FOLDER)) {
    console.error(`${FOLDER} is not there: nothing to map`);
    return [];
  }
  const rows: BenchRow[] = [];
  for (const { fabric: name, peer, ii } of PUBLISHED) {
    for (const [graphName, best] of Object.entries(ii)) {
      const label = `${graphName} on ${name}`;
      if (isChosen(label, options)) rows.push(...rowsOf(label, graphName, name, peer, best));
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
  const result = mapGraph(graph, fabric, { timeLimitMs: 1000 * LIMIT_SECONDS });
  const { mapping, proved, mii, ms } = result;
  if (mapping !== undefined && violationsOf(problemOf(graph, fabric), mapping).length > 0)
    throw new Error(`${label}: the mapping breaks the rules of the fabric`);
  const quality = proved ? "proved" : `bound ${mii}`;
  const found = mapping === undefined ? "not mapped" : `interval ${mapping.ii}`;
  console.error(`${label}: ${found} (${quality}), ${(ms / 1000).toFixed(2)} s`);
  if (mapping === undefined) return [];
  const name = `${label}, ${quality}${best === 0 ? `; ${peer} failed` : ""}`;
  return [timeRowOf("cgra", name, "interval", mapping.ii, best === 0 ? undefined : best, peer)];
}
