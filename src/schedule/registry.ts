/** Schedule primitives by name. */
import { makeRegistry } from "../support/registry.js";
import type { Primitive } from "./primitive.js";
import { primitives } from "./primitives.gen.js";

const registry = makeRegistry<Primitive & { readonly aliases?: readonly string[] }>(primitives);

/** All primitives, in order of name. */
export const allPrimitives = (): readonly Primitive[] => registry.all;
export const lookupPrimitive = (name: string): Primitive | undefined => registry.get(name);
/** Hint for a misspelt name. */
export const suggestPrimitive = (name: string): string | undefined => registry.suggest(name);
