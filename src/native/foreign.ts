/** Calls of native libraries, through the optional package `koffi`. */
import { createRequire } from "node:module";

/** An address as the package gives it. */
export type Pointer = bigint | null;
/** Cell that a native function writes a pointer to. */
export type PointerCell<T = Pointer> = [T];

/** The part of the package that is used. */
export interface Foreign {
  load(path: string | null): ForeignLibrary;
  proto(definition: string): object;
  pointer(type: object): object;
  decode(address: bigint, type: object): unknown;
  view(address: bigint, length: number): ArrayBuffer;
  register(callback: (...args: never[]) => unknown, type: object): bigint;
  unregister(callback: bigint): void;
}
export interface ForeignLibrary {
  func(definition: string): (...args: unknown[]) => unknown;
}

/** Why native code cannot be run here. */
export class NativeUnavailable extends Error {
  constructor(
    readonly what: string,
    readonly hint: string,
  ) {
    super(what);
  }
}

let loaded: Foreign | undefined;

/** The package; throws {@link NativeUnavailable} where it is not installed. */
export function foreign(): Foreign {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)("koffi") as Foreign;
    // Calls of decoded functions need what the first load sets up in each thread.
    loaded.load(null);
    return loaded;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new NativeUnavailable(
      `the package \`koffi\` cannot be loaded: ${reason}`,
      "`npm install koffi` adds it; it needs no compiler",
    );
  }
}
