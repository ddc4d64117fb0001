/** From drafts to a graph: addresses, order of memory, what iterations pass on, and nothing that no one needs. */
import type { Span } from "../../../support/source.js";
import type { Dfg, DfgEdge, DfgNode, FixedOperand } from "../dfg/dfg.js";
import { operations } from "../machine/operation.js";
import type { StreamProgram } from "../machine/program.js";
import { bankOf } from "./address.js";
import type { Context } from "./context.js";
import { flattenLoops } from "./flatten.js";
import { fuseSums } from "./fuse.js";
import { memoryOrder } from "./order.js";
import { assignStreams } from "./streams.js";
import { isFixed, ZERO, type Carried, type Value } from "./value.js";

export interface Finished {
  readonly graph: Dfg;
  /** By node: what asked for it. */
  readonly spans: readonly (Span | undefined)[];
  readonly streams: readonly StreamProgram[];
}

/** Loops from `from` on are counted as one. */
export function finishGraph(cx: Context, name: string, from: number): Finished {
  const { builder } = cx;
  const stores = cx.accesses.flatMap(({ kind, node }) => (kind === "store" ? [node] : []));
  const orders = memoryOrder(cx);
  // Loads that nobody needs must not take streams.
  const wanted = reachable(cx, stores);
  cx.accesses.splice(0, cx.accesses.length, ...cx.accesses.filter(({ node }) => wanted.has(node)));
  const { streams, rest } = assignStreams(cx);
  cx.addresses.expect(rest.map(({ form }) => form));
  for (const { node, form, buffer } of rest) {
    const draft = builder.drafts[node]!;
    const { value, offset } = builder.within(draft.span, () => cx.addresses.of(form));
    draft.operands[0] = value;
    draft.immediate = offset;
    draft.elements = cx.fabric.banks[bankOf(cx, buffer, form)]?.elements;
  }
  fuseSums(builder, stores);
  flattenLoops(cx, from);
  materialise(cx, stores);
  const kept = [...reachable(cx, stores)].sort((a, b) => a - b);
  const spans = kept.map((node) => builder.drafts[node]!.span);
  return { graph: graphOf(cx, name, kept, orders), spans, streams };
}

/** Nodes that the stores need, those of addresses included. */
function reachable({ builder, accesses }: Context, roots: readonly number[]): Set<number> {
  const seen = new Set<number>();
  const forms = new Map(accesses.map(({ node, form }) => [node, form]));
  const enter = (v: Value | undefined): void => {
    if (v?.kind === "carried") return follow(v.variable);
    if (v?.kind !== "node" || seen.has(v.node)) return;
    seen.add(v.node);
    builder.drafts[v.node]!.operands.forEach(enter);
    forms.get(v.node)?.parts.forEach(({ value }) => enter(value));
  };
  const followed = new Set<number>();
  const follow = (variable: number): void => {
    if (followed.has(variable)) return;
    followed.add(variable);
    enter(builder.finals.get(variable));
  };
  for (const node of roots) enter({ kind: "node", node });
  return seen;
}

/** Gives a node to what an edge cannot bring: constants and values that are passed on twice; one start an operation. */
function materialise(cx: Context, stores: readonly number[]): void {
  const { builder } = cx;
  const copies = new Map<number, number>();
  /** A node whose value of the iteration before the carried value is. */
  const source = (variable: number): number => {
    const final = builder.finals.get(variable);
    if (final?.kind === "node") return final.node;
    let copy = copies.get(variable);
    if (copy !== undefined) return copy;
    copy = builder.make("MOV", []);
    builder.drafts[copy]!.elements = undefined;
    copies.set(variable, copy);
    builder.drafts[copy]!.operands = [final ?? ZERO];
    builder.finals.set(variable, { kind: "node", node: copy });
    return copy;
  };
  for (let changed = true; changed;) {
    changed = false;
    const before = builder.drafts.length;
    for (const node of [...reachable(cx, stores)]) {
      const draft = builder.drafts[node]!;
      draft.operands.forEach((v) => v?.kind === "carried" && source(v.variable));
      const started = draft.operands.flatMap((v, k) =>
        v?.kind === "carried" && v.initial !== undefined ? [k] : [],
      );
      for (const k of started.slice(1))
        draft.operands[k] = { kind: "node", node: builder.make("MOV", [draft.operands[k]]) };
      const unset = draft.operands.findIndex(
        (v, k) => v?.kind === "carried" && isRead(draft.op, k, draft.operands),
      );
      if (started.length === 0 && unset >= 0)
        draft.operands[unset] = {
          ...(draft.operands[unset] as Carried),
          initial: { level: 0, value: ZERO as FixedOperand },
        };
    }
    changed = builder.drafts.length > before;
  }
}

/** Whether the operand counts in the first iteration, where none has passed it on. */
const isRead = (op: string, position: number, operands: readonly (Value | undefined)[]): boolean =>
  !(op === "SEL" && position === 1 && operands[2]?.kind === "first");

function graphOf(
  cx: Context,
  name: string,
  kept: readonly number[],
  orders: ReturnType<typeof memoryOrder>,
): Dfg {
  const { builder } = cx;
  const position = new Map(kept.map((node, i) => [node, i]));
  const edges: DfgEdge[] = [];
  const nodes = kept.map((index, i): DfgNode => {
    const draft = builder.drafts[index]!;
    const fixed: (FixedOperand | undefined)[] = [];
    let initial: DfgNode["initial"];
    draft.operands.forEach((v, at) => {
      if (v === undefined) return;
      const isPredicate = operations.get(draft.op)!.operands[at] === "predicate";
      const kind = isPredicate ? "P" : (["I1", "I2", "I3"] as const)[at]!;
      if (isFixed(v)) fixed[at] = v;
      else if (v.kind === "node")
        edges.push({ from: position.get(v.node)!, to: i, distance: 0, kind });
      else {
        const final = builder.finals.get(v.variable) as Value & { readonly kind: "node" };
        edges.push({ from: position.get(final.node)!, to: i, distance: 1, kind });
        if (v.initial !== undefined)
          initial = { position: at as 0 | 1 | 2, level: v.initial.level, value: v.initial.value };
      }
    });
    return {
      id: i,
      op: draft.op,
      opcode: draft.op,
      ...(draft.immediate !== undefined && { immediate: draft.immediate }),
      ...(fixed.length > 0 && { fixed: [0, 1, 2].map((k) => fixed[k]) }),
      ...(initial !== undefined && { initial }),
      ...(draft.negate && { negate: true }),
      ...(draft.elements !== undefined && { elements: draft.elements }),
    };
  });
  for (const { from, to, distance } of orders) {
    const [a, b] = [position.get(from), position.get(to)];
    if (a !== undefined && b !== undefined) edges.push({ from: a, to: b, distance, kind: "O" });
  }
  return { name, nodes, edges };
}
