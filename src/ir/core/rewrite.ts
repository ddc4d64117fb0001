/** Generic rewriting, derived from the node table. */
import type { PrimExpr, Var } from "../tir/expr.js";
import { fieldValue, isNode, owningFieldsOf, type Node } from "../nodes.js";

/**
 * Rebuilds a node with `change` applied to its direct children; the same object when nothing changed. Binders are
 * passed to `change` too, at definitions and at occurrences alike.
 */
export function rebuild<T extends Node>(node: T, change: (child: Node) => Node): T {
  // The kinds that most nodes are of are written out: fields that are read by a name that varies take much longer.
  const known: Node = node;
  switch (known.kind) {
    case "tir.Var":
    case "tir.IntImm":
      return node;
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic": {
      const [a, b] = [change(known.a), change(known.b)];
      return a === known.a && b === known.b ? node : ({ ...node, a, b } as T);
    }
    case "tir.Load": {
      const buffer = change(known.buffer);
      const indices = rebuildList(known.indices, change);
      const predicate = known.predicate && change(known.predicate);
      const isSame =
        buffer === known.buffer && indices === known.indices && predicate === known.predicate;
      return isSame ? node : ({ ...node, buffer, indices, predicate } as T);
    }
    default:
      return rebuildFields(node, change);
  }
}

function rebuildFields<T extends Node>(node: T, change: (child: Node) => Node): T {
  let copy: Record<string, unknown> | undefined;
  const fields = owningFieldsOf(node.kind);
  for (let i = 0; i < fields.length; i++) {
    const { name, holds } = fields[i]!;
    const before = fieldValue(node, name);
    if (before === undefined) continue;
    const after =
      holds === "node"
        ? change(before as Node)
        : holds === "nodes"
          ? rebuildList(before as readonly Node[], change)
          : rebuildValue(before, change);
    if (after !== before) (copy ??= { ...node })[name] = after;
  }
  return (copy as T | undefined) ?? node;
}

function rebuildList(nodes: readonly Node[], change: (child: Node) => Node): readonly Node[] {
  let copy: Node[] | undefined;
  for (let i = 0; i < nodes.length; i++) {
    const after = change(nodes[i]!);
    if (after !== nodes[i]) (copy ??= [...nodes])[i] = after;
  }
  return copy ?? nodes;
}

/** An attribute value. */
function rebuildValue(value: unknown, change: (child: Node) => Node): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const after = rebuildValue(value[i], change);
      if (after !== value[i]) (copy ??= [...value])[i] = after;
    }
    return copy ?? value;
  }
  if (value instanceof Map) {
    let copy: Map<unknown, unknown> | undefined;
    for (const [key, item] of value) {
      const after = rebuildValue(item, change);
      if (after !== item) (copy ??= new Map(value)).set(key, after);
    }
    return copy ?? value;
  }
  return isNode(value) ? change(value) : value;
}

/**
 * Bottom-up rewrite: children first, then `fn` on the rebuilt node. Memoised on identity, so a binder is rewritten
 * once and all its occurrences follow its definition.
 */
export function rewrite<T extends Node>(root: T, fn: (node: Node) => Node): T {
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    if (node.kind === "tir.IntImm") return fn(node);
    const known = done.get(node);
    if (known) return known;
    const after = fn(rebuild(node, walk));
    done.set(node, after);
    return after;
  };
  return walk(root) as T;
}

/** Replaces variables by expressions, in buffers' shapes too. */
export function substitute<T extends Node>(root: T, map: ReadonlyMap<Var, PrimExpr>): T {
  if (map.size === 0) return root;
  return rewrite(root, (node) => (node.kind === "tir.Var" ? (map.get(node) ?? node) : node));
}

/** A copy in which the given binders are replaced by fresh ones, so that it can stand beside the original. */
export function refresh<T extends Node>(root: T, binders: ReadonlySet<Node>): T {
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known) return known;
    const rebuilt = rebuild(node, walk);
    const after = binders.has(node) && rebuilt === node ? { ...node } : rebuilt;
    done.set(node, after);
    return after;
  };
  return walk(root) as T;
}
