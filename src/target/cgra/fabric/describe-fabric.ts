/** A fabric as the description that it can be read from, without what has its default. */
import { OP_CLASSES, type OpClass } from "../opcodes.js";
import type { Element, Fabric, RegisterFile } from "./fabric.js";
import { linksOf } from "./topology.js";

type Field = readonly [key: string, value: unknown, initial?: unknown];

/** The fields that differ from their defaults; an object without any is undefined. */
function fieldsOf(...fields: readonly Field[]): object | undefined {
  const kept = fields.filter(
    ([, value, initial]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(initial),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept.map(([k, v]) => [k, v]));
}

/** Reading the result gives a fabric equal to this one. */
export function describeFabric(fabric: Fabric): object {
  const { configuration: cfg, dma, control } = fabric;
  const base = commonest(fabric.elements);
  const mem = fieldsOf(
    [
      "banks",
      fabric.banks.map((b) =>
        fieldsOf(
          ["name", b.name],
          ["bytes", b.bytes],
          ["ports", b.ports, 1],
          ["lat", b.latency, 1],
          ["pes", b.elements],
        ),
      ),
      [],
    ],
    [
      "streams",
      fabric.streams.map((s) =>
        fieldsOf(
          ["name", s.name],
          ["bank", s.bank],
          ["dims", s.dims, 3],
          ["dir", s.direction],
          ["pes", s.elements],
        ),
      ),
      [],
    ],
    ["conflict", fabric.conflict, "static"],
  );
  return fieldsOf(
    ["name", fabric.name],
    ["version", fabric.version, 1],
    ["rows", fabric.rows],
    ["cols", fabric.cols],
    ["width", fabric.width, 32],
    ["topology", fabric.topology, "mesh"],
    ["links", extraLinks(fabric), []],
    ["route", fabric.route, "issue"],
    ["hops", fabric.hops, 1],
    [
      "pe",
      fieldsOf(
        ["ops", opsOf(base)],
        ["lat", Object.fromEntries(base.latency), {}],
        ["busy", Object.fromEntries(fabric.busy), {}],
        ["rf", registersOf(base.registers)],
        ["out", fabric.output, "single"],
        ["imm", fabric.immediateBits, 16],
        ["consts", fabric.constants, 4],
        ["pred", fabric.predicates, "select"],
      ),
    ],
    ["overrides", overridesOf(fabric.elements, base), []],
    [
      "cfg",
      fieldsOf(
        ["depth", cfg.depth, 32],
        ["contexts", cfg.contexts, 1],
        ["loadBits", cfg.loadBits, 64],
      ),
    ],
    ["mem", mem],
    [
      "dma",
      fieldsOf(
        ["channels", dma.channels, 2],
        ["bytesPerCycle", dma.bytesPerCycle, 8],
        ["setup", dma.setup, 20],
        ["dims", dma.dims, 3],
      ),
    ],
    ["ctrl", fieldsOf(["loops", control.loops, 1], ["liveins", control.liveins, 16])],
    ["clockMHz", fabric.clockMHz, 500],
  )!;
}

const opsOf = ({ ops }: Element): OpClass[] => OP_CLASSES.filter((c) => ops.has(c));

/** `regs` stands also when it is the default: the object is known by it. */
const registersOf = ({ regs, read, write, visible }: RegisterFile): object | undefined => {
  const more = fieldsOf(["read", read, 2], ["write", write, 1], ["visible", visible, "self"]);
  return more === undefined && regs === 4 ? undefined : { regs, ...more };
};

const keyOf = (e: Element): string =>
  JSON.stringify([opsOf(e), [...e.latency].sort(), e.registers]);

/** Elements that are alike, by what they are. */
function groupsOf(elements: readonly Element[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  elements.forEach((e, i) => {
    const group = groups.get(keyOf(e));
    if (group === undefined) groups.set(keyOf(e), [i]);
    else group.push(i);
  });
  return [...groups.values()];
}

/** What most elements are; of latencies only those that all have, since an override cannot take one away. */
function commonest(elements: readonly Element[]): Element {
  const largest = groupsOf(elements).reduce((a, b) => (b.length > a.length ? b : a));
  const found = elements[largest[0]!]!;
  const shared = [...found.latency].filter(([op]) => elements.every((e) => e.latency.has(op)));
  return { ...found, latency: new Map(shared) };
}

/** One override for each kind of element that differs from the base. */
const overridesOf = (elements: readonly Element[], base: Element): readonly object[] =>
  groupsOf(elements).flatMap((pes) => {
    const element = elements[pes[0]!]!;
    const change = fieldsOf(
      ["ops+", opsOf(element).filter((c) => !base.ops.has(c)), []],
      ["ops-", opsOf(base).filter((c) => !element.ops.has(c)), []],
      ["rf", allRegisters(element.registers), allRegisters(base.registers)],
      ["lat", Object.fromEntries([...element.latency].filter(([op, n]) => base.latency.get(op) !== n)), {}], // prettier-ignore
    );
    return change === undefined ? [] : [{ pes, ...change }];
  });

const allRegisters = ({ regs, read, write, visible }: RegisterFile): object => ({
  regs,
  read,
  write,
  visible,
});

/** Links beyond those of the topology, which come first. */
function extraLinks({ topology, rows, cols, links }: Fabric): readonly (readonly number[])[] {
  const regular = linksOf(topology, rows, cols).length;
  return links
    .slice(regular)
    .map(({ from, to, latency }) => (latency === 1 ? [from, to] : [from, to, latency]));
}
