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
  const { kind } = node;
  const isDefined = defining && isBinder(kind);
  const isReference = !defining && isBinder(kind);
  const isEntered = visitor.enter === undefined || visitor.enter(node, isDefined) !== false;
  if (isEntered && !isReference && kind !== "tir.IntImm") eachChild(node, visitChild, visitor);
  if (visitor.leave !== undefined) visitor.leave(node, isDefined);
}

const visitChild: Each<Visitor> = (child, visitor, _, defining) =>
  visitNode(child, visitor, defining);

/** Calls `each` on the direct children (nodes in fields, lists and attribute values). */
export function children(node: Node, each: (child: Node, role: Role) => void): void {
  eachChild(node, passOn, each);
}

const passOn: Each<(child: Node, role: Role) => void> = (child, each, role) => each(child, role);

/** What is done with a child; `context` is passed through, so that no function is made for a node. */
type Each<Context> = (child: Node, context: Context, role: Role, defining: boolean) => void;

/** The kinds that most nodes are of are written out: fields that are read by a name that varies take much longer. */
function eachChild<Context>(node: Node, each: Each<Context>, context: Context): void {
  switch (node.kind) {
    case "tir.Var":
    case "tir.IntImm":
      return;
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      each(node.a, context, "node", false);
      return each(node.b, context, "node", false);
    case "tir.Cast":
      return each(node.value, context, "node", false);
    case "tir.Load":
    case "tir.Store":
      each(node.buffer, context, "node", false);
      for (const index of node.indices) each(index, context, "nodes", false);
      if (node.kind === "tir.Store") each(node.value, context, "node", false);
      if (node.predicate !== undefined) each(node.predicate, context, "node", false);
      return;
    default: {
      const fields = owningFieldsOf(node.kind);
      for (let i = 0; i < fields.length; i++) {
        const { name, role, holds, defining } = fields[i]!;
        const value = fieldValue(node, name);
        if (value === undefined) continue;
        if (holds === "node") each(value as Node, context, role, defining);
        else if (holds === "attrs") eachIn(value, each, context, role);
        else {
          const nodes = value as readonly Node[];
          for (let k = 0; k < nodes.length; k++) each(nodes[k]!, context, role, defining);
        }
      }
    }
  }
}

/** The nodes in an attribute value. */
function eachIn<Context>(value: unknown, each: Each<Context>, context: Context, role: Role): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) for (const item of value) eachIn(item, each, context, role);
  else if (value instanceof Map)
    for (const item of value.values()) eachIn(item, each, context, role);
  else if (isNode(value)) each(value, context, role, false);
}
