/** Layers bound by memory, with arrays that lie in the second and third cache and in main memory. */
import type { BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { MEMORY_BOUND, memoryTwin } from "./twins/operators.js";

const LEVELS = { L2: [64, 1024], L3: [1024, 1024], DRAM: [16384, 1024] } as const;

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const twins = Object.entries(LEVELS).flatMap(([level, shape]) =>
    MEMORY_BOUND.map((kind) => memoryTwin(kind, level, shape)),
  );
  return compareAll(chosenTwins(twins, options), { bench: "memops", target });
}
