/** What the operating system tells of the processor at hand; Linux, elsewhere nothing is known. */
import { readText, type Host } from "../support/host.js";
import type { HostProcessor } from "../support/target-description.js";

/** Names of extensions where Linux and LLVM differ. */
const SPELLINGS: Readonly<Record<string, string>> = {
  pni: "sse3",
  sse4_1: "sse4.1",
  sse4_2: "sse4.2",
  abm: "lzcnt",
  bmi1: "bmi",
  asimd: "neon",
  asimddp: "dotprod",
};

/** The processor at hand; undefined where the system does not tell. */
export async function detectProcessor(host: Host): Promise<HostProcessor | undefined> {
  const read = (path: string): Promise<string | undefined> =>
    readText(host, path).catch(() => undefined);
  const info = await read("/proc/cpuinfo");
  const words = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info ?? "")?.[1]?.split(/\s+/);
  if (info === undefined || words === undefined) return undefined;
  const features = words.map((word) => SPELLINGS[word] ?? word.replace(/^avx512_/, "avx512"));
  const sizes = await Promise.all(
    // Index 1 holds the instructions of the innermost level.
    [0, 2, 3].map((i) => read(`/sys/devices/system/cpu/cpu0/cache/index${i}/size`)),
  );
  return {
    architecture: features.includes("neon") ? "aarch64" : "x86_64",
    features: new Set(features),
    cores: info.match(/^processor\s*:/gm)?.length ?? 1,
    caches: sizes.flatMap((size) => {
      const [, count, unit] = /^(\d+)([KM]?)/.exec(size ?? "") ?? [];
      const scale = unit === "M" ? 1 << 20 : unit === "K" ? 1 << 10 : 1;
      return count === undefined ? [] : [Number(count) * scale];
    }),
  };
}
