/** Passes by name, loaded when they are used. */
import { makeRegistry } from "../support/registry.js";
import type { Pass } from "./pass.js";
import { passes } from "./index.gen.js";

const registry = makeRegistry<{
  readonly name: string;
  readonly summary: string;
  load(): Promise<unknown>;
}>(passes);

/** All passes, in order of name. */
export const allPasses = (): readonly { readonly name: string; readonly summary: string }[] =>
  registry.all;
/** Loads the declaration of a pass. */
export const lookupPass = async (name: string): Promise<Pass | undefined> =>
  (await registry.get(name)?.load()) as Pass | undefined;
/** Hint for a misspelt name. */
export const suggestPass = (name: string): string | undefined => registry.suggest(name);
