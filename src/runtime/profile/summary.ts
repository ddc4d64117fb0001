/** What a profile says: kernels by the time they took. */
import type { CallRecord } from "./profiler.js";

/** All calls of a kernel on the same shapes. */
export interface KernelTime {
  readonly kernel: string;
  readonly shapes: readonly (readonly number[])[];
  readonly calls: number;
  /** In microseconds. */
  readonly total: number;
  readonly mean: number;
  /** Of the time of all kernels, from 0 to 1. */
  readonly share: number;
}

/** Longest first. */
export function summarise(calls: readonly CallRecord[]): KernelTime[] {
  const groups = new Map<string, { first: CallRecord; calls: number; total: number }>();
  let all = 0;
  for (const c of calls) {
    const time = Math.max(0, c.end - c.start) * 1000;
    all += time;
    const key = `${c.name} ${shapesText(c.shapes)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: c, calls: 1, total: time });
    else {
      group.calls++;
      group.total += time;
    }
  }
  return [...groups.values()]
    .map(({ first, calls, total }) => ({
      kernel: first.name,
      shapes: first.shapes,
      calls,
      total,
      mean: total / calls,
      share: all === 0 ? 0 : total / all,
    }))
    .sort((a, b) => b.total - a.total);
}

/** `(2, 3) (3,)` */
export const shapesText = (shapes: CallRecord["shapes"]): string =>
  shapes.map((s) => `(${s.join(", ")}${s.length === 1 ? "," : ""})`).join(" ");

/** A table: kernel, calls, total and mean in microseconds, share, shapes. */
export function profileText(rows: readonly KernelTime[]): string {
  const cells = rows.map((r) => [
    r.kernel,
    String(r.calls),
    r.total.toFixed(1),
    r.mean.toFixed(2),
    `${(100 * r.share).toFixed(1)} %`,
    shapesText(r.shapes),
  ]);
  const lines = [["kernel", "calls", "total µs", "mean µs", "share", "shapes"], ...cells];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((l) => l[i]!.length)));
  const isLeft = (i: number): boolean => i === 0 || i === widths.length - 1;
  return lines
    .map((line) =>
      line
        .map((c, i) => (isLeft(i) ? c.padEnd(widths[i]!) : c.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
