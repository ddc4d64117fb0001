/** Start-up of the bundle: CPU time above that of `node -e 0`, the best of several runs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowOf, type BenchRow } from "./measure.js";

const RUNS = 9;

/** Children report their own CPU time on exit, through a preloaded module. */
const REPORT = `process.on("exit", () => {
  const u = process.cpuUsage();
  require("node:fs").writeFileSync(process.env.RELAXC_CPU_FILE, String((u.user + u.system) / 1e6));
});`;

export async function run(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "relaxc-bench-"));
  try {
    const preload = join(dir, "report.cjs");
    const figure = join(dir, "cpu");
    writeFileSync(preload, REPORT);
    const cpu = (args: readonly string[]): number => {
      let best = Infinity;
      for (let i = 0; i < RUNS; i++) {
        const child = spawnSync(process.execPath, ["--require", preload, ...args], {
          env: { ...process.env, RELAXC_CPU_FILE: figure },
          stdio: "ignore",
        });
        if (child.error) throw child.error;
        best = Math.min(best, Number(readFileSync(figure, "utf8")));
      }
      return best;
    };
    const empty = cpu(["-e", "0"]);
    const version = cpu(["dist/cli.js", "--version"]) - empty;
    const check = cpu(["dist/cli.js", "check", "samples/04-era-2026.relax"]) - empty;
    return [
      rowOf("startup", "node -e 0", "s CPU", empty),
      rowOf("startup", "--version, above that", "s CPU", version),
      rowOf("startup", "check of a small file, above that", "s CPU", check),
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
