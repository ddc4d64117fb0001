/** What the processor could do at most, measured in the same rounds. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rowOf, type BenchRow } from "../measure.js";
import type { Point } from "./twin.js";

export interface Peak {
  /** A side whose seconds are those of one operation. */
  side(target: string): { readonly name: "peak"; round(): Promise<number> };
  /** The share that a call reaches which does the point's work in these seconds. */
  row(bench: string, point: Point, seconds: number, perOperation: number): BenchRow;
  end(): void;
}

/** Multiply-adds of one core; undefined without a C compiler for this processor. */
export function peakOfCore(): Peak | undefined {
  if (process.arch !== "x64") return undefined;
  mkdirSync(join(".cache", "bench"), { recursive: true });
  const file = join(".cache", "bench", "peak");
  const compiler = process.env["CC"] ?? "cc";
  const source = join("bench", "peers", "peak.c");
  const { status } = spawnSync(compiler, ["-O2", source, "-o", file], { stdio: "inherit" });
  if (status !== 0) {
    console.error(`no peak: ${compiler} cannot compile ${source}`);
    return undefined;
  }
  const child = spawn(file, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    side: (target) => ({
      name: "peak",
      async round() {
        child.stdin.write(`${target}\n`);
        return 1 / Number((await lines.next()).value);
      },
    }),
    row(bench, { name, work = 0 }, seconds, perOperation) {
      const unit = "GFLOP/s";
      return rowOf(bench, name, unit, work / seconds / 1e9, 1 / perOperation / 1e9, "peak");
    },
    end: () => child.stdin.end(),
  };
}
