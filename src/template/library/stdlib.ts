/** The standard library. */
import type { Library } from "../template.js";
import { makeLibrary, type TemplateLibrary } from "./library.js";
import { stdlibFiles } from "./stdlib.gen.js";

/** The library of `stdlib/`; its files are read on demand. */
export const standardLibrary = (): TemplateLibrary => makeLibrary("stdlib", stdlibFiles);

/** The part of the standard library that is visible everywhere without an import. */
export function preludeOf(stdlib: Library): Library {
  const prelude = makeLibrary(
    "prelude",
    stdlibFiles.filter(({ name }) => name === "stdlib/prelude.relax"),
  );
  const names = new Set(prelude.names());
  return {
    name: "prelude",
    // The same definitions for all, so that instances are shared.
    lookup: (name) => (names.has(name) ? stdlib.lookup(name) : undefined),
    names: () => names,
  };
}
