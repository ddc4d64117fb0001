/** T functions as text that leaves open which numbers they hold, so that functions alike but for numbers have one. */
import { fieldsOf, fieldValue, isNode, type Node } from "../../../ir/nodes.js";
import type { IntImm, PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { int64 } from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";

/** A function without its numbers, and the numbers in the order in which they stand. */
export interface Outline {
  readonly text: string;
  readonly numbers: readonly Int[];
}

/** What code is made of is no number that may differ: lanes, loops that are unrolled, tiles in registers, literal operands. */
function isFixed(child: Node, parent: Node): boolean {
  switch (parent.kind) {
    case "tir.For":
      return (
        parent.loopKind !== "serial" && parent.loopKind !== "parallel" && child !== parent.body
      );
    case "tir.Buffer":
      return parent.scope !== "global";
    case "tir.Ramp":
    case "tir.Broadcast":
    case "tir.Shuffle":
    case "tir.Call":
    case "tir.CallGlobal":
    case "tir.AttrStmt":
      return child.kind === "tir.IntImm";
    default:
      return false;
  }
}

/** The outline of a function; `identity` numbers objects that are compared as such. */
export function outlineOf(func: PrimFunc, identity: (object: object) => number): Outline {
  const text: string[] = [];
  const numbers: Int[] = [];
  walkNumbers(func, identity, text, (n) => (numbers.push(n.value), n));
  return { text: text.join(""), numbers };
}

/** The function with an expression in place of each number, by its position. */
export function withNumbers(func: PrimFunc, at: (position: number) => PrimExpr): PrimFunc {
  let position = 0;
  return walkNumbers(
    func,
    () => 0,
    [],
    () => at(position++),
  );
}

function walkNumbers(
  func: PrimFunc,
  identity: (object: object) => number,
  text: string[],
  put: (n: IntImm) => PrimExpr,
): PrimFunc {
  const binders = new Map<Node, { readonly number: number; after: Node }>();
  const plain = (value: unknown): void => {
    if (typeof value !== "object" || value === null) text.push(`${JSON.stringify(String(value))},`);
    else if ("name" in value) text.push(`${String(value.name)},`);
    else text.push(`&${identity(value)},`);
  };
  const walk = (node: Node, fixed: boolean): Node => {
    if (node.kind === "tir.IntImm") {
      text.push(fixed || node.dtype !== int64 ? `${node.value}${node.dtype.name},` : "#,");
      return fixed || node.dtype !== int64 ? node : put(node);
    }
    const isBinder = node.kind === "tir.Var" || node.kind === "tir.Buffer";
    const known = isBinder ? binders.get(node) : undefined;
    if (known !== undefined) {
      text.push(`$${known.number},`);
      return known.after;
    }
    const own: { readonly number: number; after: Node } = { number: binders.size, after: node };
    if (isBinder) binders.set(node, own);
    text.push(`(${node.kind}`);
    let copy: Record<string, unknown> | undefined;
    for (const { name, role } of fieldsOf(node.kind)) {
      if (role === "hint") continue;
      const before = fieldValue(node, name);
      // What a pointer points to is said by its buffer.
      const isPlain = role === "value" || role === "tensor" || role === "pointer";
      if (isPlain && role !== "pointer") plain(before);
      const after = isPlain ? before : within(before, node, fixed);
      if (after !== before) (copy ??= { ...node })[name] = after;
    }
    text.push(")");
    own.after = (copy as Node | undefined) ?? node;
    return own.after;
  };
  const within = (value: unknown, parent: Node, fixed: boolean): unknown => {
    if (Array.isArray(value)) {
      text.push("[");
      const after = value.map((item) => within(item, parent, fixed));
      text.push("]");
      return after.every((item, i) => item === value[i]) ? value : after;
    }
    if (value instanceof Map) {
      text.push("{");
      const after = new Map<unknown, unknown>();
      for (const [key, item] of value) {
        plain(key);
        after.set(key, within(item, parent, fixed));
      }
      text.push("}");
      return [...value].every(([key, item]) => after.get(key) === item) ? value : after;
    }
    if (isNode(value)) return walk(value, fixed || isFixed(value, parent));
    plain(value);
    return value;
  };
  return walk(func, false) as PrimFunc;
}
