/** What the header of an object file says, in the format of Unix (System V ABI, chapter 4). */

const MACHINES: ReadonlyMap<number, string> = new Map([
  [62, "x86_64"],
  [183, "aarch64"],
  [40, "arm"],
  [243, "riscv"],
]);
const NODE_NAMES: Readonly<Record<string, string>> = {
  x64: "x86_64",
  arm64: "aarch64",
  riscv64: "riscv",
};

/** The architecture that code is for; undefined where the format is another, or the name not known. */
export const architectureOfObject = (object: Uint8Array): string | undefined =>
  isElf(object) ? MACHINES.get(object[18]! | (object[19]! << 8)) : undefined;

/** The same name of the architecture at hand. */
export const architectureAtHand = (): string => NODE_NAMES[process.arch] ?? process.arch;

/** By the last letter of a calling convention of RISC-V, the bits of the header that tell linkers of it. */
const FLOAT_FLAGS: Readonly<Record<string, number>> = { f: 2, d: 4 };

/** Before version 15, LLVM wrote the convention without floats to the header, whatever the code did. */
export function markFloatAbi(object: Uint8Array, abi: string): void {
  if (!isElf(object)) return;
  const is64 = object[4] === 2;
  object[is64 ? 48 : 36]! |= FLOAT_FLAGS[abi.at(-1)!] ?? 0;
}

const isElf = (bytes: Uint8Array): boolean =>
  bytes.length >= 52 && bytes[0] === 0x7f && String.fromCharCode(...bytes.subarray(1, 4)) === "ELF";
