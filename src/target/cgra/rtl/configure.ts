/** What the configuration bus of a fabric is written for one launch of a program. */
import { wordCode } from "../machine/encode-word.js";
import type { KernelProgram, Setting } from "../machine/program.js";
import { partsOf, portsOfKind, type Structure } from "./kinds.js";

export interface BusWrite {
  readonly address: number;
  readonly data: number;
}

const SPACES = { sequencer: 0, words: 1, constants: 2, streams: 3 } as const;
const at = (space: keyof typeof SPACES, unit: number, index: number): number =>
  SPACES[space] * 2 ** 28 + unit * 2 ** 18 + index;

/** The writes of a program whose launch numbers are given; what it does not use is set to do nothing. */
export function configurationOf(
  structure: Structure,
  program: KernelProgram,
  liveins: readonly number[],
): readonly BusWrite[] {
  const { fabric, layout, kindOf } = structure;
  const writes: BusWrite[] = [];
  const write = (address: number, data: number): void => {
    writes.push({ address, data });
  };
  const numberOf = (s: Setting): number => (s.kind === "literal" ? s.value : (liveins[s.index] ?? 0)); // prettier-ignore
  write(at("sequencer", 0, 1), program.ii);
  write(at("sequencer", 0, 2), program.stages);
  write(at("sequencer", 0, 3), program.tail);
  for (let level = 0; level < fabric.control.loops; level++) {
    const extent = program.loops[level];
    write(at("sequencer", 0, 16 + level), extent === undefined ? 1 : numberOf(extent));
  }
  const code = wordCode(layout);
  program.words.forEach((words, e) =>
    words.forEach((word, slot) => {
      const bits = code.encode(word, portsOfKind(kindOf[e]!));
      for (let part = 0; part < partsOf(layout); part++)
        write(at("words", e, slot * 16 + part), Number((bits >> BigInt(32 * part)) & 0xffffffffn));
    }),
  );
  program.constants.forEach((settings, e) =>
    settings.forEach((s, i) => write(at("constants", e, i), numberOf(s))),
  );
  for (const { stream, base, dims, bytes, signed } of program.streams) {
    const size = { 1: 0, 2: 1, 4: 2 }[bytes];
    write(at("streams", stream, 0), numberOf(base));
    write(at("streams", stream, 1), size + (signed ? 4 : 0));
    // Counters that are not used run once, outside of the others.
    const unused = fabric.streams[stream]!.dims - dims.length;
    for (let d = 0; d < fabric.streams[stream]!.dims; d++) {
      const dim = dims[d - unused];
      write(at("streams", stream, 2 + 2 * d), dim === undefined ? 1 : numberOf(dim.extent));
      write(at("streams", stream, 3 + 2 * d), dim === undefined ? 0 : numberOf(dim.stride));
    }
  }
  return writes;
}

const hex32 = (x: number): string => (x >>> 0).toString(16).padStart(8, "0");

/** The writes as the file that the test bench plays. */
export const configurationHex = (writes: readonly BusWrite[]): string =>
  [...writes.map(({ address, data }) => hex32(address) + hex32(data)), "f".repeat(16), ""].join("\n"); // prettier-ignore
