/** Whole networks with the same weights as the peer: fixed sizes, and one artefact for several. */
import { timeRowOf, type BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { fixedNetworks, symbolicNetworks } from "./twins/networks.js";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const twins = chosenTwins([...fixedNetworks(), ...symbolicNetworks()], options);
  const rows = await compareAll(twins, { bench: "nets", target });
  // What symbols cost: the same size in both artefacts.
  const costs = rows.flatMap((row) => {
    const fixed = rows.find((r) => r !== row && r.case === row.case.replace("dynamic", "static"));
    const name = row.case.replace("dynamic", "dynamic against static");
    return fixed ? [timeRowOf("nets", name, row.unit, row.ours, fixed.ours, "static")] : [];
  });
  return [...rows, ...costs];
}
