/** Names of a template: what they stand for, and which may be given a new meaning where. */
import type { Buffer } from "../ir/tir/buffer.js";
import type { Value } from "./values.js";

/** What opened a scope. `function`: the body of an inline; `file`: the names of the library. */
export type ScopeKind = "file" | "function" | "loop" | "block" | "branch";

/** A name's meaning, with what is needed to see that it went stale. */
export interface Entry {
  readonly value: Value;
  /** Number of stores to each buffer that the value loads from, when it was named. */
  readonly loads?: ReadonlyMap<Buffer, number> | undefined;
  /** A mutable scalar: the value is its buffer, assignments store. */
  readonly isScalar?: true;
}

export interface Scope {
  readonly kind: ScopeKind;
  readonly names: Map<string, Entry>;
  readonly parent: Scope | undefined;
  /** Meaning of names that no scope has. */
  readonly outside?: (name: string) => Value | undefined;
  /** All names of the library, for suggestions. */
  readonly known?: () => Iterable<string>;
}

export const newScope = (kind: ScopeKind, parent: Scope | undefined): Scope => ({
  kind,
  names: new Map(),
  parent,
});

/** The nearest meaning of a name. */
export function lookupEntry(scope: Scope, name: string): Entry | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const found = s.names.get(name);
    if (found !== undefined) return found;
    const outside = s.outside?.(name);
    if (outside !== undefined) return { value: outside };
  }
  return undefined;
}

/** The scope of the function at hand that gives a name its meaning, and what lies between. */
export function ownerOf(
  scope: Scope,
  name: string,
): { readonly scope: Scope; readonly crossed: Scope | undefined } | undefined {
  let crossed: Scope | undefined;
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    if (s.names.has(name)) return { scope: s, crossed };
    if (s.kind === "function" || s.kind === "file") return undefined;
    crossed ??= s;
  }
  return undefined;
}

/** All names visible from a scope, for suggestions. */
export function* visibleNames(scope: Scope): Iterable<string> {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    yield* s.names.keys();
    if (s.known !== undefined) yield* s.known();
  }
}
