/**
 * Programs as files (`.cgrabin`), little-endian: the letters RCGR, version, flags, identity of the fabric, a table of
 * sections (name, offset, length, checksum), the sections one after another. The same program gives the same bytes.
 */
import {
  Damaged,
  makeReader,
  makeWriter,
  type Reader,
  type Writer,
} from "../../../artefact/bytes.js";
import { crc32 } from "../../../support/crc32.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import type { Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import { machineCodes as codes } from "./codes.js";
import { BadWord, idleWord, wordCode } from "./encode-word.js";
import { fabricIdOf } from "./fabric-id.js";
import { layoutOf } from "./layout.js";
import type {
  KernelProgram,
  Origins,
  Setting,
  StreamProgram,
  Word,
  WordOrigin,
} from "./program.js";
import { elementPorts, programProblem } from "./validate.js";

const MAGIC = 0x52474352; // "RCGR"
export const IMAGE_VERSION = 1;
const TAGS = ["KERN", "WORD", "CNST", "STRM", "SPAD"] as const;
/** What nothing executes comes last, where it is there. */
const DEBUG = "DBUG";
type Tag = (typeof TAGS)[number] | typeof DEBUG;
const MOST_WORDS = 0xffff;

/** Whether the bytes start as an image does. */
export const isImage = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 &&
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) === MAGIC;

/** The bytes of a program of the fabric, which must be able to execute it. */
export function encodeImage(fabric: Fabric, program: KernelProgram): Uint8Array {
  const sections: Readonly<Record<Tag, (w: Writer) => void>> = {
    KERN: (w) => writeKernel(w, program),
    WORD: (w) => writeWords(w, fabric, program),
    CNST: (w) => {
      for (const settings of program.constants) writeList(w, settings, (s) => writeSetting(w, s));
    },
    STRM: (w) => writeList(w, program.streams, (s) => writeStream(w, s)),
    SPAD: (w) => writeList(w, banksOf(fabric, program), (bank) => w.u32(bank)),
    DBUG: (w) => writeOrigins(w, program.origins ?? { file: "", words: [] }),
  };
  const tags: readonly Tag[] = program.origins === undefined ? TAGS : [...TAGS, DEBUG];
  const contents = tags.map((tag) => {
    const w = makeWriter();
    sections[tag](w);
    return w.finish();
  });
  const w = makeWriter();
  w.u32(MAGIC);
  w.u32(IMAGE_VERSION);
  w.i64(BigInt.asIntN(64, program.fabricId));
  w.u32(tags.length);
  let offset = w.length + 16 * tags.length;
  tags.forEach((tag, i) => {
    w.raw(new TextEncoder().encode(tag));
    w.u32(offset);
    w.u32(contents[i]!.length);
    w.u32(crc32(contents[i]!));
    offset += contents[i]!.length;
  });
  for (const content of contents) w.raw(content);
  return w.finish();
}

/**
 * The program of an image of this fabric; `file` is for messages. Throws a {@link DiagnosticError} for anything that
 * is not as written.
 */
export function decodeImage(fabric: Fabric, bytes: Uint8Array, file: string): KernelProgram {
  try {
    if (!isImage(bytes)) throw new DiagnosticError(codes.notAnImage({ file }));
    const r = makeReader(bytes);
    r.u32();
    const found = r.u32();
    if (found !== IMAGE_VERSION)
      throw new DiagnosticError(codes.imageVersion({ file, found, wanted: IMAGE_VERSION }));
    const fabricId = BigInt.asUintN(64, r.i64());
    if (fabricId !== fabricIdOf(fabric))
      throw new DiagnosticError(codes.otherFabric({ file, fabric: fabric.name }));
    const sections = readSections(r, bytes);
    const program = readProgram(fabric, fabricId, sections);
    const problem = programProblem(fabric, program);
    if (problem !== undefined) throw new Damaged(problem);
    const banks = readWhole(sections.SPAD, (s) => readList(s, 4, () => s.u32()));
    if (banks.join() !== banksOf(fabric, program).join()) throw new Damaged("it names other banks");
    return program;
  } catch (error) {
    if (error instanceof Damaged || error instanceof BadWord)
      throw new DiagnosticError(codes.imageDamaged({ file, reason: error.message }));
    throw error;
  }
}

/** Banks that a program may access, by position. */
export function banksOf(fabric: Fabric, program: KernelProgram): readonly number[] {
  const found = new Set(
    program.streams.map(({ stream }) =>
      fabric.banks.findIndex((b) => b.name === fabric.streams[stream]?.bank),
    ),
  );
  program.words.forEach((words, p) => {
    const accesses = words.some(({ op }) => op === "LUT8" || opcodes.get(op)?.class === "mem");
    if (accesses) fabric.banks.forEach((b, i) => b.elements.includes(p) && found.add(i));
  });
  return [...found].sort((a, b) => a - b);
}

function writeKernel(w: Writer, { name, ii, stages, tail, loops, liveins }: KernelProgram): void {
  w.text(name);
  for (const n of [ii, stages, tail]) w.u32(n);
  writeList(w, loops, (s) => writeSetting(w, s));
  writeList(w, liveins, (livein) => w.text(livein));
}

function writeList<T>(w: Writer, items: readonly T[], write: (item: T) => void): void {
  w.u32(items.length);
  items.forEach(write);
}

/** 0 and the number, or 1 and the position among the launch numbers. */
function writeSetting(w: Writer, setting: Setting): void {
  w.u8(setting.kind === "literal" ? 0 : 1);
  w.u32((setting.kind === "literal" ? setting.value : setting.index) >>> 0);
}

function writeStream(w: Writer, { stream, base, dims, bytes, signed }: StreamProgram): void {
  w.u32(stream);
  w.u8(bytes);
  w.u8(Number(signed));
  writeSetting(w, base);
  writeList(w, dims, ({ extent, stride }) => {
    writeSetting(w, extent);
    writeSetting(w, stride);
  });
}

/** For each element, until all slots are told: how many idle words, how many others, and these. */
function writeWords(w: Writer, fabric: Fabric, program: KernelProgram): void {
  const layout = layoutOf(fabric);
  const code = wordCode(layout);
  const ports = elementPorts(fabric);
  const bytes = Math.ceil(layout.bits / 8);
  program.words.forEach((words, p) => {
    const idle = code.encode(idleWord(ports[p]!.linksOut), ports[p]!);
    const bits = words.map((word) => code.encode(word, ports[p]!));
    for (let slot = 0; slot < bits.length;) {
      const start = slot;
      while (slot < bits.length && bits[slot] === idle) slot++;
      const first = slot;
      while (slot < bits.length && bits[slot] !== idle) slot++;
      w.u32((first - start) | ((slot - first) << 16));
      for (const word of bits.slice(first, slot))
        for (let k = 0; k < bytes; k++) w.u8(Number((word >> BigInt(8 * k)) & 255n));
    }
  });
}

type Sections = Readonly<Record<(typeof TAGS)[number], Uint8Array>> & {
  readonly [DEBUG]?: Uint8Array;
};

function readSections(r: Reader, bytes: Uint8Array): Sections {
  const count = r.u32();
  const tags: readonly Tag[] = count === TAGS.length ? TAGS : [...TAGS, DEBUG];
  if (count !== tags.length) throw new Damaged(`it has ${count} sections`);
  const table = tags.map((tag) => {
    const name = new TextDecoder("latin1").decode(r.raw(4));
    if (name !== tag) throw new Damaged(`section \`${tag}\` is not there`);
    return { tag, offset: r.u32(), length: r.u32(), sum: r.u32() };
  });
  const sections = table.map(({ tag, offset, length, sum }) => {
    if (offset !== bytes.length - r.left) throw new Damaged(`section \`${tag}\` is elsewhere`);
    const content = r.raw(length);
    if (crc32(content) !== sum) throw new Damaged(`the checksum of section \`${tag}\` differs`);
    return [tag, content] as const;
  });
  if (r.left > 0) throw new Damaged("something follows its last section");
  return Object.fromEntries(sections) as Sections;
}

/** Reads all of a section. */
function readWhole<T>(content: Uint8Array, read: (r: Reader) => T): T {
  const r = makeReader(content);
  const value = read(r);
  if (r.left > 0) throw new Damaged("a section is longer than what it says");
  return value;
}

function readList<T>(r: Reader, size: number, read: () => T): T[] {
  return Array.from({ length: r.count(size) }, read);
}

function readProgram(fabric: Fabric, fabricId: bigint, sections: Sections): KernelProgram {
  const kernel = readWhole(sections.KERN, (r) => ({
    name: r.text(),
    ii: r.u32(),
    stages: r.u32(),
    tail: r.u32(),
    loops: readList(r, 5, () => readSetting(r)),
    liveins: readList(r, 4, () => r.text()),
  }));
  const { ii } = kernel;
  const debug = sections[DEBUG];
  if (ii < 1 || ii > Math.min(MOST_WORDS, fabric.configuration.depth))
    throw new Damaged(`its interval is ${ii}`);
  return {
    ...kernel,
    fabricId,
    words: readWhole(sections.WORD, (r) => readWords(r, fabric, ii)),
    constants: readWhole(sections.CNST, (r) =>
      fabric.elements.map(() => readList(r, 5, () => readSetting(r))),
    ),
    streams: readWhole(sections.STRM, (r) => readList(r, 15, () => readStream(r))),
    ...(debug !== undefined && { origins: readWhole(debug, readOrigins) }),
  };
}

/** The line is 0 where it is not known. */
function writeOrigins(w: Writer, { file, words }: Origins): void {
  w.text(file);
  writeList(w, words, ({ element, slot, node, line }) => {
    for (const n of [element, slot, node, line ?? 0]) w.u32(n);
  });
}

function readOrigins(r: Reader): Origins {
  const file = r.text();
  const words = readList(r, 16, (): WordOrigin => {
    const origin = { element: r.u32(), slot: r.u32(), node: r.u32() };
    const line = r.u32();
    return line === 0 ? origin : { ...origin, line };
  });
  return { file, words };
}

function readSetting(r: Reader): Setting {
  const kind = r.u8();
  const number = r.u32();
  if (kind > 1) throw new Damaged(`a setting of kind ${kind}`);
  return kind === 0 ? { kind: "literal", value: number | 0 } : { kind: "livein", index: number };
}

function readStream(r: Reader): StreamProgram {
  const stream = r.u32();
  const bytes = r.u8() as StreamProgram["bytes"];
  const signed = r.u8();
  if (signed > 1) throw new Damaged("a stream that is neither signed nor not");
  const base = readSetting(r);
  const dims = readList(r, 10, () => ({ extent: readSetting(r), stride: readSetting(r) }));
  return { stream, base, dims, bytes, signed: signed === 1 };
}

function readWords(r: Reader, fabric: Fabric, ii: number): Word[][] {
  const layout = layoutOf(fabric);
  const code = wordCode(layout);
  const bytes = Math.ceil(layout.bits / 8);
  return elementPorts(fabric).map((ports) => {
    const words: Word[] = [];
    while (words.length < ii) {
      const run = r.u32();
      const idle = run & 0xffff;
      const others = run >>> 16;
      if (idle + others === 0 || words.length + idle + others > ii)
        throw new Damaged("a run of words does not fit the interval");
      for (let k = 0; k < idle; k++) words.push(idleWord(ports.linksOut));
      for (let k = 0; k < others; k++) {
        let bits = 0n;
        r.raw(bytes).forEach((byte, i) => (bits |= BigInt(byte) << BigInt(8 * i)));
        words.push(code.decode(bits, ports));
      }
    }
    return words;
  });
}
