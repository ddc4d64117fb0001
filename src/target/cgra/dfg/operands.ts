/** Operands of the nodes of a graph, by position. */
import { operations } from "../machine/operation.js";
import type { Dfg, DfgEdge, FixedOperand } from "./dfg.js";

export type OperandSource =
  | { readonly kind: "fixed"; readonly value: FixedOperand }
  | { readonly kind: "node"; readonly node: number; readonly distance: number };

/** Position of the operand an edge brings; undefined for order and unknown positions. */
export function positionOf(opcode: string, { kind }: DfgEdge): 0 | 1 | 2 | undefined {
  switch (kind) {
    case "I1":
      return 0;
    case "I2":
      return 1;
    case "I3":
      return 2;
    case "P":
      return operations.get(opcode)!.operands[2] === "predicate" ? 2 : undefined;
    default:
      return undefined;
  }
}

/** By node: where its three operands come from. */
export function operandsOf({
  nodes,
  edges,
}: Dfg): readonly (readonly (OperandSource | undefined)[])[] {
  const all = nodes.map(({ fixed }) =>
    [0, 1, 2].map((k): OperandSource | undefined => {
      const value = fixed?.[k];
      return value && { kind: "fixed", value };
    }),
  );
  for (const edge of edges) {
    const at = positionOf(nodes[edge.to]!.opcode, edge);
    if (at !== undefined)
      all[edge.to]![at] = { kind: "node", node: edge.from, distance: edge.distance };
  }
  return all;
}
