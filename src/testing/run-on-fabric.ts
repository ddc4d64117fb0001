/** Runs programs on simulated fabrics as the command does, compared with the interpreter. */
import { runCli } from "./run-cli.js";

/** What was done for one function. */
export interface FabricLayer {
  readonly name: string;
  readonly launches: number;
  readonly arrayCycles: number;
  readonly issued: number;
  readonly moves: number;
  /** Between the memory of the host and the scratchpad. */
  readonly transfers: number;
}

/** All functions with kernels, those that launched some, and what was said; fails where results differ from the interpreter's. */
export async function runOnFabric(text: string, fabric: string, shape: string) {
  const argv = ["run", "p.relax", "--target", "cgra", "--fabric", fabric, "--random", "3", "--shape", shape]; // prettier-ignore
  const { exit, stdout, stderr } = await runCli([...argv, "--oracle", "--profile", "--report", "json"], { files: { "p.relax": text } }); // prettier-ignore
  if (exit !== 0 || !stderr.includes("equal to the reference interpreter")) throw new Error(stderr);
  const report = JSON.parse(stdout.split("\n")[0]!) as { readonly layers: readonly FabricLayer[] };
  const all = report.layers;
  const layers = all.filter((l) => l.launches > 0);
  return { all, layers, kernels: layers.map((l) => l.name), stderr };
}

/** Whether more than a share of all slots of 36 elements computes. */
export const isBusy = ({ arrayCycles, issued, moves }: FabricLayer, share: number): boolean =>
  issued - moves > share * 36 * arrayCycles;
