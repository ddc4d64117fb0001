/** What a run did, as pictures: a grid of how busy elements were, and a timeline for Perfetto. */
import type { Fabric } from "../fabric/fabric.js";
import type { KernelProgram } from "./program.js";
import type { Counters, IssueEvent } from "./simulate.js";

/** Longer timelines are cut. */
export const MOST_EVENTS = 200_000;

export interface Recorder {
  readonly issued: (event: IssueEvent) => void;
  /** Percent of the cycles in which each element issued, as the grid. */
  heatMap(cycles: number): string;
  /** The first events in the format of Chrome's traces: a track an element, a microsecond a cycle. */
  timeline(): string;
}

export function recorder(fabric: Fabric): Recorder {
  const counts = fabric.elements.map(() => 0);
  const events: IssueEvent[] = [];
  return {
    issued(event) {
      counts[event.element]!++;
      if (events.length < MOST_EVENTS) events.push(event);
    },
    heatMap(cycles) {
      const cell = (n: number): string =>
        `${n === 0 ? "." : Math.round((100 * n) / Math.max(1, cycles))}`.padStart(4);
      return Array.from(
        { length: fabric.rows },
        (_, r) =>
          counts
            .slice(r * fabric.cols, (r + 1) * fabric.cols)
            .map(cell)
            .join("") + "\n",
      ).join("");
    },
    timeline: () => {
      const names = fabric.elements.map((_, tid) => ({
        name: "thread_name",
        ph: "M",
        pid: 1,
        tid,
        args: { name: `element ${tid}` },
      }));
      const slices = events.map(({ cycle, element, op, iteration }) => ({
        name: op,
        ph: "X",
        ts: cycle,
        dur: 1,
        pid: 1,
        tid: element,
        args: { iteration },
      }));
      return `${JSON.stringify({ traceEvents: [...names, ...slices] })}\n`;
    },
  };
}

/** Figures of a run. */
export function runText(fabric: Fabric, program: KernelProgram, counters: Counters): string {
  const { cycles, trip, issued, moves, crossings, accesses } = counters;
  const words = program.words.flat();
  const slots = words.length;
  const useful = words.filter(({ op }) => op !== "NOP" && op !== "MOV").length;
  const percent = (part: number, whole: number): string =>
    `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;
  const banks = fabric.banks.map((b, i) => `${b.name} ${accesses[i]}`).join(", ");
  return [
    `${program.name}: interval ${program.ii}, ${program.stages} stages, ${trip} iterations in ${cycles} cycles`,
    `${issued} operations, ${percent(moves, issued)} of them moves; ${crossings} link crossings`,
    `${percent(useful, slots)} of the slots compute, ${percent(issued - moves, cycles * fabric.elements.length)} over the run`,
    ...(banks === "" ? [] : [`accesses: ${banks}`]),
    "",
  ].join("\n");
}
