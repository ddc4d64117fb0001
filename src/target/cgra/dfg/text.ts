/** Graphs as text, a line a node, and as pictures for Graphviz. */
import { exprText } from "../../../arith/index.js";
import type { Setting } from "../machine/program.js";
import { carriesValue, type Dfg, type FixedOperand } from "./dfg.js";
import type { LoopKernel } from "./loop-kernel.js";
import { operandsOf, type OperandSource } from "./operands.js";

type Names = readonly { readonly name: string }[];

const fixedText = (f: FixedOperand, names: Names): string => {
  switch (f.kind) {
    case "literal":
      return `${f.value}`;
    case "livein":
      return names[f.index]?.name ?? `livein ${f.index}`;
    default:
      return `${f.kind}(${f.level})`;
  }
};
const sourceText = (s: OperandSource, names: Names): string =>
  s.kind === "fixed"
    ? fixedText(s.value, names)
    : `%${s.node}${s.distance > 0 ? `[-${s.distance}]` : ""}`;
const settingText = (s: Setting, names: Names): string => fixedText(s, names);

/** `%3 = ADD %1, 4` with the operands of earlier iterations as `%3[-1]`. */
export function graphText(graph: Dfg, names: Names = []): string {
  const operands = operandsOf(graph);
  const lines = graph.nodes.map((node, v) => {
    const { opcode, immediate, initial, negate } = node;
    const args = operands[v]!.flatMap((source, k) => {
      if (source === undefined) return [];
      const isPredicate = k === 2 && /^(ST|PUSH|POP)/.test(opcode);
      const text = `${negate && k === 2 ? "not " : ""}${sourceText(source, names)}`;
      const first =
        initial?.position === k
          ? ` (${fixedText(initial.value, names)} in first(${initial.level}))`
          : "";
      return [`${isPredicate ? "if " : ""}${text}${first}`];
    });
    const suffix = immediate !== undefined && immediate !== 0 ? ` #${immediate}` : "";
    const after = graph.edges
      .filter((e) => e.to === v && !carriesValue(e))
      .map((e) => `%${e.from}${e.distance > 0 ? `[-${e.distance}]` : ""}`);
    const order = after.length > 0 ? `  after ${after.join(", ")}` : "";
    return `  %${v} = ${opcode}${suffix}${args.length > 0 ? ` ${args.join(", ")}` : ""}${order}`;
  });
  return `${lines.join("\n")}\n`;
}

/** A kernel: its loops, streams, numbers given at launch and what they must satisfy, then the graph. */
export function kernelText({
  name,
  graph,
  loops,
  streams,
  liveins,
  conditions,
}: LoopKernel): string {
  const lines = [
    `kernel ${name}`,
    `  loops ${loops.map((s) => settingText(s, liveins)).join(" x ")}`,
    ...streams.map(
      (s) =>
        `  stream ${s.stream}: ${s.signed ? "int" : "uint"}${8 * s.bytes} from ${settingText(s.base, liveins)}` +
        s.dims
          .map((d) => `, ${settingText(d.extent, liveins)} by ${settingText(d.stride, liveins)}`)
          .join(""),
    ),
    ...conditions.map((c) => `  where ${exprText(c)}`),
  ];
  return `${lines.join("\n")}\n${graphText(graph, liveins)}`;
}

/** The graph in the language of Graphviz; values of earlier iterations are dashed, order is dotted. */
export function graphDot(graph: Dfg): string {
  const lines = [`digraph "${graph.name.replaceAll('"', "'")}" {`, "  node [shape=box];"];
  graph.nodes.forEach(({ opcode, immediate }, v) => {
    lines.push(`  n${v} [label="${opcode}${immediate ? ` #${immediate}` : ""}"];`);
  });
  for (const edge of graph.edges) {
    const style = !carriesValue(edge) ? "dotted" : edge.distance > 0 ? "dashed" : "solid";
    const label = edge.distance > 0 ? `, label="${edge.distance}"` : "";
    lines.push(`  n${edge.from} -> n${edge.to} [style=${style}${label}];`);
  }
  return `${lines.join("\n")}\n}\n`;
}
