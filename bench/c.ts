/** The C99 target: matrix products against the peak, and a network. */
import type { BenchRow } from "./measure.js";
import { matmulTwins } from "./matmul.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { fixedNetworks } from "./twins/networks.js";
import { peakOfCore } from "./twins/peak.js";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const products = matmulTwins().filter(({ net }) => net.input.dtype === "float32");
  const networks = fixedNetworks().filter(({ net }) => net.name === "resnet18");
  const peak = peakOfCore();
  try {
    const twins = chosenTwins([...products, ...networks], options);
    return await compareAll(twins, { bench: "c", target: "c", peak });
  } finally {
    peak?.end();
  }
}
