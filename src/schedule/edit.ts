/** Changes of a function around a block: statements beside others, buffers of a scope, fresh regions. */
import { accessRegions, type Analyzer } from "../arith/index.js";
import { rebuild, rewrite } from "../ir/core/rewrite.js";
import type { Node } from "../ir/nodes.js";
import type { Buffer, BufferRegion } from "../ir/tir/buffer.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { seq, type Block, type Stmt } from "../ir/tir/stmt.js";
import { replaceAt, type BlockSite, type Site } from "./site.js";

/** The function with a statement before or after another one. */
export const insertBeside = (
  func: PrimFunc,
  site: Site,
  where: "before" | "after",
  stmt: Stmt,
): PrimFunc =>
  replaceAt(func, site, seq(where === "before" ? [stmt, site.node] : [site.node, stmt]));

/** The statement of a site's path at some depth, or the site itself. */
export const siteAt = (site: Site, depth: number): Site =>
  depth >= site.path.length ? site : { node: site.path[depth]!, path: site.path.slice(0, depth) };

/** The function with the block of this name changed; the root block is that of the body. */
export function mapBlock(func: PrimFunc, name: string, change: (b: Block) => Block): PrimFunc {
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Block" && node.name === name) return change(node);
    return node.kind === "tir.Var" || node.kind === "tir.Buffer" ? node : rebuild(node, walk);
  };
  return { ...func, body: walk(func.body) as Stmt };
}

/** The function with more buffers that a block owns. */
export const allocateIn = (
  func: PrimFunc,
  scope: BlockSite,
  ...buffers: readonly Buffer[]
): PrimFunc =>
  mapBlock(func, scope.node.name, (b) => ({ ...b, allocs: [...b.allocs, ...buffers] }));

/** The function with some buffers no longer allocated. */
export function dropAllocs(func: PrimFunc, gone: ReadonlySet<Buffer>): PrimFunc {
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    const after = rebuild(node, walk);
    if (after.kind !== "tir.Block" || !after.allocs.some((b) => gone.has(b))) return after;
    return { ...after, allocs: after.allocs.filter((b) => !gone.has(b)) };
  };
  return { ...func, body: walk(func.body) as Stmt };
}

/** The statement with the regions of all its blocks read off their bodies again. */
export function withRegions<S extends Stmt>(root: S): S {
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    const after = rebuild(node, walk);
    return after.kind === "tir.Block" ? { ...after, ...accessRegions(after) } : after;
  };
  return walk(root) as S;
}

/** Regions with another buffer in the place of one. */
export const rebuffered = (
  regions: readonly BufferRegion[],
  from: Buffer,
  to: Buffer,
): readonly BufferRegion[] => regions.map((r) => (r.buffer === from ? { ...r, buffer: to } : r));

/** The block with the indices of its accesses in their shortest form. */
export function withIndices(analyzer: Analyzer, b: Block): Block {
  const body = rewrite(b.body, (n) =>
    n.kind === "tir.Load" || n.kind === "tir.Store"
      ? { ...n, indices: n.indices.map((i) => analyzer.simplify(i)) }
      : n,
  );
  return { ...b, body, ...accessRegions({ ...b, body }) };
}
