/** The C99 target, compiled by `CC`: matrix products against the peak, and a network against LLVM. */
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
    const to = { bench: "c", target: "c", peak };
    return [
      ...(await compareAll(chosenTwins(products, options), to)),
      ...(await compareAll(chosenTwins(networks, options), { ...to, beside: "llvm" })),
    ];
  } finally {
    peak?.end();
  }
}
