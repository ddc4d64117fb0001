/**
 * Large modules, each in a process of its own: lines per second and peak memory of text → IR → text. Growth is held
 * against the smaller module: time per line should stay as it is.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readModule } from "../src/driver/frontend.js";
import { printModule } from "../src/syntax/index.js";
import { generateModule } from "./generate-module.js";
import { collect, rowOf, type BenchRow } from "./measure.js";

const SIZES = [100_000, 1_000_000];
/** Says to the process that it is a child, and how many lines it reads. */
const VARIABLE = "RELAXC_BENCH_LINES";

/** The collector lets garbage lie as long as memory is free; held to this, the peak is what the work needs. */
const HEAP = "--max-old-space-size=1800";

interface Figures {
  readonly lines: number;
  /** Seconds of CPU time. */
  readonly seconds: number;
  /** Peak resident memory in megabytes, that of the generated text included. */
  readonly megabytes: number;
}

export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const all = SIZES.map(inChild);
  for (const { lines, seconds, megabytes } of all) {
    const name = `${lines.toExponential(0).replace("e+", "e")} lines`;
    rows.push(rowOf("frontend-large", `text to IR to text, ${name}`, "lines/s", lines / seconds));
    rows.push(rowOf("frontend-large", `peak memory, ${name}`, "MB", megabytes));
  }
  const [small, large] = all as [Figures, Figures];
  const growth = large.seconds / large.lines / (small.seconds / small.lines);
  rows.push(rowOf("frontend-large", "time per line, the larger over the smaller", "ratio", growth));
  return rows;
}

function inChild(lines: number): Figures {
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [HEAP, script, "frontend-large"], {
    env: { ...process.env, [VARIABLE]: String(lines) },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`the child ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout) as Figures;
}

function once(wanted: number): Figures {
  const text = generateModule(wanted, 1);
  const lines = text.split("\n").length;
  collect();
  const before = process.cpuUsage();
  const { module, failed } = readModule({ name: "generated.relax", text });
  if (failed) throw new Error("the generated module does not read");
  printModule(module, { dialect: "native" });
  const { user, system } = process.cpuUsage(before);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  return { lines, seconds: (user + system) / 1e6, megabytes };
}

const wanted = process.env[VARIABLE];
if (wanted !== undefined) {
  console.log(JSON.stringify(once(Number(wanted))));
  process.exit(0);
}
