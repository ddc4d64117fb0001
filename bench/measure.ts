/** Figures of one process. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Timing by CPU time of this process, which other load on the machine disturbs least. */
export interface Sample {
  /** Seconds of CPU time, the best of the repetitions. */
  readonly seconds: number;
  readonly runs: number;
}

let collector: (() => void) | undefined;

/** Collects garbage, so that one case does not pay for another. */
export function collect(): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as () => void;
  }
  collector();
}

/** Runs `work` once to warm up, then at least `runs` times; gives the best. */
export function measure(work: () => unknown, runs = 3): Sample {
  work();
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    work();
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1e6);
  }
  return { seconds: best, runs };
}

/** Microseconds since some moment. */
export type Clock = () => number;

const cpuMicros: Clock = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Time that passes, which is what several threads save. */
export const wallMicros: Clock = () => performance.now() * 1000;

/** The best time of a call within some time, in seconds, by default of the CPU; short calls are timed together. */
export function roundOf(call: () => unknown, seconds: number, clock: Clock = cpuMicros): number {
  let start = clock();
  call();
  const count = Math.max(1, Math.floor(2000 / Math.max(1, clock() - start)));
  const end = performance.now() + seconds * 1000;
  let best = Infinity;
  do {
    start = clock();
    for (let i = 0; i < count; i++) call();
    best = Math.min(best, (clock() - start) / count);
  } while (performance.now() < end);
  return best / 1e6;
}

/** One line of a report; `ratio` > 1 where ours is better. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: number;
  readonly peerName?: string;
  readonly ratio?: number;
}

export const rowOf = (
  bench: string,
  name: string,
  unit: string,
  ours: number,
  peer?: number,
  peerName?: string,
): BenchRow => ({
  bench,
  case: name,
  unit,
  ours: round(ours),
  ...(peer === undefined
    ? {}
    : { peer: round(peer), peerName: peerName ?? "peer", ratio: round(ours / peer) }),
});

/** A line about a time, which is better when it is less. */
export function timeRowOf(
  bench: string,
  name: string,
  unit: string,
  ours: number,
  peer?: number,
  peerName?: string,
): BenchRow {
  const row = rowOf(bench, name, unit, ours, peer, peerName);
  return peer === undefined ? row : { ...row, ratio: round(peer / ours) };
}

const round = (x: number): number => Number(x.toPrecision(4));
