/** Lexical scopes: what a name stands for at a place in the text. */
import type { FunctionDef } from "../../grammar/ast/nodes.js";
import type { AttrValue } from "../ir/core/node.js";
import type { Expr as RelaxExpr } from "../ir/relax/expr.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { Var } from "../ir/tir/expr.js";
import type { Dialect } from "./dialect-names.js";
import type { Value } from "./value.js";

/** A parse-time function: inlined at each call. */
export interface Macro {
  readonly def: FunctionDef;
  readonly dialect: "T" | "R";
  /** Names in the body resolve where the macro stands (true), or where it is called. */
  readonly hygienic: boolean;
  /** Scope of the definition. */
  readonly scope: Scope;
}

/** What a name stands for. */
export type Entity =
  /** `T`, `R`, `I`, `tir`, `tvm`; `path` is what stands between the dialect and the member, e.g. `tile`. */
  | { readonly kind: "dialect"; readonly dialect: Dialect; readonly path: string }
  /** The module's own name, or an alias of it (`cls`). */
  | { readonly kind: "module" }
  /** A function of the module. */
  | { readonly kind: "function"; readonly name: string }
  /** Template constant: its value is known while elaborating. */
  | { readonly kind: "constant"; readonly value: AttrValue }
  /** File-level `n = TypeVar("n")`: each function that uses it has a symbol of its own. */
  | { readonly kind: "typevar"; readonly name: string }
  /** A scalar of T, or a symbolic dimension in either dialect. */
  | { readonly kind: "scalar"; readonly var: Var }
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  /** Variable (or closure) of R. */
  | { readonly kind: "relax"; readonly value: RelaxExpr }
  /** Another name for a value, substituted at each use: `T.meta_var(e)`, `B = A[0:4]`. */
  | { readonly kind: "alias"; readonly value: Value }
  | { readonly kind: "macro"; readonly macro: Macro }
  /** Existed, but is out of scope here; `reason` completes "`x` …". */
  | { readonly kind: "closed"; readonly reason: string }
  /** Follows from an earlier error: uses are silent. */
  | { readonly kind: "error" };

export interface Scope {
  readonly names: Map<string, Entity>;
  readonly parent: Scope | undefined;
  /** Scopes of loops and blocks that stood in this one and have ended; for messages only. */
  ended?: Scope[];
}

export const newScope = (parent?: Scope): Scope => ({ names: new Map(), parent });

/** The nearest meaning of `name`. */
export function lookup(scope: Scope, name: string): Entity | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const found = s.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All names visible from a scope that a mistyped name may mean, for "did you mean". */
export function* visibleNames(scope: Scope): Iterable<string> {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    for (const [name, { kind }] of s.names) if (!UNMEANT.has(kind)) yield name;
  }
}

const UNMEANT: ReadonlySet<Entity["kind"]> = new Set(["dialect", "closed", "error"]);

/** What `name` stood for in the loop or block that ended last, of those around the place. */
export function lookupEnded(scope: Scope, name: string): Entity | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const found = endedIn(s, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function endedIn({ ended = [] }: Scope, name: string): Entity | undefined {
  for (const scope of ended.toReversed()) {
    const found = scope.names.get(name) ?? endedIn(scope, name);
    if (found !== undefined && found.kind !== "error") return found;
  }
  return undefined;
}
