/** Times of kernel calls. */

/** One call of a kernel, in milliseconds of the clock. */
export interface CallRecord {
  readonly name: string;
  /** Of its tensors, in the order of its parameters. */
  readonly shapes: readonly (readonly number[])[];
  readonly start: number;
  readonly end: number;
}

export interface Profiler {
  now(): number;
  record(call: CallRecord): void;
  readonly calls: readonly CallRecord[];
}

/** A profiler by a clock that counts milliseconds. */
export function makeProfiler(now: () => number): Profiler {
  const calls: CallRecord[] = [];
  return { now, calls, record: (call) => void calls.push(call) };
}
