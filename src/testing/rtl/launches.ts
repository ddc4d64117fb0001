/** Launches of a simulated device, kept to be done again in hardware. */
import type { DeviceKernel, LaunchWatch } from "../../target/cgra/host/device.js";
import type { RtlLaunch } from "./simulators.js";

/** A launch, and the kernel it is of. */
export interface NamedLaunch extends RtlLaunch {
  readonly name: string;
}

/** Keeps the first and the last launch of each kernel. */
export function launchRecorder(kernels: ReadonlyMap<string, DeviceKernel>): {
  readonly watch: LaunchWatch;
  launches(): NamedLaunch[];
} {
  const first = new Map<string, NamedLaunch>();
  const last = new Map<string, NamedLaunch>();
  return {
    watch(name, liveins, memory) {
      const { program } = kernels.get(name)!;
      const launch = { name, program, liveins: [...liveins], memory: memory.slice() };
      (first.has(name) ? last : first).set(name, launch);
    },
    launches: () => [...first.values(), ...last.values()],
  };
}
