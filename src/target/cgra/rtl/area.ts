/** Areas as Yosys counts them: simple cells and flip-flops; memories are counted apart. */
import type { ElementKind, Structure } from "./kinds.js";

export interface ModuleArea {
  /** Cells other than flip-flops: gates of two inputs, multiplexers, inverters. */
  readonly cells: number;
  readonly flipFlops: number;
}

/** Bits of the configuration words and registers of an element, which are memories. */
export const memoryBitsOf = ({ fabric, layout }: Structure, { registers }: ElementKind): number =>
  fabric.configuration.depth * layout.bits + 32 * registers;

/** What Yosys runs for one module. */
export const areaScript = (file: string, module: string): string =>
  [
    `read_verilog ${file}`,
    `hierarchy -top ${module}`,
    "proc",
    "flatten",
    "opt -fast",
    "wreduce",
    "memory -nomap",
    "opt_clean",
    "techmap",
    "opt -fast",
    "stat",
  ].join("; ");

/** The last statistics of what Yosys said; undefined when there are none. */
export function readArea(said: string): ModuleArea | undefined {
  const at = said.lastIndexOf("Number of cells:");
  if (at < 0) return undefined;
  let cells = 0;
  let flipFlops = 0;
  for (const [, name, count] of said.slice(at).matchAll(/^\s+\$(\S+)\s+(\d+)\s*$/gm)) {
    if (/^_(?:S?DFF|DFFE|DLATCH|ALDFF)/.test(name!)) flipFlops += Number(count);
    else if (name!.startsWith("_")) cells += Number(count);
  }
  return { cells, flipFlops };
}
