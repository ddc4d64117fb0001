/** Address generators as they run, and the numbers settings become at launch. */
import type { Setting, StreamProgram } from "./program.js";

/** The number of a setting. */
export const numberOf = (setting: Setting, liveins: readonly number[]): number =>
  (setting.kind === "literal" ? setting.value : (liveins[setting.index] ?? 0)) | 0;

export interface StreamState {
  readonly program: StreamProgram;
  /** The address of the next operation; the counters go on. */
  next(): number;
}

export function streamState(program: StreamProgram, liveins: readonly number[]): StreamState {
  const extents = program.dims.map(({ extent }) => numberOf(extent, liveins));
  const strides = program.dims.map(({ stride }) => numberOf(stride, liveins));
  const counters = program.dims.map(() => 0);
  let address = numberOf(program.base, liveins);
  return {
    program,
    next() {
      const now = address;
      for (let d = extents.length - 1; d >= 0; d--) {
        counters[d]!++;
        address = (address + strides[d]!) | 0;
        if (counters[d]! < extents[d]!) break;
        address = (address - Math.imul(strides[d]!, counters[d]!)) | 0;
        counters[d] = 0;
      }
      return now;
    },
  };
}
