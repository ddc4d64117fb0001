/** Structural equality: the same trees up to consistent renaming of bound variables. Derived from the node table. */
import { sameTensor, type NDArray } from "../../support/ndarray.js";
import { fieldsOf, fieldValue, isBinder, isNode, type Node } from "../nodes.js";
import type { PointerType } from "../tir/expr.js";

export interface EqualOptions {
  /** Free variables are paired one to one at their first occurrence (default); otherwise they compare by identity. */
  readonly mapFreeVars?: boolean;
}

/** Where two nodes differ: `<root>.body.blocks[0].bindings[0].value`, with what stands there on either side. */
export interface Difference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

export const structuralEqual = (a: Node, b: Node, options?: EqualOptions): boolean =>
  new Comparison(options?.mapFreeVars ?? true).nodes(a, b, false);

/** The first difference in the order of the node table, or undefined when the nodes are equal. */
export function firstDifference(a: Node, b: Node, options?: EqualOptions): Difference | undefined {
  const comparison = new Comparison(options?.mapFreeVars ?? true);
  if (comparison.nodes(a, b, false)) return undefined;
  return {
    path: `<root>${comparison.path.reverse().join("")}`,
    a: comparison.left,
    b: comparison.right,
  };
}

class Comparison {
  private readonly forth = new Map<Node, Node>();
  private readonly back = new Map<Node, Node>();
  /** Steps from the difference outwards; filled while unwinding. */
  readonly path: string[] = [];
  left: unknown;
  right: unknown;

  constructor(private readonly mapFree: boolean) {}

  private fail(a: unknown, b: unknown): false {
    this.left = a;
    this.right = b;
    return false;
  }

  nodes(a: Node, b: Node, defining: boolean): boolean {
    if (a.kind !== b.kind) return this.fail(a, b);
    if (isBinder(a.kind)) return this.binders(a, b, defining);
    return this.fields(a, b, defining);
  }

  private binders(a: Node, b: Node, defining: boolean): boolean {
    const pair = this.forth.get(a);
    if (pair !== undefined || this.back.has(b)) return pair === b || this.fail(a, b);
    if (!defining && !this.mapFree) return a === b || this.fail(a, b);
    this.forth.set(a, b);
    this.back.set(b, a);
    return this.fields(a, b, defining);
  }

  private fields(a: Node, b: Node, defining: boolean): boolean {
    for (const { name, role } of fieldsOf(a.kind)) {
      if (role === "hint") continue;
      const x = fieldValue(a, name);
      const y = fieldValue(b, name);
      let same: boolean;
      if (role === "value") same = Object.is(x, y) || this.fail(x, y);
      else if (role === "tensor") same = sameTensor(x as NDArray, y as NDArray) || this.fail(x, y);
      else if (role === "pointer")
        same = samePointer(x as PointerType, y as PointerType) || this.fail(x, y);
      else if (role === "def" || role === "defs" || role === "match" || role === "matches")
        same = this.values(x, y, true);
      // Symbols that occur first inside a match are defined there.
      else same = this.values(x, y, defining && !isBinder(a.kind));
      if (!same) {
        this.path.push(`.${name}`);
        return false;
      }
    }
    return true;
  }

  private values(x: unknown, y: unknown, defining: boolean): boolean {
    if (typeof x !== "object" || x === null || typeof y !== "object" || y === null)
      return Object.is(x, y) || this.fail(x, y);
    if (Array.isArray(x)) {
      if (!Array.isArray(y) || x.length !== y.length) return this.fail(x, y);
      for (let i = 0; i < x.length; i++) {
        if (!this.values(x[i], y[i], defining)) {
          this.path.push(`[${i}]`);
          return false;
        }
      }
      return true;
    }
    if (x instanceof Map) {
      if (!(y instanceof Map) || x.size !== y.size) return this.fail(x, y);
      for (const [key, item] of x) {
        if (!y.has(key) || !this.values(item, y.get(key), defining)) {
          if (!y.has(key)) this.fail(item, undefined);
          this.path.push(`[${JSON.stringify(key)}]`);
          return false;
        }
      }
      return true;
    }
    if (isNode(x) && isNode(y)) return this.nodes(x, y, defining);
    return this.fail(x, y);
  }
}

const samePointer = (a: PointerType | undefined, b: PointerType | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.element === b.element && a.scope === b.scope);
