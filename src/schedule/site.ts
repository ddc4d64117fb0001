/** Places of loops and blocks in a function, and rebuilding the function around them. */
import { rebuild } from "../ir/core/rewrite.js";
import { children } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import type { Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { seq, type Block, type For, type Stmt } from "../ir/tir/stmt.js";

/** A statement with those around it, outermost first. */
export interface Site<S extends Stmt = Stmt> {
  readonly node: S;
  readonly path: readonly Stmt[];
}
export type LoopSite = Site<For>;
export type BlockSite = Site<Block>;

/** Calls `each` on all loops and blocks, outer before inner; `false` skips what is inside. */
export function eachSite(
  root: Stmt,
  each: (site: LoopSite | BlockSite) => void | false,
  path: readonly Stmt[] = [],
): void {
  const isSite = root.kind === "tir.For" || root.kind === "tir.Block";
  if (isSite && each({ node: root, path } as LoopSite | BlockSite) === false) return;
  const inside = [...path, root];
  for (const child of statementsOf(root)) eachSite(child, each, inside);
}

/** The statements directly inside a statement. */
export function statementsOf(s: Stmt): readonly Stmt[] {
  switch (s.kind) {
    case "tir.Seq":
      return s.body;
    case "tir.For":
    case "tir.While":
    case "tir.AttrStmt":
    case "tir.Realize":
      return [s.body];
    case "tir.If":
      return s.otherwise === undefined ? [s.then] : [s.then, s.otherwise];
    case "tir.Block":
      return s.init === undefined ? [s.body] : [s.init, s.body];
    default:
      return [];
  }
}

export function findLoop(func: PrimFunc, v: Var): LoopSite | undefined {
  let found: LoopSite | undefined;
  eachSite(func.body, (site) => {
    if (site.node.kind === "tir.For" && site.node.var === v) found = site as LoopSite;
    return found === undefined ? undefined : false;
  });
  return found;
}

export function findBlock(func: PrimFunc, name: string): BlockSite | undefined {
  let found: BlockSite | undefined;
  eachSite(func.body, (site) => {
    if (site.node.kind === "tir.Block" && site.node.name === name) found = site as BlockSite;
    return found === undefined ? undefined : false;
  });
  return found;
}

/** The block around the statement; absent for the root block itself. */
export function scopeOf(site: Site): BlockSite | undefined {
  for (let i = site.path.length - 1; i >= 0; i--) {
    const at = site.path[i]!;
    if (at.kind === "tir.Block") return { node: at, path: site.path.slice(0, i) };
  }
  return undefined;
}

/** The loops around the statement inside its scope, outermost first. */
export function loopsAround(site: Site): readonly LoopSite[] {
  const from = site.path.findLastIndex((s) => s.kind === "tir.Block") + 1;
  return site.path.slice(from).flatMap((node, i) => {
    const path = site.path.slice(0, from + i);
    return node.kind === "tir.For" ? [{ node, path }] : [];
  });
}

/** The blocks below a statement that no other block there contains. */
export function blocksBelow({ node, path }: Site): readonly BlockSite[] {
  const found: BlockSite[] = [];
  const isOwn = (s: Stmt): boolean => s === node;
  eachSite(
    node,
    (site) => {
      if (site.node.kind !== "tir.Block" || isOwn(site.node)) return undefined;
      found.push(site as BlockSite);
      return false;
    },
    path,
  );
  return found;
}

/** The function with another statement in the place of one; without any, what is left empty goes too. */
export function replaceAt(func: PrimFunc, site: Site, next: Stmt | undefined): PrimFunc {
  let [before, after]: [Stmt, Stmt | undefined] = [site.node, next];
  for (let i = site.path.length - 1; i >= 0; i--) {
    const parent = site.path[i]!;
    const image = withChild(parent, before, after);
    before = parent;
    after = image;
  }
  return { ...func, body: after ?? seq([]) };
}

function withChild(parent: Stmt, old: Stmt, next: Stmt | undefined): Stmt | undefined {
  if (parent.kind === "tir.Seq") {
    const body = parent.body.flatMap((s) => (s === old ? (next ?? []) : [s]));
    return body.length === 0 ? undefined : seq(body, parent.span);
  }
  if (next !== undefined) return rebuild(parent, (child) => (child === old ? next : child));
  const isKept = parent.kind === "tir.Block" && parent.implicitRoot;
  return isKept ? { ...parent, body: seq([]) } : undefined;
}

/** Whether a node occurs in another. */
export function occursIn(root: Node, node: Node): boolean {
  if (root === node) return true;
  let found = false;
  children(root, (child) => {
    found ||= occursIn(child, node);
  });
  return found;
}
