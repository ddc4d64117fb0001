/** The C99 target, compiled by `CC`: matrix products against the peak, and networks against LLVM. */
import type { BenchRow } from "./measure.js";
import { matmulTwins } from "./matmul.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { fixedNetworks, symbolicNetworks } from "./twins/networks.js";
import { peakOfCore } from "./twins/peak.js";

/** The network that is also one artefact for all sizes; compilers take a minute for images of any size. */
const SYMBOLIC = "encoder";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const products = matmulTwins().filter(({ net }) => net.input.dtype === "float32");
  const networks = [...fixedNetworks(), ...symbolicNetworks().filter(({ net }) => net.name === SYMBOLIC)]; // prettier-ignore
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
