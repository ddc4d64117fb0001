/** Generic traversal, derived from the node table. */
import { fieldValue, isBinder, isNode, owningFieldsOf, type Node } from "../nodes.js";
import type { Role } from "./node.js";

export interface Visitor {
  /** Called before the children; `false` skips them. `defining` tells whether a binder is met at its definition. */
  enter?(node: Node, defining: boolean): void | false;
  /** Called after the children. */
  leave?(node: Node, defining: boolean): void;
}

/**
 * Visits a node and what it owns, in the order of the node table. A binder that occurs outside a defining field is
 * reported, but not entered: its own fields (a buffer's shape, a variable's struct info) belong to its definition.
 */
export function visit(root: Node, visitor: Visitor): void {
  visitNode(root, visitor, true);
}

function visitNode(node: Node, visitor: Visitor, defining: boolean): void {
  const isReference = !defining && isBinder(node.kind);
  if (visitor.enter?.(node, defining && isBinder(node.kind)) !== false && !isReference)
    visitFields(node, visitor);
  visitor.leave?.(node, defining && isBinder(node.kind));
}

/** The kinds that most nodes are of are written out: fields that are read by a name that varies take much longer. */
function visitFields(node: Node, visitor: Visitor): void {
  switch (node.kind) {
    case "tir.Var":
    case "tir.IntImm":
      return;
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      visitNode(node.a, visitor, false);
      return visitNode(node.b, visitor, false);
    case "tir.Cast":
      return visitNode(node.value, visitor, false);
    case "tir.Load":
      visitNode(node.buffer, visitor, false);
      for (let i = 0; i < node.indices.length; i++) visitNode(node.indices[i]!, visitor, false);
      if (node.predicate !== undefined) visitNode(node.predicate, visitor, false);
      return;
    case "tir.Store":
      visitNode(node.buffer, visitor, false);
      for (let i = 0; i < node.indices.length; i++) visitNode(node.indices[i]!, visitor, false);
      visitNode(node.value, visitor, false);
      if (node.predicate !== undefined) visitNode(node.predicate, visitor, false);
      return;
    default: {
      const fields = owningFieldsOf(node.kind);
      for (let i = 0; i < fields.length; i++) {
        const { name, defining } = fields[i]!;
        visitValue(fieldValue(node, name), visitor, defining);
      }
    }
  }
}

function visitValue(value: unknown, visitor: Visitor, defining: boolean): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) visitValue(value[i], visitor, defining);
  else if (isNode(value)) visitNode(value, visitor, defining);
  else if (value instanceof Map)
    for (const item of value.values()) visitValue(item, visitor, defining);
}

/** Calls `each` on the direct children (nodes in fields, lists and attribute values). */
export function children(node: Node, each: (child: Node, role: Role) => void): void {
  const walk = (value: unknown, role: Role): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) for (const item of value) walk(item, role);
    else if (value instanceof Map) for (const item of value.values()) walk(item, role);
    else if (isNode(value)) each(value, role);
  };
  switch (node.kind) {
    case "tir.Var":
    case "tir.IntImm":
      return;
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      each(node.a, "node");
      return each(node.b, "node");
    case "tir.Load":
      each(node.buffer, "node");
      for (const index of node.indices) each(index, "nodes");
      if (node.predicate !== undefined) each(node.predicate, "node");
      return;
    default:
      for (const { name, role } of owningFieldsOf(node.kind)) walk(fieldValue(node, name), role);
  }
}
