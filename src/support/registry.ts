/** Registries: built once from declarations, frozen, looked up by name. */
import { didYouMean } from "./suggest.js";

export interface Registry<T> {
  /** In order of name. */
  readonly all: readonly T[];
  get(name: string): T | undefined;
  /** Hint for a name that is not here. */
  suggest(name: string): string | undefined;
}

/** A registry of declarations; two of one name are a mistake of the program itself and throw. */
export function makeRegistry<
  T extends { readonly name: string; readonly aliases?: readonly string[] },
>(entries: Iterable<T>): Registry<T> {
  const byName = new Map<string, T>();
  const all = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of all) {
    for (const name of [entry.name, ...(entry.aliases ?? [])]) {
      if (byName.has(name)) throw new Error(`two declarations are named ${name}`);
      byName.set(name, entry);
    }
  }
  return Object.freeze({
    all: Object.freeze(all),
    get: (name: string) => byName.get(name),
    suggest: (name: string) => didYouMean(name, byName.keys()),
  });
}
