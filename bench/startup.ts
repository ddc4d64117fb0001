/** Start-up of the bundle: CPU time above that of `node -e 0`, the best of several runs. */
import { withChildCpu } from "./child-cpu.js";
import { rowOf, type BenchRow } from "./measure.js";

const RUNS = 9;

export async function run(): Promise<BenchRow[]> {
  return withChildCpu((cpu) => {
    const empty = cpu(["-e", "0"], RUNS);
    const version = cpu(["dist/cli.js", "--version"], RUNS) - empty;
    const check = cpu(["dist/cli.js", "check", "samples/04-era-2026.relax"], RUNS) - empty;
    return [
      rowOf("startup", "node -e 0", "s CPU", empty),
      rowOf("startup", "--version, above that", "s CPU", version),
      rowOf("startup", "check of a small file, above that", "s CPU", check),
    ];
  });
}
