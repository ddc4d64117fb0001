/** Progress of long work: a block that rewrites itself in a terminal, a line now and then elsewhere. */
import type { TextOutput } from "./host.js";

export interface Progress {
  /** Shows the state, one or more lines; called as often as is convenient. */
  update(state: string): void;
  /** Takes the block away. */
  done(): void;
}

/** Milliseconds before anything is shown, between two drawings, and between two lines without a terminal. */
const QUIET_MS = 1000;
const FRAME_MS = 100;
const LINE_MS = 10_000;

/** Progress on an output; `now` gives milliseconds. */
export function makeProgress(output: TextOutput, now: () => number): Progress {
  const started = now();
  let drawn = started + QUIET_MS - FRAME_MS;
  let told = started;
  let lines = 0;
  const erase = (): void => {
    if (lines > 0) output.write(`\u001b[${lines}A\u001b[J`);
    lines = 0;
  };
  return {
    update(state) {
      const time = now();
      if (!output.isTerminal) {
        if (time - told < LINE_MS) return;
        told = time;
        output.write(`${state.split("\n")[0]}\n`);
        return;
      }
      if (time - drawn < FRAME_MS) return;
      drawn = time;
      erase();
      const width = (output.columns ?? 80) - 1;
      const rows = state.split("\n").map((row) => row.slice(0, width));
      output.write(`${rows.join("\n")}\n`);
      lines = rows.length;
    },
    done: erase,
  };
}
