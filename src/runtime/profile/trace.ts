/** Profiles in the trace format of Chrome and Perfetto. */
import type { CallRecord } from "./profiler.js";
import { shapesText } from "./summary.js";

/** JSON of complete events, in microseconds from the first call. */
export function traceJson(calls: readonly CallRecord[]): string {
  const from = calls[0]?.start ?? 0;
  const named = (name: string, value: string) => ({
    name,
    ph: "M",
    pid: 1,
    tid: 1,
    args: { name: value },
  });
  const events = calls.map((c) => ({
    name: c.name,
    cat: "kernel",
    ph: "X",
    ts: micro(c.start - from),
    dur: micro(c.end - c.start),
    pid: 1,
    tid: 1,
    args: { shapes: shapesText(c.shapes) },
  }));
  const traceEvents = [named("process_name", "relaxc"), named("thread_name", "kernels"), ...events];
  return `${JSON.stringify({ traceEvents, displayTimeUnit: "ns" })}\n`;
}

const micro = (ms: number): number => Number((Math.max(0, ms) * 1000).toFixed(3));
