/** What a run did as a value change dump, which viewers of waves show: outputs and operations of all elements. */
import type { Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import type { IssueEvent } from "./simulate.js";

/** Longer runs are cut. */
const MOST_CYCLES = 100_000;
const OP_BITS = 6;

export interface Waves {
  readonly issued: (event: IssueEvent) => void;
  readonly watch: (cycle: number, outputs: Int32Array) => void;
  /** A nanosecond a cycle; the number of an operation, 0 for none, stands in the cycle that issues it. */
  text(): string;
}

/** Names of signals in short: the characters from `!` to `~`. */
function identifier(n: number): string {
  const [first, count] = [33, 94];
  return (n < count ? "" : identifier(Math.floor(n / count) - 1)) + String.fromCharCode(first + (n % count)); // prettier-ignore
}

const bits = (value: number): string => (value >>> 0).toString(2);

export function waves({ name, cols, elements }: Fabric): Waves {
  const lines: string[] = [];
  const ops = new Int32Array(elements.length);
  const shownOps = new Int32Array(elements.length);
  const shown = new Int32Array(elements.length);
  const out = (e: number): string => identifier(2 * e);
  const op = (e: number): string => identifier(2 * e + 1);
  let end = 0;
  return {
    issued({ element, op: issued }) {
      ops[element] = opcodes.get(issued)!.number;
    },
    watch(cycle, outputs) {
      end = cycle + 1;
      if (cycle < MOST_CYCLES) {
        const changes: string[] = [];
        for (let e = 0; e < elements.length; e++)
          if (ops[e] !== shownOps[e]) changes.push(`b${bits((shownOps[e] = ops[e]!))} ${op(e)}`);
        if (changes.length > 0) lines.push(`#${cycle}`, ...changes);
        const results: string[] = [];
        for (let e = 0; e < elements.length; e++)
          if (outputs[e] !== shown[e]) results.push(`b${bits((shown[e] = outputs[e]!))} ${out(e)}`);
        // Outputs are there at the end of the cycle, where the next one starts.
        if (results.length > 0) lines.push(`#${end}`, ...results);
      }
      ops.fill(0);
    },
    text: () =>
      [
        "$timescale 1 ns $end",
        `$scope module ${name.replace(/\W/g, "_")} $end`,
        ...elements.flatMap((_, e) => [
          `$scope module element_${Math.floor(e / cols)}_${e % cols} $end`,
          `$var wire 32 ${out(e)} out $end`,
          `$var wire ${OP_BITS} ${op(e)} op $end`,
          "$upscope $end",
        ]),
        "$upscope $end",
        "$enddefinitions $end",
        "#0",
        "$dumpvars",
        ...elements.flatMap((_, e) => [`b0 ${out(e)}`, `b0 ${op(e)}`]),
        "$end",
        ...inOrder(lines),
        `#${Math.min(end, MOST_CYCLES)}`,
        "",
      ].join("\n"),
  };
}

/** Times are told once. */
const inOrder = (lines: readonly string[]): string[] => {
  let time = "#0";
  return lines.filter((line) => {
    if (!line.startsWith("#")) return true;
    const isNew = line !== time;
    time = line;
    return isNew;
  });
};
