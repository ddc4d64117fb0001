/** The two spellings of LLVM IR: typed pointers up to version 14, one type of pointer from 15 on. */
export interface Dialect {
  /** The type of all addresses. */
  readonly pointer: string;
  /** The type of a pointer to memory of a type. */
  pointerTo(type: string): string;
  /** Part of the name of an intrinsic that stands for a pointer to memory of a type. */
  mangledPointer(mangled: string): string;
}

const typed: Dialect = {
  pointer: "i8*",
  pointerTo: (type) => `${type}*`,
  mangledPointer: (mangled) => `p0${mangled}`,
};
const opaque: Dialect = {
  pointer: "ptr",
  pointerTo: () => "ptr",
  mangledPointer: () => "p0",
};

/** The spelling that a version of LLVM reads. */
export const dialectOf = (version: number): Dialect => (version < 15 ? typed : opaque);
