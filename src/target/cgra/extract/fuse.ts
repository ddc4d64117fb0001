/** Sums of products become one operation, and sums that iterations pass on are added to last. */
import type { Draft, GraphBuilder } from "./graph-builder.js";
import { isLiteral, type Value } from "./value.js";

/** Nodes by how often their value is used. */
export function usesOf(builder: GraphBuilder, roots: readonly number[]): Map<number, number> {
  const uses = new Map<number, number>();
  const seen = new Set<number>();
  /** The node whose value a variable gets in the end, from variable to variable; places of a ring may have none. */
  const finalOf = (variable: number): number | undefined => {
    const passed = new Set<number>();
    for (let at = variable; !passed.has(at);) {
      passed.add(at);
      const final = builder.finals.get(at);
      if (final?.kind === "node") return final.node;
      if (final?.kind !== "carried") return undefined;
      at = final.variable;
    }
    return undefined;
  };
  const reach = (v: Value | undefined): void => {
    if (v?.kind === "node") {
      uses.set(v.node, (uses.get(v.node) ?? 0) + 1);
      visit(v.node);
    }
    if (v?.kind === "carried") {
      const final = finalOf(v.variable);
      if (final === undefined) return;
      uses.set(final, (uses.get(final) ?? 0) + 1);
      visit(final);
    }
  };
  const visit = (node: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    builder.drafts[node]!.operands.forEach(reach);
  };
  roots.forEach(visit);
  return uses;
}

/** Rewrites the drafts in place. */
export function fuseSums(builder: GraphBuilder, roots: readonly number[]): void {
  const { drafts } = builder;
  const uses = usesOf(builder, roots);
  const single = (v: Value | undefined, ...ops: string[]): Draft | undefined => {
    const draft = v?.kind === "node" && uses.get(v.node) === 1 ? drafts[v.node] : undefined;
    return draft !== undefined && ops.includes(draft.op) ? draft : undefined;
  };
  for (const draft of drafts) if (draft.op === "ADD") carriedLast(draft, single);
  for (const draft of drafts) {
    if (draft.op === "ADD") {
      for (const k of [1, 0]) {
        const [product, other] = [draft.operands[k], draft.operands[1 - k]];
        const factor = single(product, "MUL", "DOT4", "DOT4U", "DOT2");
        if (factor === undefined) continue;
        if (factor.op === "MUL") {
          if (!builder.has("MAC") || draft.elements !== factor.elements) continue;
          become(draft, "MAC", factor, other);
        } else if (isLiteral(factor.operands[2], 0)) become(draft, factor.op, factor, other);
        else continue;
        break;
      }
    }
    if (draft.op === "FADD" && builder.has("FMA"))
      for (const k of [1, 0]) {
        const factor = single(draft.operands[k], "FMUL");
        if (factor === undefined) continue;
        become(draft, "FMA", factor, draft.operands[1 - k]);
        break;
      }
  }
}

function become(draft: Draft, op: string, factor: Draft, sum: Value | undefined): void {
  draft.op = op;
  draft.operands = [factor.operands[0], factor.operands[1], sum];
}

/** `(carried + a) + b` as `carried + (a + b)`: the recurrence takes one operation. */
function carriedLast(
  draft: Draft,
  single: (v: Value | undefined, ...ops: string[]) => Draft | undefined,
): void {
  for (const k of [0, 1]) {
    const inner = single(draft.operands[k], "ADD");
    const at = inner?.operands.findIndex((v) => v?.kind === "carried") ?? -1;
    if (inner === undefined || at < 0) continue;
    const carried = inner.operands[at];
    inner.operands = [inner.operands[1 - at], draft.operands[1 - k]];
    draft.operands = [draft.operands[k], carried];
    return;
  }
}
