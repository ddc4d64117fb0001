/**
 * Groups of operations that become one kernel: each value is joined with its post-dominator when all between them may
 * be. First elementwise chains, into reductions and behind contractions; then injective operations; last into tuples.
 * The rules are those of TVM, with dependences taken per operand, and with epilogues behind reductions.
 */
import { patternKind } from "../../../analysis/tir-pattern/index.js";
import { postDominators, type PostDominator } from "./dominators.js";
import type { FusionNode } from "./fusion-graph.js";

export interface FusionLimits {
  /** Most operations in a group. */
  readonly maxDepth: number;
  /** Most operands of a group; 0: any number. */
  readonly maxArgs: number;
}

const { broadcast, elementwise, injective, reduction, outFusable, tuple, opaque } = patternKind;

/** A set of nodes; `parent` leads to the group it was joined to. */
interface Group {
  parent: Group | undefined;
  kind: number;
  hasAnchor: boolean;
  size: number;
  args: number;
}

/** The groups with more than one operation, as lists of nodes in order. */
export function fusionGroups(
  nodes: readonly FusionNode[],
  limits: FusionLimits,
): readonly (readonly FusionNode[])[] {
  const dominators = postDominators(nodes, limits.maxDepth);
  const partition = new Partition(nodes, limits);
  for (const phase of [0, 1, 2]) {
    for (const dominator of dominators) partition.join(dominator, phase);
  }
  return partition.result();
}

class Partition {
  private readonly groups: readonly Group[];

  constructor(
    private readonly nodes: readonly FusionNode[],
    private readonly limits: FusionLimits,
  ) {
    this.groups = nodes.map(({ kind, args }): Group => ({
      parent: undefined,
      kind,
      hasAnchor: kind === outFusable || kind === reduction,
      size: 1,
      args,
    }));
  }

  join({ node, parent, kind: way }: PostDominator, phase: number): void {
    if (node.kind === opaque || parent === undefined) return;
    const sink = parent.node;
    const own = this.groupOf(node);
    const target = this.groupOf(sink);
    if (own === target) return;
    const { kind } = this.groups[node.index]!;
    const direct = this.groups[sink.index]!;
    if (phase === 2) {
      // Fields of a tuple whose consumers are injective.
      if (kind > injective || target.kind === tuple) return;
      if (direct.kind === tuple && target.kind <= injective)
        this.fuse(node, sink, (k) => k <= injective);
      return;
    }
    if (direct.kind === tuple) return;
    if (own.kind === outFusable || own.kind === reduction) {
      if (phase === 0 && way === elementwise) this.fuse(node, sink, (k) => k <= broadcast);
    } else if (own.kind <= broadcast) {
      if (way <= injective || way === reduction)
        this.fuse(node, sink, (k, isSink) => k <= injective || (isSink && k <= outFusable));
    } else if (own.kind === injective || own.kind === tuple) {
      if (phase === 1) this.fuse(node, sink, (k) => k <= injective);
    }
  }

  private groupOf(node: FusionNode): Group {
    let group = this.groups[node.index]!;
    while (group.parent !== undefined) {
      // Path halving.
      if (group.parent.parent !== undefined) group.parent = group.parent.parent;
      group = group.parent;
    }
    return group;
  }

  /** Joins everything between `from` and `sink` when all of it is accepted and within the limits. */
  private fuse(
    from: FusionNode,
    sink: FusionNode,
    accepts: (kind: number, isSink: boolean) => boolean,
  ): void {
    const between = this.nodesBetween(from, sink, accepts);
    if (between === undefined) return;
    const target = this.groupOf(sink);
    const joined = new Set([...between].map((n) => this.groupOf(n)));
    joined.delete(target);
    const all = [target, ...joined];
    const size = all.reduce((n, g) => n + g.size, 0);
    const args = all.reduce((n, g) => n + g.args, 0) - between.size;
    const { maxDepth, maxArgs } = this.limits;
    if (size > maxDepth || (maxArgs > 0 && args > maxArgs)) return;
    if (all.filter((g) => g.hasAnchor).length > 1) return;
    for (const group of joined) {
      group.parent = target;
      if (!group.hasAnchor) continue;
      target.hasAnchor = true;
      target.kind = Math.max(target.kind, group.kind);
    }
    target.size = size;
    target.args = args;
  }

  /** The nodes on all ways from `from` to `sink`, without `sink`. */
  private nodesBetween(
    from: FusionNode,
    sink: FusionNode,
    accepts: (kind: number, isSink: boolean) => boolean,
  ): ReadonlySet<FusionNode> | undefined {
    if (!accepts(this.groupOf(sink).kind, true)) return undefined;
    const seen = new Set<FusionNode>([from]);
    const stack = [from];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const { to } of node.consumers) {
        if (to === sink || seen.has(to)) continue;
        if (seen.size > this.limits.maxDepth || !accepts(this.groupOf(to).kind, false))
          return undefined;
        seen.add(to);
        stack.push(to);
      }
    }
    return seen;
  }

  result(): readonly (readonly FusionNode[])[] {
    const members = new Map<Group, FusionNode[]>();
    for (const node of this.nodes) {
      const group = this.groupOf(node);
      const list = members.get(group);
      if (list === undefined) members.set(group, [node]);
      else list.push(node);
    }
    return [...members.values()].filter((list) => list.length > 1);
  }
}
