/** The accesses of allocated buffers, each with the statements around it. */
import { children } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Load, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Alloc, For, Seq, Stmt, Store } from "../../ir/tir/stmt.js";

/** One statement around a place, and the way taken through it. */
export type Around =
  | { readonly kind: "loop"; readonly loop: For }
  | { readonly kind: "part"; readonly seq: Seq; readonly index: number }
  | { readonly kind: "when"; readonly cond: PrimExpr; readonly holds: boolean }
  | { readonly kind: "other"; readonly stmt: Stmt };

/** A load or store; those of smaller order come first where both run. */
export interface BufferAccess {
  readonly node: Load | Store;
  readonly path: readonly Around[];
  readonly order: number;
}

/** An allocation that only plain loads and stores use. */
export interface BufferUse {
  readonly alloc: Alloc;
  readonly path: readonly Around[];
  readonly accesses: readonly BufferAccess[];
}

/** The allocations of a function without aliases, layouts, and other uses of their memory. */
export function usesOfAllocations(func: PrimFunc): readonly BufferUse[] {
  const uses = new Map<Buffer, { alloc: Alloc; path: readonly Around[]; accesses: BufferAccess[] }>(); // prettier-ignore
  const owners = new Map<Var, Buffer>();
  const drop = (v: Var): void => void uses.delete(owners.get(v) as Buffer);
  let order = 0;
  const access = (node: Load | Store, path: readonly Around[]): void =>
    void uses.get(node.buffer)?.accesses.push({ node, path, order: order++ });
  const walk = (node: Node, path: readonly Around[]): void => {
    switch (node.kind) {
      case "tir.Alloc":
        if (isPlain(node.buffer)) uses.set(node.buffer, { alloc: node, path, accesses: [] });
        owners.set(node.buffer.data, node.buffer);
        return;
      case "tir.Seq":
        return node.body.forEach((s, index) => walk(s, [...path, { kind: "part", seq: node, index }])); // prettier-ignore
      case "tir.For":
        walk(node.min, path);
        walk(node.extent, path);
        if (node.step !== undefined) walk(node.step, path);
        return walk(node.body, [...path, { kind: "loop", loop: node }]);
      case "tir.If":
        walk(node.cond, path);
        walk(node.then, [...path, { kind: "when", cond: node.cond, holds: true }]);
        if (node.otherwise !== undefined)
          walk(node.otherwise, [...path, { kind: "when", cond: node.cond, holds: false }]);
        return;
      case "tir.IfThenElse":
        walk(node.cond, path);
        walk(node.then, [...path, { kind: "when", cond: node.cond, holds: true }]);
        return walk(node.otherwise, [...path, { kind: "when", cond: node.cond, holds: false }]);
      case "tir.While":
        return children(node, (child) => walk(child, [...path, { kind: "other", stmt: node }]));
      case "tir.Load":
      case "tir.Store":
        for (const index of node.indices) walk(index, path);
        if (node.predicate !== undefined) walk(node.predicate, path);
        if (node.kind === "tir.Store") walk(node.value, path);
        return access(node, path);
      case "tir.Call":
        // Its address reaches other elements, too.
        if (node.op === "address_of")
          for (const a of node.args) if (a.kind === "tir.Load") uses.delete(a.buffer);
        return children(node, (child) => walk(child, path));
      // Anywhere else a buffer or its pointer may be used in other ways.
      case "tir.Buffer":
        uses.delete(node);
        return;
      case "tir.Decl":
        return drop(node.buffer.data);
      case "tir.Var":
        return drop(node);
      default:
        children(node, (child) => walk(child, path));
    }
  };
  walk(func.body, []);
  return [...uses.values()].filter((u) => u.accesses.length > 0);
}

const isPlain = (b: Buffer): boolean =>
  b.strides.length === 0 &&
  b.elemOffset === undefined &&
  !b.scalar &&
  b.axisSeparators.length === 0 &&
  b.layout === undefined;

/** Whether two steps are the same way through the same statement. */
export function isSameStep(a: Around, b: Around): boolean {
  switch (a.kind) {
    case "loop":
      return b.kind === "loop" && a.loop === b.loop;
    case "part":
      return b.kind === "part" && a.seq === b.seq && a.index === b.index;
    case "when":
      return b.kind === "when" && a.cond === b.cond && a.holds === b.holds;
    case "other":
      return b.kind === "other" && a.stmt === b.stmt;
  }
}

/** How many steps two paths share. */
export function sharedSteps(a: readonly Around[], b: readonly Around[]): number {
  let n = 0;
  while (n < a.length && n < b.length && isSameStep(a[n]!, b[n]!)) n++;
  return n;
}

/** The loops of a path, outermost first. */
export const loopsOf = (path: readonly Around[]): readonly For[] =>
  path.flatMap((s) => (s.kind === "loop" ? [s.loop] : []));
