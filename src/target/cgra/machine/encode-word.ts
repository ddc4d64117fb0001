/** Words to bits and back, by the layout of the fabric. */
import { opcodes } from "../opcodes.js";
import { sourceText, type WordLayout } from "./layout.js";
import { NO_SOURCE, type Position, type Source, type Word } from "./program.js";

/** Bits that no word of the fabric has. */
export class BadWord extends Error {}

/** What one element has of all that the layout has room for. */
export interface ElementPorts {
  readonly linksIn: number;
  readonly linksOut: number;
  readonly registers: number;
  readonly writePorts: number;
  /** By link into it: registers of the element at its start that may be read. */
  readonly besides: readonly number[];
}

const namesOfOps: ReadonlyMap<number, string> = new Map(
  [...opcodes.values()].map(({ name, number }) => [number, name]),
);
const NO_INITIAL = 3;

export interface WordCode {
  encode(word: Word, ports: ElementPorts): bigint;
  decode(bits: bigint, ports: ElementPorts): Word;
}

/** Words of a layout; both directions throw {@link BadWord} for what the element does not have. */
export function wordCode(layout: WordLayout): WordCode {
  const at = new Map(layout.fields.map((f) => [f.name, f]));
  const tables = {
    operand: tableOf(layout.operands),
    initial: tableOf(layout.initials),
    drive: tableOf(layout.drives),
    write: tableOf(layout.writes),
  };
  const put = (name: string, value: number): bigint => {
    const field = at.get(name);
    const bits = field?.bits ?? 0;
    const [low, high] = field?.signed === true ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits]; // prettier-ignore
    if (value < low || value >= high) throw new BadWord(`${name} ${value} has no room`);
    return field === undefined ? 0n : BigInt.asUintN(bits, BigInt(value)) << BigInt(field.offset);
  };
  const get = (word: bigint, name: string): number => {
    const field = at.get(name);
    if (field === undefined) return 0;
    const bits = word >> BigInt(field.offset);
    return Number((field.signed ? BigInt.asIntN : BigInt.asUintN)(field.bits, bits));
  };
  const codeOf = (table: keyof typeof tables, source: Source, ports: ElementPorts): number => {
    const code = tables[table].get(sourceText(source));
    if (code === undefined || !hasSource(ports, source))
      throw new BadWord(`there is no ${table} ${sourceText(source)}`);
    return code;
  };
  const sourceOf = (list: readonly Source[], code: number, ports: ElementPorts): Source => {
    const source = list[code];
    if (source === undefined || !hasSource(ports, source)) throw new BadWord(`source ${code}`);
    return source;
  };

  function encode(word: Word, ports: ElementPorts): bigint {
    const { operands, initial, drives, save, takes } = word;
    let bits = put("op", opcodes.get(word.op)!.number);
    ["a", "b", "c"].forEach((name, i) => {
      bits |= put(name, codeOf("operand", operands[i]!, ports));
    });
    bits |= put("negate", Number(word.negate));
    bits |= put("stage", word.stage);
    if (at.has("initialAt")) bits |= put("initialAt", initial?.position ?? NO_INITIAL);
    if (initial !== undefined) {
      if (!at.has("initialAt")) throw new BadWord("there are no loops");
      bits |= put("initialLevel", initial.level);
      bits |= put("initial", codeOf("initial", initial.value, ports));
    }
    const writes: { readonly source: Source; readonly register: number }[] = [
      ...(save === undefined ? [] : [{ source: { kind: "output" } as const, register: save }]),
      ...takes.map(({ link, register }) => ({ source: { kind: "link", link } as const, register })),
    ];
    if (writes.length > ports.writePorts) throw new BadWord(`${writes.length} registers written`);
    writes.forEach(({ source, register }, port) => {
      if (register >= ports.registers) throw new BadWord(`register ${register}`);
      bits |= put(`write${port}`, codeOf("write", source, ports));
      bits |= put(`register${port}`, register);
    });
    if (drives.length > ports.linksOut) throw new BadWord(`${drives.length} links driven`);
    drives.forEach((source, link) => {
      bits |= put(`drive${link}`, codeOf("drive", source, ports));
    });
    return bits | put("immediate", word.immediate);
  }

  function decode(bits: bigint, ports: ElementPorts): Word {
    if (bits >> BigInt(layout.bits) !== 0n) throw new BadWord("bits beyond the last field");
    const op = namesOfOps.get(get(bits, "op"));
    if (op === undefined) throw new BadWord(`operation ${get(bits, "op")}`);
    const operand = (name: string): Source => sourceOf(layout.operands, get(bits, name), ports);
    const position = at.has("initialAt") ? get(bits, "initialAt") : NO_INITIAL;
    const initial = {
      level: get(bits, "initialLevel"),
      value: sourceOf(layout.initials, get(bits, "initial"), ports),
    };
    let save: number | undefined;
    const takes: { link: number; register: number }[] = [];
    for (let port = 0; port < layout.writePorts; port++) {
      const source = sourceOf(layout.writes, get(bits, `write${port}`), ports);
      const register = get(bits, `register${port}`);
      if (source.kind === "none") continue;
      if (port >= ports.writePorts || register >= ports.registers)
        throw new BadWord(`write port ${port}, register ${register}`);
      if (source.kind === "link") takes.push({ link: source.link, register });
      else if (save === undefined) save = register;
      else throw new BadWord("the output is saved twice");
    }
    const drives = Array.from({ length: layout.linksOut }, (_, link) =>
      sourceOf(layout.drives, get(bits, `drive${link}`), ports),
    );
    if (drives.slice(ports.linksOut).some(({ kind }) => kind !== "none"))
      throw new BadWord("a link that is not there is driven");
    return {
      op,
      operands: [operand("a"), operand("b"), operand("c")],
      negate: get(bits, "negate") === 1,
      ...(position !== NO_INITIAL && { initial: { position: position as Position, ...initial } }),
      immediate: get(bits, "immediate"),
      stage: get(bits, "stage"),
      ...(save !== undefined && { save }),
      drives: drives.slice(0, ports.linksOut),
      takes,
    };
  }
  return { encode, decode };
}

/** The word of an element that does nothing. */
export const idleWord = (linksOut: number): Word => ({
  op: "NOP",
  operands: [NO_SOURCE, NO_SOURCE, NO_SOURCE],
  negate: false,
  immediate: 0,
  stage: 0,
  drives: Array.from({ length: linksOut }, () => NO_SOURCE),
  takes: [],
});

const tableOf = (sources: readonly Source[]): ReadonlyMap<string, number> =>
  new Map(sources.map((source, code) => [sourceText(source), code]));

/** Whether the element has what the source names. */
export function hasSource(ports: ElementPorts, source: Source): boolean {
  switch (source.kind) {
    case "link":
    case "neighbour-output":
      return source.link < ports.linksIn;
    case "register":
      return source.register < ports.registers;
    case "neighbour-register":
      return source.register < (ports.besides[source.link] ?? 0);
    default:
      return true;
  }
}
