/** Fabrics as JSON files. */
import type { Sink } from "../../../support/diagnostic.js";
import {
  choice,
  integer,
  list,
  object,
  optional,
  parseJson,
  record,
  required,
  text,
  type JsonValue,
  type Reader,
} from "../../../support/json/index.js";
import type { Source, Span } from "../../../support/source.js";
import { codes } from "../codes.js";
import { OP_CLASSES, type OpClass } from "../opcodes.js";
import {
  latencyOf,
  ROUTES,
  sourcesOf,
  TOPOLOGIES,
  type Element,
  type Fabric,
  type Link,
} from "./fabric.js";
import { linksOf } from "./topology.js";

const MOST_ELEMENTS = 1024;

const opClass: Reader<OpClass> = (value, what, sink) => {
  const name = text(value, what, sink);
  if (name === undefined) return undefined;
  const known = OP_CLASSES.find((c) => c === name);
  if (known === undefined)
    sink.report(codes.unknownOpClass({ name, known: OP_CLASSES.join(", "), at: value.span }));
  return known;
};

/** Numbers with their places, so that a wrong one can be shown. */
interface Placed {
  readonly element: number;
  readonly at: Span;
}
const element: Reader<Placed> = (value, what, sink) => {
  const number = integer(0)(value, what, sink);
  return number === undefined ? undefined : { element: number, at: value.span };
};
const elements = list(element);

const registers = object({
  regs: optional(integer(0, 64), 4),
  read: optional(integer(0, 64), 2),
  write: optional(integer(0, 64), 1),
  visible: optional(choice("self", "neighbours"), "self"),
});
const DEFAULT_REGISTERS = { regs: 4, read: 2, write: 1, visible: "self" } as const;
const cycles = record(integer(1, 256));

const fabricFields = object({
  name: required(text),
  version: optional(integer(1, 1), 1),
  rows: required(integer(1, 64)),
  cols: required(integer(1, 64)),
  width: optional(integer(8, 32), 32),
  topology: optional(choice(...TOPOLOGIES), "mesh"),
  links: optional(list(list(element)), []),
  route: optional(choice(...ROUTES), "issue"),
  hops: optional(integer(1, 16), 1),
  pe: required(
    object({
      ops: required(list(opClass)),
      lat: optional(cycles, new Map<string, number>()),
      busy: optional(cycles, new Map<string, number>()),
      rf: optional(registers, DEFAULT_REGISTERS),
      out: optional(choice("single", "pipelined", "held"), "single"),
      imm: optional(integer(0, 32), 16),
      consts: optional(integer(0, 64), 4),
      pred: optional(choice("none", "select", "partial", "full"), "select"),
    }),
  ),
  overrides: optional(
    list(
      object({
        pes: required(elements),
        "ops+": optional(list(opClass), []),
        "ops-": optional(list(opClass), []),
        rf: optional(registers as Reader<typeof DEFAULT_REGISTERS | undefined>, undefined),
        lat: optional(cycles, new Map<string, number>()),
      }),
    ),
    [],
  ),
  cfg: optional(
    object({
      depth: optional(integer(1, 65536), 32),
      contexts: optional(integer(1, 64), 1),
      loadBits: optional(integer(1, 4096), 64),
    }),
    { depth: 32, contexts: 1, loadBits: 64 },
  ),
  mem: optional(
    object({
      banks: optional(
        list(
          object({
            name: required(text),
            bytes: required(integer(1)),
            ports: optional(integer(1, 64), 1),
            lat: optional(integer(1, 256), 1),
            pes: required(elements),
          }),
        ),
        [],
      ),
      streams: optional(
        list(
          object({
            name: required(text),
            bank: required(text),
            dims: optional(integer(1, 8), 3),
            dir: required(choice("in", "out")),
            pes: required(elements),
          }),
        ),
        [],
      ),
      conflict: optional(choice("static", "stall"), "static"),
    }),
    { banks: [], streams: [], conflict: "static" },
  ),
  dma: optional(
    object({
      channels: optional(integer(1, 64), 2),
      bytesPerCycle: optional(integer(1, 4096), 8),
      setup: optional(integer(0, 65536), 20),
      dims: optional(integer(1, 8), 3),
    }),
    { channels: 2, bytesPerCycle: 8, setup: 20, dims: 3 },
  ),
  ctrl: optional(
    object({ loops: optional(integer(0, 16), 1), liveins: optional(integer(0, 256), 16) }),
    { loops: 1, liveins: 16 },
  ),
  clockMHz: optional(integer(1, 10000), 500),
});

/** Reads a fabric; what is wrong with it is reported, and then there is none. */
export function readFabric(source: Source, sink: Sink): Fabric | undefined {
  const json = parseJson(source, sink);
  return json === undefined ? undefined : fabricOf(json, sink);
}

/** The fabric of a description, wherever it was written. */
export function fabricOf(json: JsonValue, sink: Sink): Fabric | undefined {
  const read = fabricFields(json, "the fabric", sink);
  if (read === undefined) return undefined;
  const { rows, cols, pe, mem } = read;
  const count = rows * cols;
  let failed = false;
  const fail = (diagnostic: ReturnType<typeof codes.noSuchElement>): void => {
    failed = true;
    sink.report(diagnostic);
  };
  const checked = (placed: readonly Placed[]): number[] => {
    for (const { element: e, at } of placed)
      if (e >= count) fail(codes.noSuchElement({ element: e, count, at }));
    return placed.map((p) => p.element);
  };
  if (count > MOST_ELEMENTS)
    fail(codes.noSuchElement({ element: count - 1, count: MOST_ELEMENTS, at: json.span }));
  const base: Element = { ops: new Set(pe.ops), latency: pe.lat, registers: pe.rf };
  const grid: Element[] = Array.from({ length: Math.min(count, MOST_ELEMENTS) }, () => base);
  for (const change of read.overrides) {
    for (const e of checked(change.pes)) {
      const before = grid[e];
      if (before === undefined) continue;
      const ops = new Set([...before.ops, ...change["ops+"]]);
      for (const op of change["ops-"]) ops.delete(op);
      grid[e] = {
        ops,
        latency: new Map([...before.latency, ...change.lat]),
        registers: change.rf ?? before.registers,
      };
    }
  }
  const extra: Link[] = read.links.map((link) => {
    const [from = 0, to = 0] = checked(link.slice(0, 2));
    return { from, to, latency: link[2]?.element ?? 1 };
  });
  const fabric: Fabric = {
    name: read.name,
    version: read.version,
    rows,
    cols,
    width: read.width,
    topology: read.topology,
    route: read.route,
    hops: read.route === "multihop" ? read.hops : 1,
    elements: grid,
    links: [...linksOf(read.topology, rows, cols), ...extra],
    busy: pe.busy,
    output: pe.out,
    immediateBits: pe.imm,
    constants: pe.consts,
    predicates: pe.pred,
    configuration: read.cfg,
    banks: mem.banks.map((b) => ({
      name: b.name,
      bytes: b.bytes,
      ports: b.ports,
      latency: b.lat,
      elements: checked(b.pes),
    })),
    streams: mem.streams.map((s) => ({
      name: s.name,
      bank: s.bank,
      dims: s.dims,
      direction: s.dir,
      elements: checked(s.pes),
    })),
    conflict: mem.conflict,
    dma: read.dma,
    control: read.ctrl,
    clockMHz: read.clockMHz,
  };
  if (failed) return undefined;
  const isWhole = checkWhole(fabric, json.span, sink);
  return refuseUnknown(fabric, read, json, sink) && isWhole ? fabric : undefined;
}

/** Refuses values that mapping and simulation do not know, where they stand. */
function refuseUnknown(
  fabric: Fabric,
  { hops, links }: { readonly hops: number; readonly links: readonly unknown[] },
  json: JsonValue,
  sink: Sink,
): boolean {
  const at = (...path: readonly (string | number)[]): Span => {
    let value = json;
    for (const key of path) {
      const next =
        value.kind === "object"
          ? value.members.get(String(key))?.value
          : value.kind === "array"
            ? value.items[Number(key)]
            : undefined;
      if (next === undefined) break;
      value = next;
    }
    return value.span;
  };
  let ok = true;
  const refuse = (isKnown: boolean, where: Span, what: string, instead: string): void => {
    if (isKnown) return;
    sink.report(codes.notModelled({ what, instead, at: where }));
    ok = false;
  };
  const { output, conflict, width } = fabric;
  refuse(width === 32, at("width"), `data paths of ${width} bits are not known`, "give 32");
  refuse(
    output === "single",
    at("pe", "out"),
    `output registers that are \`${output}\` are not known`,
    'give "single": a result stays until the next one',
  );
  refuse(
    conflict === "static",
    at("mem", "conflict"),
    "banks that stall the array are not known",
    'give "static": a slot makes no more accesses to a bank than it has ports',
  );
  refuse(
    fabric.route === "multihop" || hops === 1,
    at("hops"),
    `\`hops\` says nothing with the route \`${fabric.route}\``,
    'give the route "multihop", or leave it out',
  );
  const extra = fabric.links.length - links.length;
  fabric.links.forEach(({ latency }, i) =>
    refuse(
      latency >= 1,
      at("links", i - extra),
      "a link takes at least 1 cycle",
      'several links in one cycle are the route "multihop"',
    ),
  );
  const crossbars = fabric.route === "bypass" || fabric.route === "multihop";
  const pairs = new Set<string>();
  fabric.links.forEach(({ from, to, latency }, i) => {
    refuse(
      crossbars || latency === 1,
      at("links", i - extra),
      `links of ${latency} cycles are not known with the route \`${fabric.route}\``,
      'give the route "bypass" or "multihop", or 1 cycle',
    );
    refuse(
      from !== to && !pairs.has(`${from} ${to}`),
      at("links", i - extra),
      from === to ? "a link leaves its element" : `there is a link from ${from} to ${to} already`,
      "leave it out",
    );
    pairs.add(`${from} ${to}`);
  });
  refuse(
    fabric.route !== "issue" || (latencyOf(fabric, "MOV") === 1 && !fabric.busy.has("MOV")),
    at("pe"),
    "moves of several cycles are not known",
    "leave `MOV` out of `lat` and `busy`",
  );
  fabric.streams.forEach(({ bank, name }, i) =>
    refuse(
      fabric.banks.some((b) => b.name === bank),
      at("mem", "streams", i, "bank"),
      `stream \`${name}\` is of bank \`${bank}\`, and there is no such bank`,
      fabric.banks.length === 0
        ? "give it a bank"
        : `there are ${fabric.banks.map((b) => b.name).join(", ")}`,
    ),
  );
  return ok;
}

/** What no single field shows. */
function checkWhole(fabric: Fabric, at: Span, sink: Sink): boolean {
  let ok = true;
  for (const bank of fabric.banks) {
    if (bank.elements.some((e) => fabric.elements[e]!.ops.has("mem"))) continue;
    sink.report(codes.unreachableBank({ bank: bank.name, at }));
    ok = false;
  }
  for (const { registers: rf } of fabric.elements) {
    if (rf.regs === 0 || rf.read >= 2) continue;
    sink.report(codes.readPorts({ read: rf.read, at }));
    ok = false;
    break;
  }
  const missed = unreachedFrom(fabric, 0);
  if (missed !== undefined) sink.report(codes.disconnected({ ...missed, at }));
  return ok;
}

/** A pair of elements between which no value can travel. */
function unreachedFrom(
  fabric: Fabric,
  start: number,
): { readonly from: number; readonly to: number } | undefined {
  const spread = (next: (e: number) => readonly number[]): Set<number> => {
    const seen = new Set([start]);
    for (const e of seen) for (const n of next(e)) seen.add(n);
    return seen;
  };
  const forward = spread((e) => fabric.links.filter((l) => l.from === e).map((l) => l.to));
  const backward = spread((e) => sourcesOf(fabric, e));
  for (let e = 0; e < fabric.elements.length; e++) {
    if (!forward.has(e)) return { from: start, to: e };
    if (!backward.has(e)) return { from: e, to: start };
  }
  return undefined;
}
