/** Links object code into this process. */
import { foreign } from "../foreign.js";
import { cell, check, llvmLibrary } from "./library.js";

/** Linked code; addresses are valid until it is disposed of. */
export interface LinkedCode {
  /** The address of a symbol; throws when there is none. */
  address(name: string): bigint;
  dispose(): void;
}

/** A native function by its address; the definition is that of C, without a name. */
export function nativeFunction(
  address: bigint,
  definition: string,
): (...args: unknown[]) => unknown {
  const koffi = foreign();
  return koffi.decode(address, koffi.proto(definition)) as (...args: unknown[]) => unknown;
}

/** Links; symbols that the object lacks are those of this process. */
export function linkObject(object: Uint8Array): LinkedCode {
  const { c } = llvmLibrary();
  const made = cell();
  check(c, c.jitCreate(made, c.jitBuilder()), "linker");
  const jit = made[0];
  try {
    const dylib = c.jitDylib(jit);
    const generator = cell();
    check(c, c.processSymbols(generator, c.jitPrefix(jit), null, null), "symbols of the process");
    c.addGenerator(dylib, generator[0]);
    const buffer = c.memoryBuffer(object, object.length, "kernels");
    check(c, c.jitAddObject(jit, dylib, buffer), "object code");
  } catch (error) {
    c.jitDispose(jit);
    throw error;
  }
  return {
    address(name) {
      const found = [0] as [number | bigint];
      check(c, c.jitLookup(jit, found, name), `symbol ${name}`);
      return BigInt(found[0]);
    },
    dispose: () => void c.jitDispose(jit),
  };
}
