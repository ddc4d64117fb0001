/** What the header of an object file says, in the format of Unix (System V ABI, chapter 4). */
import { architectures, type Architecture } from "../../support/processors.js";

/** The architecture that code is for; undefined where the format is another, or the architecture not known. */
export function architectureOfObject(object: Uint8Array): Architecture | undefined {
  if (!isElf(object)) return undefined;
  const machine = object[18]! | (object[19]! << 8);
  return architectures.find((a) => a.elf === machine && (a.pointerBits === 64) === is64(object));
}

/** By the last letter of a calling convention of RISC-V, the bits of the header that tell linkers of it. */
const FLOAT_FLAGS: Readonly<Record<string, number>> = { f: 2, d: 4 };

/** Before version 15, LLVM wrote the convention without floats to the header, whatever the code did. */
export function markFloatAbi(object: Uint8Array, abi: string): void {
  if (!isElf(object)) return;
  object[is64(object) ? 48 : 36]! |= FLOAT_FLAGS[abi.at(-1)!] ?? 0;
}

const is64 = (object: Uint8Array): boolean => object[4] === 2;

const isElf = (bytes: Uint8Array): boolean =>
  bytes.length >= 52 && bytes[0] === 0x7f && String.fromCharCode(...bytes.subarray(1, 4)) === "ELF";
