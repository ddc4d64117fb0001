/** CPU time of a Node process of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Children report their own CPU time on exit, through a preloaded module. */
const REPORT = `process.on("exit", () => {
  const u = process.cpuUsage();
  require("node:fs").writeFileSync(process.env.RELAXC_CPU_FILE, String((u.user + u.system) / 1e6));
});`;

/** Hands `work` a function that runs `node` with arguments and gives the best CPU seconds of several runs. */
export function withChildCpu<T>(
  work: (cpu: (args: readonly string[], runs: number) => number, folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "relaxc-bench-"));
  try {
    const preload = join(folder, "report.cjs");
    const figure = join(folder, "cpu");
    writeFileSync(preload, REPORT);
    return work((args, runs) => {
      let best = Infinity;
      for (let i = 0; i < runs; i++) {
        const child = spawnSync(process.execPath, ["--require", preload, ...args], {
          env: { ...process.env, RELAXC_CPU_FILE: figure },
          encoding: "utf8",
        });
        if (child.error) throw child.error;
        if (child.status !== 0) throw new Error(child.stderr.trim().split("\n")[0]);
        best = Math.min(best, Number(readFileSync(figure, "utf8")));
      }
      return best;
    }, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
