import { sameIndices } from "../../analysis/tir-pattern/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { makeBuffer } from "../../ir/tir/buffer.js";
import { load, type PrimExpr } from "../../ir/tir/expr.js";
import { block, store, type Block } from "../../ir/tir/stmt.js";
import { substitute } from "../../ir/core/rewrite.js";
import { isSymbolic } from "../../transform/tir/bounded-walk.js";
import { blockCodes } from "../block-codes.js";
import { placeApart } from "../cache-place.js";
import { allocateIn, insertBeside, mapBlock, withRegions } from "../edit.js";
import { isBoundTo, scopeAround } from "../facts.js";
import { freshIters, isZero, nestOver, wholePart } from "../nest.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock, loopsAround } from "../site.js";
import { freshBlockName, funcOf, withFunc } from "../state.js";

/** Index expressions that a block computes repeatedly are computed once, into buffers of whole numbers. */
export const cacheIndex = definePrimitive({
  name: "cache_index",
  summary: "Computes repeated index expressions of a block once, into buffers of whole numbers.",
  params: {
    block: p.inner("The block."),
    storage_scope: p.string({ help: "Where the buffers live.", default: "global" }),
    cse_thresh: p.int({
      help: "Expressions that occur more often than this; 0: all that are no sum of axes.",
      default: 0,
    }),
  },
  outputs: "list",
  run(state, { block: site, storage_scope, cse_thresh }) {
    const { node } = site;
    if (node.iters.some((i) => i.dom === undefined || !isZero(i.dom.min)))
      refuse(blockCodes.cacheRefused({ primitive: "cache_index", buffer: "its indices", block: node.name, reason: "an axis does not start at 0", at: node.span })); // prettier-ignore
    const open = isBoundTo(site, loopsAround(site).map((l) => l.node.var)); // prettier-ignore
    if (open !== undefined) refuse(blockCodes.cacheRefused({ primitive: "cache_index", buffer: "its indices", block: node.name, reason: open, at: node.span })); // prettier-ignore
    const found = repeated(node, cse_thresh);
    const scope = scopeAround(state, site);
    let func = funcOf(state);
    const names: string[] = [];
    for (const index of found) {
      const used = node.iters.filter((i) => varsOf(index).includes(i.var));
      const shape = used.map((i) => i.dom!.extent);
      const name = freshBlockName(func, `${node.name}_index`);
      const buffer = makeBuffer({ name, dtype: index.dtype, shape, scope: storage_scope });
      const { iters, map } = freshIters(used.map((i) => ({ ...i, iterKind: "spatial" as const })));
      const vars = iters.map((i) => i.var);
      const fill = block({ name, iters, values: vars, body: store(buffer, vars, substitute(index, map)) }); // prettier-ignore
      const nest = nestOver(withRegions(fill), iters.map((i) => wholePart(i.dom!))); // prettier-ignore
      const { at } = placeApart(findBlock(func, node.name)!, scopeIn(func, scope.node), []);
      func = insertBeside(func, at, "before", nest);
      const value = load(buffer, used.map((i) => i.var)); // prettier-ignore
      func = mapBlock(func, node.name, (b) => withRegions(replaced(b, index, value)));
      func = allocateIn(func, findBlock(func, scope.node.name)!, buffer);
      names.push(name);
    }
    return giving(withFunc(state, func), ...names.map((n) => blockRef(findBlock(func, n)!.node)));
  },
});

const scopeIn = (func: Parameters<typeof findBlock>[0], scope: Block) => findBlock(func, scope.name)!; // prettier-ignore

/** Indices with quotients, remainders or conditions of axes alone, which occur often enough. */
function repeated(node: Block, threshold: number): readonly PrimExpr[] {
  const axes = new Set(node.iters.map((i) => i.var));
  const found: { readonly e: PrimExpr; count: number }[] = [];
  const note = (e: PrimExpr): void => {
    const vars = varsOf(e);
    if (!isSymbolic(e) || !vars.some((v) => axes.has(v)) || !isCostly(e)) return;
    const known = found.find((f) => sameIndices([f.e], [e]));
    if (known === undefined) found.push({ e, count: 1 });
    else known.count++;
  };
  const inner = new Set<unknown>();
  rewrite(node.body, (n) => {
    if (n.kind === "tir.For" || n.kind === "tir.Bind" || n.kind === "tir.Let") inner.add(n.var);
    return n;
  });
  rewrite(node.body, (n) => {
    if (n.kind === "tir.Load" || n.kind === "tir.Store") n.indices.forEach(note);
    return n;
  });
  return found
    .filter((f) => f.count > threshold && !varsOf(f.e).some((v) => inner.has(v)))
    .map((f) => f.e);
}

/** Whether an index is more than a sum. */
function isCostly(e: PrimExpr): boolean {
  let found = false;
  rewrite(e, (n) => {
    if (n.kind === "tir.Binary" && (n.op === "floordiv" || n.op === "floormod")) found = true;
    return n;
  });
  return found;
}

/** The block with the index read from the buffer. */
const replaced = (node: Block, index: PrimExpr, value: PrimExpr): Block => ({
  ...node,
  body: rewrite(node.body, (n) =>
    n.kind === "tir.Load" || n.kind === "tir.Store"
      ? { ...n, indices: n.indices.map((i) => (sameIndices([i], [index]) ? value : i)) }
      : n,
  ),
});
