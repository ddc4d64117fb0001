import { sameIndices } from "../../analysis/tir-pattern/index.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { children } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { For } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/**
 * Precondition: level `loop`. Result: a dimension of an allocation that all accesses index by the same loop variable,
 * inside that loop, has extent 1. Sound because no element outlives an iteration of a loop that runs in order, and
 * what is read was written before.
 */
export const compactBuffer = definePass({
  name: "compact-buffer",
  dialect: "tir",
  summary: "Keeps of allocated buffers only what an iteration needs.",
  from: "loop",
  requires: ["convert-blocks"],
  options: {},
  run: (module) => mapPrimFuncs(module, compacted),
});

/** How an allocation is used. */
interface Use {
  /** Indices of the first access; a dimension where another access differs is undefined. */
  readonly indices: (PrimExpr | undefined)[];
  /** Loops around all accesses and inside the allocation. */
  loops: readonly For[];
}

function compacted(func: PrimFunc): PrimFunc {
  const uses = usesOf(func);
  const small = new Map<Buffer, Buffer>();
  const fixed = new Map<Buffer, readonly boolean[]>();
  for (const [buffer, use] of uses) {
    const inOrder = new Set<Var>(
      use.loops
        .filter((f) => f.loopKind === "serial" || f.loopKind === "unrolled")
        .map((f) => f.var),
    );
    if (use.loops.length === 0 || inOrder.size !== use.loops.length) continue;
    const dims = buffer.shape.map((d, k) => {
      const index = use.indices[k];
      if (index === undefined || (d.kind === "tir.IntImm" && d.value === 1)) return false;
      return index.kind === "tir.Var" && inOrder.has(index);
    });
    if (!dims.includes(true)) continue;
    const shape = buffer.shape.map((d, k) => (dims[k] ? intImm(1, d.dtype) : d));
    small.set(buffer, makeBuffer({ ...buffer, data: undefined, shape }));
    fixed.set(buffer, dims);
  }
  if (small.size === 0) return func;
  return rewrite(func, (n) => {
    if (n.kind === "tir.Alloc") {
      const buffer = small.get(n.buffer);
      return buffer === undefined ? n : { ...n, buffer };
    }
    if (n.kind !== "tir.Load" && n.kind !== "tir.Store") return n;
    const buffer = small.get(n.buffer);
    if (buffer === undefined) return n;
    const dims = fixed.get(n.buffer)!;
    const indices = n.indices.map((i, k) => (dims[k] ? intImm(0, i.dtype) : i));
    return { ...n, buffer, indices };
  });
}

/** The allocations that are used by plain loads and stores only. */
function usesOf(func: PrimFunc): ReadonlyMap<Buffer, Use> {
  const uses = new Map<Buffer, Use | undefined>();
  const pointers = new Map<Var, Buffer>();
  const depth = new Map<Buffer, number>();
  const access = (buffer: Buffer, indices: readonly PrimExpr[], loops: readonly For[]): void => {
    if (!depth.has(buffer)) return;
    const inside = loops.slice(depth.get(buffer));
    if (!uses.has(buffer)) {
      uses.set(buffer, { indices: [...indices], loops: inside });
      return;
    }
    const use = uses.get(buffer);
    if (use === undefined) return;
    indices.forEach((index, k) => {
      const known = use.indices[k];
      if (known !== undefined && !sameIndices([known], [index])) use.indices[k] = undefined;
    });
    const differs = use.loops.findIndex((f, k) => f !== inside[k]);
    if (differs >= 0) use.loops = use.loops.slice(0, differs);
  };
  const walk = (node: Node, loops: readonly For[]): void => {
    switch (node.kind) {
      case "tir.Alloc": {
        const { buffer } = node;
        if (buffer.strides.length > 0 || buffer.elemOffset !== undefined || buffer.scalar) return;
        if (buffer.axisSeparators.length > 0 || buffer.layout !== undefined) return;
        depth.set(buffer, loops.length);
        pointers.set(buffer.data, buffer);
        return;
      }
      case "tir.For":
        walk(node.min, loops);
        walk(node.extent, loops);
        return walk(node.body, [...loops, node]);
      case "tir.Load":
      case "tir.Store":
        access(node.buffer, node.indices, loops);
        for (const index of node.indices) walk(index, loops);
        if (node.predicate !== undefined) walk(node.predicate, loops);
        if (node.kind === "tir.Store") walk(node.value, loops);
        return;
      // Anywhere else a buffer or its pointer may be used in other ways.
      case "tir.Buffer":
        uses.set(node, undefined);
        return;
      case "tir.Decl":
        if (pointers.has(node.buffer.data)) uses.set(pointers.get(node.buffer.data)!, undefined);
        return;
      case "tir.Var":
        if (pointers.has(node)) uses.set(pointers.get(node)!, undefined);
        return;
      default:
        children(node, (child) => walk(child, loops));
    }
  };
  walk(func.body, []);
  const plain = new Map<Buffer, Use>();
  for (const [buffer, use] of uses) if (use !== undefined) plain.set(buffer, use);
  return plain;
}
