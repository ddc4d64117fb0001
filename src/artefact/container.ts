/**
 * The `.rxe` container: magic, version, a table of sections (name, length, checksum), the sections, each at a multiple
 * of 64 bytes. Numbers are little-endian. The same sections give the same bytes.
 */
import { crc32 } from "../support/crc32.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { Damaged, makeReader, makeWriter, type Reader } from "./bytes.js";
import { codes } from "./codes.js";

const MAGIC = 0x01455852; // "RXE\x01"
export const FORMAT_VERSION = 1;
const ALIGN = 64;
const MOST_SECTIONS = 64;

/** Whether the bytes start as an artefact does. */
export const isArtefact = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 &&
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) === MAGIC;

/** Sections by name, in the order in which they are stored. */
export type Sections = ReadonlyMap<string, Uint8Array>;

export function writeContainer(sections: Sections): Uint8Array {
  const w = makeWriter();
  w.u32(MAGIC);
  w.u32(FORMAT_VERSION);
  w.u32(sections.size);
  for (const [name, bytes] of sections) {
    w.text(name);
    w.u32(bytes.length);
    w.u32(crc32(bytes));
  }
  const head = w.finish();
  w.u32(crc32(head));
  for (const bytes of sections.values()) {
    w.align(ALIGN);
    w.raw(bytes);
  }
  return w.finish();
}

/** Reads and checks; `file` is for messages. Throws a {@link DiagnosticError} for anything that is not as written. */
export function readContainer(bytes: Uint8Array, file: string): Sections {
  return checked(file, () => {
    const r = makeReader(bytes);
    if (bytes.length < 12 || r.u32() !== MAGIC) {
      throw new DiagnosticError(codes.notAnArtefact({ file }));
    }
    const found = r.u32();
    if (found !== FORMAT_VERSION) {
      throw new DiagnosticError(codes.artefactVersion({ file, found, wanted: FORMAT_VERSION }));
    }
    return readSections(r, bytes);
  });
}

function readSections(r: Reader, bytes: Uint8Array): Sections {
  const count = r.u32();
  if (count > MOST_SECTIONS) throw new Damaged(`it has ${count} sections`);
  const table: { name: string; length: number; sum: number }[] = [];
  for (let i = 0; i < count; i++) table.push({ name: r.text(), length: r.u32(), sum: r.u32() });
  const headLength = bytes.length - r.left;
  if (r.u32() !== crc32(bytes.subarray(0, headLength))) {
    throw new Damaged("the checksum of its table of sections differs");
  }
  const sections = new Map<string, Uint8Array>();
  for (const { name, length, sum } of table) {
    r.align(ALIGN);
    const content = r.raw(length);
    if (crc32(content) !== sum) throw new Damaged(`the checksum of section \`${name}\` differs`);
    if (sections.has(name)) throw new Damaged(`section \`${name}\` comes twice`);
    sections.set(name, content);
  }
  if (r.left > 0) throw new Damaged("something follows its last section");
  return sections;
}

/** Runs a reader; what it finds damaged becomes a diagnostic. */
export function checked<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Damaged) {
      throw new DiagnosticError(codes.artefactDamaged({ file, reason: error.message }));
    }
    throw error;
  }
}
