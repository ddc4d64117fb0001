/** Post-dominators: the first value through which everything that uses a value goes. */
import type { FusionNode } from "./fusion-graph.js";

export interface PostDominator {
  readonly node: FusionNode;
  /** Absent: used outside, not at all, or nothing near enough takes all uses. */
  readonly parent: PostDominator | undefined;
  readonly depth: number;
  /** The loosest dependence on the ways to the parent. */
  readonly kind: number;
}

/** Dominators by node; ways longer than `limit` count as having none, which keeps the search linear. */
export function postDominators(
  nodes: readonly FusionNode[],
  limit: number,
): readonly PostDominator[] {
  const found: PostDominator[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const none = { node, parent: undefined, depth: 1, kind: 0 };
    if (node.external || node.consumers.length === 0) {
      found[i] = none;
      continue;
    }
    let kind = 0;
    let parent: PostDominator | undefined;
    for (const { to, kind: edge } of node.consumers) {
      const next = found[to.index]!;
      kind = Math.max(kind, edge);
      if (parent === undefined) parent = next;
      else {
        const common = commonAncestor(parent, next, limit);
        if (common === undefined) {
          parent = undefined;
          break;
        }
        kind = Math.max(kind, common.kind);
        parent = common.at;
      }
    }
    found[i] = parent === undefined ? none : { node, parent, depth: parent.depth + 1, kind };
  }
  return found;
}

interface Ancestor {
  readonly at: PostDominator;
  readonly kind: number;
}

function commonAncestor(a: PostDominator, b: PostDominator, limit: number): Ancestor | undefined {
  let [x, y] = [a, b];
  let kind = 0;
  for (let steps = 0; x !== y; steps++) {
    if (steps > limit) return undefined;
    const climbX = x.depth >= y.depth;
    const climbY = y.depth >= x.depth;
    const [nextX, nextY] = [climbX ? x.parent : x, climbY ? y.parent : y];
    if (nextX === undefined || nextY === undefined) return undefined;
    if (climbX) kind = Math.max(kind, x.kind);
    if (climbY) kind = Math.max(kind, y.kind);
    [x, y] = [nextX, nextY];
  }
  return { at: x, kind };
}
