/** Areas as Yosys counts them: simple cells and flip-flops; configuration words are memory and counted apart. */
export interface ModuleArea {
  /** Cells other than flip-flops: gates of two inputs, multiplexers, inverters. */
  readonly cells: number;
  readonly flipFlops: number;
  readonly memoryBits: number;
}

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
  const start = said.lastIndexOf("=== ", at);
  const memory = /Number of memory bits:\s+(\d+)/.exec(said.slice(start, at));
  let cells = 0;
  let flipFlops = 0;
  for (const [, name, count] of said.slice(at).matchAll(/^\s+\$(\S+)\s+(\d+)\s*$/gm)) {
    if (/^_(?:S?DFF|DFFE|DLATCH|ALDFF)/.test(name!)) flipFlops += Number(count);
    else if (name!.startsWith("_")) cells += Number(count);
  }
  return { cells, flipFlops, memoryBits: Number(memory?.[1] ?? 0) };
}
