/** Generic traversal, derived from the node table. */
import { fieldsOf, fieldValue, isBinder, isNode, type Node } from "../nodes.js";
import type { Role } from "./node.js";

export interface Visitor {
  /** Called before the children; `false` skips them. `defining` tells whether a binder is met at its definition. */
  enter?(node: Node, defining: boolean): void | false;
  /** Called after the children. */
  leave?(node: Node, defining: boolean): void;
}

const defines = (role: Role): boolean =>
  role === "def" || role === "defs" || role === "match" || role === "matches";

/** A field that may hold nodes, and whether it defines binders. */
interface Owning {
  readonly name: string;
  readonly defining: boolean;
}

const owningFields = new Map<string, readonly Owning[]>();

/** The fields of a kind that may hold nodes. */
function owning(kind: Node["kind"]): readonly Owning[] {
  const known = owningFields.get(kind);
  if (known !== undefined) return known;
  const holding = fieldsOf(kind).filter(
    ({ role }) => role !== "value" && role !== "hint" && role !== "tensor" && role !== "pointer",
  );
  const fields = holding.map(({ name, role }) => ({ name, defining: defines(role) }));
  owningFields.set(kind, fields);
  return fields;
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
  if (visitor.enter?.(node, defining && isBinder(node.kind)) !== false && !isReference) {
    const fields = owning(node.kind);
    for (let i = 0; i < fields.length; i++) {
      const { name, defining: isDefinition } = fields[i]!;
      const value = fieldValue(node, name);
      if (typeof value === "object" && value !== null) visitValue(value, visitor, isDefinition);
    }
  }
  visitor.leave?.(node, defining && isBinder(node.kind));
}

function visitValue(value: object, visitor: Visitor, defining: boolean): void {
  if (Array.isArray(value)) visitItems(value, visitor, defining);
  else if (value instanceof Map) visitItems(value.values(), visitor, defining);
  else if (isNode(value)) visitNode(value, visitor, defining);
}

function visitItems(items: Iterable<unknown>, visitor: Visitor, defining: boolean): void {
  for (const item of items)
    if (typeof item === "object" && item !== null) visitValue(item, visitor, defining);
}

/** Calls `each` on the direct children (nodes in fields, lists and attribute values). */
export function children(node: Node, each: (child: Node, role: Role) => void): void {
  const walk = (value: unknown, role: Role): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) for (const item of value) walk(item, role);
    else if (value instanceof Map) for (const item of value.values()) walk(item, role);
    else if (isNode(value)) each(value, role);
  };
  for (const { name, role } of fieldsOf(node.kind)) {
    if (role !== "value" && role !== "hint" && role !== "tensor" && role !== "pointer")
      walk(fieldValue(node, name), role);
  }
}
