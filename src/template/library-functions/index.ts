/** The functions of `S` by name. */
import { indexMapFunctions } from "./index-maps.js";
import { packFunctions } from "./packs.js";
import { parsingFunctions } from "./einsum.js";
import { proofFunctions } from "./proofs.js";
import { shapeFunctions } from "./shapes.js";
import { typeFunctions } from "./types.js";
import type { LibraryFunction } from "./library-function.js";

export type { LibraryFunction } from "./library-function.js";

/** All functions, in the order of the reference. */
export const allFunctions = (): readonly LibraryFunction[] => [
  ...packFunctions,
  ...shapeFunctions,
  ...typeFunctions,
  ...proofFunctions,
  ...parsingFunctions,
  ...indexMapFunctions,
];

let byName: ReadonlyMap<string, LibraryFunction> | undefined;
/** The function of that name below `S`. */
export function libraryFunction(name: string): LibraryFunction | undefined {
  byName ??= new Map(allFunctions().map((f) => [f.name, f]));
  return byName.get(name);
}

export const functionNames = (): readonly string[] => allFunctions().map((f) => f.name);
