/** Convolution layers with bias and rectifier, and over bytes; weights known at build time. */
import type { BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { byteConvTwins, CONVOLUTIONS, convTwin, relaxedConvTwins } from "./twins/operators.js";
import { peakOfCore } from "./twins/peak.js";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const twins = [
    ...Object.keys(CONVOLUTIONS).map(convTwin),
    ...relaxedConvTwins(),
    ...byteConvTwins(),
  ];
  const peak = peakOfCore();
  try {
    return await compareAll(chosenTwins(twins, options), { bench: "conv", target, peak });
  } finally {
    peak?.end();
  }
}
