/** Whole networks with the same weights as the peer: fixed sizes, one artefact for several, and two threads. */
import { timeRowOf, type BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { compareThreads } from "./twins/threads.js";
import { fixedNetworks, relaxedNetworks, symbolicNetworks } from "./twins/networks.js";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const twins = chosenTwins(
    [...fixedNetworks(), ...relaxedNetworks(), ...symbolicNetworks()],
    options,
  );
  const rows = await compareAll(twins, { bench: "nets", target });
  // What symbols cost: the same size in both artefacts.
  const costs = rows.flatMap((row) => {
    const fixed = rows.find((r) => r !== row && r.case === row.case.replace("dynamic", "static"));
    const name = row.case.replace("dynamic", "dynamic against static");
    return fixed ? [timeRowOf("nets", name, row.unit, row.ours, fixed.ours, "static")] : [];
  });
  const threads =
    target === "llvm"
      ? await compareThreads(chosenTwins(fixedNetworks(), options), "nets", target)
      : [];
  return [...rows, ...costs, ...threads];
}
