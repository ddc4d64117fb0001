/** Kernels of networks, each at two sizes, do in Verilog, cycle by cycle, what our simulator does. */
import { join } from "node:path";
import { preset } from "../../target/cgra/fabric/presets.js";
import { buildRtl, installedSimulators, MODELS, type RtlSimulator } from "../rtl/build.js";
import { compileCase, KERNEL_CASES } from "../rtl/kernels.js";
import { compareRtl } from "../rtl/simulators.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Compares the launches of one case at one size; says what differs, or how many cycles were compared by kernel. */
export function kernelCaseDifference(
  index: number,
  simulators: readonly RtlSimulator[],
): string | ReadonlyMap<string, number> {
  const made = KERNEL_CASES[index >> 1]!;
  const built = buildRtl(preset(made.fabric)!, join(MODELS, made.fabric), simulators);
  const cycles = new Map<string, number>();
  for (const launch of compileCase(made)(index % 2 === 0 ? 0 : 1)) {
    const compared = compareRtl(built, launch);
    if (compared.difference !== undefined) return `${launch.name}: ${compared.difference}`;
    cycles.set(launch.name, (cycles.get(launch.name) ?? 0) + compared.cycles);
  }
  return cycles.size === 0 ? `no kernel of ${made.func} was launched` : cycles;
}

export const cgraRtlKernelsCampaign: Campaign = {
  name: "cgra-rtl-kernels",
  summary: "Kernels of networks, whole, in Icarus and Verilator agree with the simulator.",
  full: 2 * KERNEL_CASES.length,
  anywhere: true,
  run(count, _, progress, first = 0): CampaignResult {
    const simulators = installedSimulators();
    const failures: Failure[] = [];
    const equal: Record<string, number> = {};
    const end = Math.min(first + count, 2 * KERNEL_CASES.length);
    for (let index = first; index < end; index++) {
      const { func, sizes } = KERNEL_CASES[index >> 1]!;
      const fail = (reason: string): void => {
        failures.push({ index, reason, input: `${func} ${JSON.stringify(sizes[index % 2])}\n` });
      };
      try {
        const found = kernelCaseDifference(index, simulators);
        if (typeof found === "string") fail(found);
        else
          for (const [name, cycles] of found) {
            const key = `${name}, cycles in ${simulators.join(" and ")}`;
            equal[key] = (equal[key] ?? 0) + cycles;
          }
      } catch (error) {
        fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
      progress(index + 1 - first);
    }
    return { done: Math.max(0, end - first), failures, equal };
  },
};
