/** A buffer under another layout: every access of it in a function rewritten. */
import type { Analyzer } from "../arith/index.js";
import { rebuild } from "../ir/core/rewrite.js";
import { children, visit } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { IndexMap, PrimFunc } from "../ir/tir/function.js";
import type { Stmt } from "../ir/tir/stmt.js";
import { mapped, mappedRegion } from "./layout-map.js";
import { enter } from "./state.js";

/** Why a buffer cannot be replaced where {@link usesPointer} holds. */
export const POINTER = "its memory has another name, or is used through its pointer";

/** Whether a statement uses the memory of a buffer through its pointer, or by another name. */
export const usesPointer = (root: Node, buffer: Buffer): boolean =>
  usesMemory(root, buffer, buffer);

/** Whether a statement uses the memory of a buffer by any name, or by any but one. */
export function usesMemory(root: Node, { data }: Buffer, but?: Buffer): boolean {
  let found = false;
  visit(root, {
    enter(node) {
      const isBuffer = node.kind === "tir.Buffer";
      found ||= isBuffer ? node !== but && node.data === data : node === data;
      return found || isBuffer ? false : undefined;
    },
  });
  return found;
}

/** Whether a statement uses a buffer other than by loads and stores of single elements and in regions. */
export function isOpaque(root: Node, buffer: Buffer): boolean {
  let found = usesPointer(root, buffer);
  const walk = (node: Node): void => {
    if (found) return;
    switch (node.kind) {
      case "tir.Load":
      case "tir.Store": {
        const lanes = node.kind === "tir.Load" ? node.dtype.lanes : node.value.dtype.lanes;
        if (node.buffer === buffer && lanes !== buffer.dtype.lanes) found = true;
        node.indices.forEach(walk);
        if (node.predicate !== undefined) walk(node.predicate);
        if (node.kind === "tir.Store") walk(node.value);
        return;
      }
      case "tir.BufferRegion":
        return;
      case "tir.MatchBuffer":
        found ||= node.source.buffer === buffer;
        return;
      case "tir.Buffer":
      case "tir.Var":
        found ||= node === buffer;
        return;
      case "tir.Block":
        for (const iter of node.iters) children(iter, walk);
        for (const part of [
          ...(node.values ?? []),
          node.predicate,
          ...node.matches,
          node.init,
          node.body,
        ])
          // prettier-ignore
          if (part !== undefined) walk(part);
        return;
      case "tir.Call":
        // A region that is handed on is a use of the memory.
        for (const a of node.args) found ||= a.kind === "tir.BufferRegion" && a.buffer === buffer;
        return children(node, walk);
      default:
        return children(node, walk);
    }
  };
  walk(root);
  return found;
}

/** The function's body with all accesses of one buffer as accesses of another one, found by the map. */
export function relaid(
  { body }: PrimFunc,
  analyzer: Analyzer,
  from: Buffer,
  to: Buffer,
  map: IndexMap,
): Stmt {
  const walk = (node: Node): Node => {
    switch (node.kind) {
      case "tir.Var":
      case "tir.Buffer":
        return node;
      case "tir.For":
        return analyzer.scope(() => {
          enter(analyzer, node);
          return rebuild(node, walk);
        });
      case "tir.Block": {
        const values = node.values?.map((v) => walk(v) as typeof v);
        const predicate = walk(node.predicate) as typeof node.predicate;
        const inner = analyzer.scope(() => {
          enter(analyzer, node);
          return rebuild({ ...node, values: undefined, predicate: node.predicate }, (child) =>
            child === node.predicate ? child : walk(child),
          );
        });
        const allocs = inner.allocs.map((b) => (b === from ? to : b));
        return { ...inner, values, predicate, allocs };
      }
      case "tir.BufferRegion":
        return node.buffer === from ? mappedRegion(analyzer, map, node, to) : rebuild(node, walk);
      case "tir.Load":
      case "tir.Store": {
        const after = rebuild(node, walk);
        if (after.buffer !== from) return after;
        return { ...after, buffer: to, indices: mapped(map, after.indices, analyzer) };
      }
      default:
        return rebuild(node, walk);
    }
  };
  return walk(body) as Stmt;
}
