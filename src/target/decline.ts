/** Why a Relax function stays bytecode. */

/** Ends the compilation of a function that has no WebAssembly form; it is no mistake of anyone. */
export class Declined extends Error {}

/** Leaves the function to the virtual machine. */
export function decline(reason: string): never {
  throw new Declined(reason);
}
