/** Names of a template: what they stand for, and whether that still holds. */
import type * as ast from "../../grammar/ast/nodes.js";
import { visit } from "../ir/core/visit.js";
import type { Buffer } from "../ir/tir/buffer.js";
import { intImm, load } from "../ir/tir/expr.js";
import { int64 } from "../support/dtype.js";
import { didYouMean } from "../support/suggest.js";
import { codes } from "./codes.js";
import { lookupEntry, visibleNames, type Entry, type Scope } from "./scope.js";
import { checkSize, fail, placeOf, spanOf, type State } from "./state.js";
import { exprValue, type Value } from "./values.js";

/** Functions of Python that templates have. */
export const PYTHON: ReadonlySet<string> = new Set([
  "len",
  "tuple",
  "range",
  "int",
  "float",
  "bool",
  "abs",
  "min",
  "max",
]);
const ROOTS: ReadonlySet<string> = new Set(["S", "T", "R"]);

/** What a name stands for. */
export function nameValue(s: State, scope: Scope, e: ast.Name): Value {
  const entry = lookupEntry(scope, e.id);
  if (entry === undefined) {
    if (ROOTS.has(e.id)) return { kind: "member", root: e.id as "S" | "T" | "R", name: "" };
    if (PYTHON.has(e.id)) return { kind: "member", root: "python", name: e.id };
    return unknown(s, e, e.id, visibleNames(scope));
  }
  if (entry.loads !== undefined) checkFresh(s, e, entry.loads);
  const { value } = entry;
  if (value.kind === "undefined")
    fail(codes.undefinedWhenAbsent({ ...placeOf(s, e), name: e.id, buffer: value.buffer }));
  if (entry.isScalar && value.kind === "buffer")
    return exprValue(load(value.buffer, [intImm(0, int64)], spanOf(s, e)), "value");
  return value;
}

/** Reports a name that stands for nothing. */
export function unknown(s: State, e: ast.AstBase, name: string, known: Iterable<string>): never {
  const near = didYouMean(name, known);
  return fail(
    codes.unknownName({ ...placeOf(s, e), name, hints: near === undefined ? [] : [near] }),
  );
}

function checkFresh(s: State, e: ast.Name, loads: ReadonlyMap<Buffer, number>): void {
  for (const [buffer, before] of loads) {
    if ((s.stores.get(buffer) ?? 0) !== before)
      fail(codes.staleAlias({ ...placeOf(s, e), name: e.id, buffer: buffer.name }));
  }
}

/** A value under a name, with what is needed to see that it went stale. */
export function entryOf(s: State, value: Value, at: ast.AstBase): Entry {
  let loads: Map<Buffer, number> | undefined;
  const walk = (v: Value): void => {
    if (v.kind === "pack") v.items.forEach(walk);
    if (v.kind !== "expr") return;
    checkSize(s, v.expr, at);
    if (v.phase === "value")
      visit(v.expr, {
        enter(node) {
          if (node.kind === "tir.Load")
            (loads ??= new Map()).set(node.buffer, s.stores.get(node.buffer) ?? 0);
        },
      });
  };
  walk(value);
  return { value, loads };
}
