/** A fabric as Verilog-2005. */
import type { Fabric } from "../fabric/fabric.js";
import { fabricModule, requestersOf } from "./array.js";
import { bankModule, sequencerModule, streamModule } from "./control.js";
import { elementModule } from "./element.js";
import { partsOf, structureOf, type Structure } from "./kinds.js";
import { benchModule } from "./test-bench.js";

const header = (fabric: Fabric, what: string): string => `// ${what} of ${fabric.name}.\n`;

/** The files of a fabric, by name. */
export function rtlOf(fabric: Fabric): ReadonlyMap<string, string> {
  return filesOf(structureOf(fabric));
}

function filesOf(structure: Structure): ReadonlyMap<string, string> {
  const { fabric, kinds } = structure;
  const files = new Map<string, string>();
  const put = (name: string, what: string, modules: readonly string[]): void => {
    if (modules.length > 0) files.set(name, `${header(fabric, what)}\n${modules.join("\n")}`);
  };
  const distinct = (numbers: readonly number[]): readonly number[] =>
    [...new Set(numbers)].sort((a, b) => a - b);
  put("pe.v", "Processing elements", kinds.map((kind) => elementModule(structure, kind))); // prettier-ignore
  put("sequencer.v", "The sequencer", [sequencerModule(structure)]);
  put("stream.v", "Address generators", distinct(fabric.streams.map((s) => s.dims)).map(streamModule)); // prettier-ignore
  const sizes = distinct(fabric.banks.map((_, b) => requestersOf(structure, b).length));
  put("spad.v", "Banks of the scratchpad", sizes.map(bankModule));
  put("fabric.v", "The array", [fabricModule(structure)]);
  put("bench.v", "A test bench", [benchModule(structure)]);
  return files;
}

/** Why the configuration bus cannot reach all of a fabric; undefined when it can. */
export function rtlProblem(fabric: Fabric): string | undefined {
  const { layout } = structureOf(fabric);
  if (partsOf(layout) > 16) return `its words have ${layout.bits} bits, and the bus reaches 512`;
  const { depth } = fabric.configuration;
  return depth > 16384 ? `it has ${depth} words an element, and the bus reaches 16384` : undefined;
}
