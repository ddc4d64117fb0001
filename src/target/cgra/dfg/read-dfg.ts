/** Data-flow graphs as JSON files (schema version 1). */
import type { Sink } from "../../../support/diagnostic.js";
import {
  choice,
  integer,
  list,
  mistaken,
  object,
  optional,
  parseJson,
  required,
  text,
  type Field,
  type JsonValue,
  type Reader,
} from "../../../support/json/index.js";
import type { Source, Span } from "../../../support/source.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../codes.js";
import { opcodeOf, opcodes } from "../opcodes.js";
import { EDGE_KINDS, type Dfg, type DfgEdge, type DfgNode } from "./dfg.js";

const MOST_DISTANCE = 1 << 20;

/** Figures and origin that files carry for people. */
const ignored: Field<JsonValue | undefined> = optional<JsonValue | undefined>((v) => v, undefined);

const node: Reader<DfgNode & { readonly at: Span }> = (value, what, sink) => {
  const read = object({
    id: required(integer(0)),
    op: required(text),
    imm: optional<number | undefined>(integer(Number.MIN_SAFE_INTEGER), undefined),
    pes: optional<readonly number[] | undefined>(list(integer(0)), undefined),
  })(value, what, sink);
  if (read === undefined) return undefined;
  const opcode = opcodeOf(read.op);
  if (opcode === undefined) {
    const suggestion = didYouMean(read.op, opcodes.keys()) ?? "see `relaxc explain MAP020`";
    sink.report(codes.unknownOpcode({ op: read.op, suggestion, at: value.span }));
    return undefined;
  }
  return {
    id: read.id,
    op: read.op,
    opcode: opcode.name,
    immediate: read.imm,
    elements: read.pes,
    at: value.span,
  };
};

/** `[from, to, distance, kind]`. */
const edge: Reader<DfgEdge & { readonly at: Span }> = (value, what, sink) => {
  if (value.kind !== "array" || value.items.length !== 4)
    return mistaken(value, what, "[from, to, distance, kind]", sink);
  const [from, to, distance, kind] = value.items;
  const read = {
    from: integer(0)(from!, `the start of ${what}`, sink),
    to: integer(0)(to!, `the end of ${what}`, sink),
    distance: integer(0, MOST_DISTANCE)(distance!, `the distance of ${what}`, sink),
    kind: choice(...EDGE_KINDS)(kind!, `the kind of ${what}`, sink),
  };
  if (Object.values(read).some((v) => v === undefined)) return undefined;
  return { ...(read as DfgEdge), at: value.span };
};

const graph = object({
  name: required(text),
  nodes: required(list(node)),
  edges: required(list(edge)),
  version: optional(integer(1, 1), 1),
  liveins: ignored,
  liveouts: ignored,
  source: ignored,
  licence: ignored,
  stats: ignored,
});

/** Reads a graph; what is wrong with it is reported, and then there is none. */
export function readDfg(source: Source, sink: Sink): Dfg | undefined {
  const json = parseJson(source, sink);
  const read = json && graph(json, "the graph", sink);
  if (read === undefined) return undefined;
  let failed = false;
  const position = new Map<number, number>();
  read.nodes.forEach(({ id, at }, i) => {
    if (position.has(id)) {
      sink.report(codes.nodeNumbers({ id, at }));
      failed = true;
    }
    position.set(id, i);
  });
  if (read.nodes.length === 0) {
    sink.report(codes.noNodes({ at: json!.span }));
    failed = true;
  }
  const edges = read.edges.map(({ at, ...e }): DfgEdge => {
    for (const id of [e.from, e.to]) {
      if (position.has(id)) continue;
      sink.report(codes.edgeEnd({ id, at }));
      failed = true;
    }
    return { ...e, from: position.get(e.from) ?? 0, to: position.get(e.to) ?? 0 };
  });
  if (failed) return undefined;
  const nodes = read.nodes.map(({ at: _, ...n }): DfgNode => n);
  const looping = nodeOfZeroCycle(nodes.length, edges);
  if (looping !== undefined) {
    const { id, at } = read.nodes[looping]!;
    sink.report(codes.cycleWithoutDistance({ id, at }));
    return undefined;
  }
  return { name: read.name, nodes, edges };
}

/** A node on a cycle of edges without distance. */
function nodeOfZeroCycle(count: number, edges: readonly DfgEdge[]): number | undefined {
  const within = edges.filter(({ distance }) => distance === 0);
  const open = new Array<number>(count).fill(0);
  for (const { to } of within) open[to] = open[to]! + 1;
  const ready = [...open.keys()].filter((v) => open[v] === 0);
  for (const v of ready)
    for (const { from, to } of within) {
      if (from !== v) continue;
      open[to] = open[to]! - 1;
      if (open[to] === 0) ready.push(to);
    }
  const left = open.findIndex((n) => n > 0);
  return left < 0 ? undefined : left;
}
