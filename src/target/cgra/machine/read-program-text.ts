/** Programs from their text: a line for the kernel, launch numbers, loops, streams, and the words of each element. */
import type { Sink } from "../../../support/diagnostic.js";
import type { Source as Text, Span } from "../../../support/source.js";
import type { Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import { machineCodes as codes } from "./codes.js";
import { idleWord } from "./encode-word.js";
import { byPlace } from "./origin.js";
import { fabricIdOf } from "./fabric-id.js";
import { NO_SOURCE, type KernelProgram, type Position, type Setting, type Source, type StreamProgram, type Word, type WordOrigin } from "./program.js"; // prettier-ignore
import { elementPorts, programProblem } from "./validate.js";

interface Token {
  readonly text: string;
  readonly at: Span;
}

/** A line says something else than it may. */
class Mistake extends Error {
  constructor(
    message: string,
    readonly at: Span,
  ) {
    super(message);
  }
}

/** The program of a text; what is wrong is reported, and then there is none. */
export function readProgramText(text: Text, fabric: Fabric, sink: Sink): KernelProgram | undefined {
  const whole = { source: text, start: 0, end: Math.min(1, text.text.length) };
  try {
    const program = readLines(text, fabric, whole);
    const problem = programProblem(fabric, program);
    if (problem === undefined) return program;
    sink.report(codes.assemblyMistake({ what: problem, at: whole }));
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    sink.report(codes.assemblyMistake({ what: error.message, at: error.at }));
  }
  return undefined;
}

function readLines(text: Text, fabric: Fabric, whole: Span): KernelProgram {
  const ports = elementPorts(fabric);
  let head: Head | undefined;
  const origins: WordOrigin[] = [];
  const liveins: string[] = [];
  const loops: Setting[] = [];
  const streams: StreamProgram[] = [];
  const constants: Setting[][] = fabric.elements.map(() => []);
  let words: Word[][] = [];
  let element: number | undefined;
  for (const tokens of linesOf(text)) {
    const [first, ...rest] = tokens;
    const { text: word, at } = first!;
    if (word === "kernel") {
      if (head !== undefined) throw new Mistake("there is one kernel in a text", at);
      head = readHead(rest, at);
      const { ii } = head;
      if (ii < 1 || ii > fabric.configuration.depth)
        throw new Mistake(`the fabric holds 1 to ${fabric.configuration.depth} words`, at);
      words = ports.map((p) => Array.from({ length: ii }, () => idleWord(p.linksOut)));
    } else if (head === undefined) throw new Mistake("a text starts with `kernel`", at);
    else if (word === "launch") liveins.push(...rest.map(quoted));
    else if (word === "loop") loops.push(...rest.map(setting));
    else if (word === "stream") streams.push(readStream(rest, at));
    else if (word === "element") {
      element = integer(one(rest, at), 0);
      if (element >= fabric.elements.length)
        throw new Mistake(`the fabric has ${fabric.elements.length} elements`, at);
    } else if (element === undefined) throw new Mistake("a word belongs to an element", at);
    else if (word === "constants") constants[element]!.push(...rest.map(setting));
    else {
      const slot = integer(first!, 0);
      if (slot >= head.ii) throw new Mistake(`the interval is ${head.ii}`, at);
      const { word, node, line } = readWord(rest, at, ports[element]!.linksOut);
      words[element]![slot] = word;
      if (node !== undefined)
        origins.push({ element, slot, node, ...(line !== undefined && { line }) });
    }
  }
  if (head === undefined) throw new Mistake("there is no kernel", whole);
  const { file, ...rest } = head;
  const program = {
    ...rest,
    fabricId: fabricIdOf(fabric),
    liveins,
    loops,
    streams,
    constants,
    words,
  };
  return file === undefined
    ? program
    : { ...program, origins: { file, words: origins.sort(byPlace) } };
}

/** Words of each line; what follows `#` is for people. */
function* linesOf(source: Text): Generator<Token[]> {
  let offset = 0;
  for (const line of source.text.split("\n")) {
    const tokens: Token[] = [];
    for (const match of line.matchAll(/(?:\w+=)?"(?:[^"\\]|\\.)*"|#.*|[^\s"#]+|"/g)) {
      if (match[0].startsWith("#")) break;
      const start = offset + match.index;
      tokens.push({ text: match[0], at: { source, start, end: start + match[0].length } });
    }
    if (tokens.length > 0) yield tokens;
    offset += line.length + 1;
  }
}

interface Head extends Pick<KernelProgram, "name" | "ii" | "stages" | "tail"> {
  /** Of the origins of words. */
  readonly file?: string;
}

function readHead(tokens: readonly Token[], at: Span): Head {
  const [name, ...rest] = tokens;
  if (name === undefined) throw new Mistake("a kernel has a name", at);
  const options = new Map(rest.map((t) => option(t)));
  const of = (key: string): number => {
    const found = options.get(key);
    if (found === undefined) throw new Mistake(`\`${key}=\` is missing`, at);
    return integer(found, 0);
  };
  const head = { name: quoted(name), ii: of("interval"), stages: of("stages"), tail: of("tail") };
  const file = options.get("file");
  return file === undefined ? head : { ...head, file: quoted(file) };
} // prettier-ignore

function readStream(tokens: readonly Token[], at: Span): StreamProgram {
  const [stream, type, base, ...dims] = tokens;
  if (stream === undefined || type === undefined || base === undefined)
    throw new Mistake("a stream is `stream NUMBER TYPE base=ADDRESS EXTENT:STRIDE…`", at);
  const kind = /^(u?)int(8|16|32)$/.exec(type.text);
  if (kind === null) throw new Mistake("a type is int8, int16, int32, or unsigned", type.at);
  const [key, address] = option(base);
  if (key !== "base") throw new Mistake("the base comes first", base.at);
  return {
    stream: integer(stream, 0),
    base: setting(address),
    dims: dims.map((dim) => {
      const [extent, stride] = pair(dim, 2);
      return { extent: setting(extent!), stride: setting(stride!) };
    }),
    bytes: (Number(kind[2]) / 8) as StreamProgram["bytes"],
    signed: kind[1] === "",
  };
}

interface WordLine {
  readonly word: Word;
  readonly node?: number | undefined;
  readonly line?: number | undefined;
}

function readWord(tokens: readonly Token[], at: Span, linksOut: number): WordLine {
  const [op, ...rest] = tokens;
  if (op === undefined || !opcodes.has(op.text))
    throw new Mistake(`there is no operation \`${op?.text ?? ""}\``, op?.at ?? at);
  const word: { -readonly [K in keyof Word]: Word[K] } = { ...idleWord(linksOut), op: op.text };
  const operands: Source[] = [];
  const takes: { link: number; register: number }[] = [];
  let node: number | undefined;
  let line: number | undefined;
  for (const token of rest) {
    if (token.text === "negate") word.negate = true;
    else if (!token.text.includes("=")) {
      if (operands.length === 3) throw new Mistake("a word has three operands", token.at);
      operands.push(source(token));
    } else {
      const [key, value] = option(token);
      if (key === "i") word.immediate = integer(value, -(2 ** 31));
      else if (key === "stage") word.stage = integer(value, 0);
      else if (key === "save") word.save = register(value);
      else if (key === "node") node = integer(value, 0);
      else if (key === "line") line = integer(value, 1);
      else if (key === "take") {
        const [link, target] = pair(value, 2);
        const from = source(link!);
        if (from.kind !== "link") throw new Mistake("registers take links", link!.at);
        takes.push({ link: from.link, register: register(target!) });
      } else if (key === "drive") {
        const [link, from] = pair(value, 2);
        const out = integer(link!, 0);
        if (out >= linksOut) throw new Mistake(`${linksOut} links leave the element`, link!.at);
        word.drives = word.drives.with(out, source(from!));
      } else if (key === "initial") {
        const [position, level, from] = pair(value, 3);
        const index = "abc".indexOf(position!.text);
        if (position!.text.length !== 1 || index < 0) throw new Mistake("operands are a, b and c", position!.at); // prettier-ignore
        word.initial = {
          position: index as Position,
          level: integer(level!, 0),
          value: source(from!),
        };
      } else throw new Mistake(`there is no field \`${key}\``, token.at);
    }
  }
  const [a = NO_SOURCE, b = NO_SOURCE, c = NO_SOURCE] = operands;
  return { word: { ...word, operands: [a, b, c], takes }, node, line };
}

const part = ({ at }: Token, text: string, from: number): Token => ({
  text,
  at: { source: at.source, start: at.start + from, end: at.start + from + text.length },
});

/** `key=value`. */
function option(token: Token): [string, Token] {
  const at = token.text.indexOf("=");
  if (at < 0) throw new Mistake(`\`${token.text}\` is no \`key=value\``, token.at);
  return [token.text.slice(0, at), part(token, token.text.slice(at + 1), at + 1)];
}

/** Parts between colons. */
function pair(token: Token, count: number): Token[] {
  let from = 0;
  const parts = token.text.split(":").map((text) => {
    const found = part(token, text, from);
    from += text.length + 1;
    return found;
  });
  if (parts.length !== count)
    throw new Mistake(`there are ${count} parts between colons`, token.at);
  return parts;
}

function one(tokens: readonly Token[], at: Span): Token {
  if (tokens.length !== 1) throw new Mistake("one number follows", at);
  return tokens[0]!;
}

function integer({ text, at }: Token, least: number): number {
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value < 2 ** 31))
    throw new Mistake(`\`${text}\` is no number from ${least} on`, at);
  return value;
}

function setting(token: Token): Setting {
  if (!token.text.startsWith("$")) return { kind: "literal", value: integer(token, -(2 ** 31)) };
  return { kind: "livein", index: integer(part(token, token.text.slice(1), 1), 0) };
}

function quoted({ text, at }: Token): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
  } catch {
    // Not a string either way.
  }
  throw new Mistake("a name stands in quotes", at);
}

function register(token: Token): number {
  const found = source(token);
  if (found.kind !== "register") throw new Mistake(`\`${token.text}\` is no register`, token.at);
  return found.register;
}

/** As `sourceText` writes them. */
function source(token: Token): Source {
  const { text, at } = token;
  const match = /^(?:(-|o|i)|([lrk]|first|last)(\d{1,4})|n(\d{1,4})\.(?:(o)|r(\d{1,4})))$/.exec(
    text,
  );
  if (match === null) throw new Mistake(`\`${text}\` is no operand`, at);
  const [, plain, kind, number, neighbour, output, register] = match;
  if (plain === "-") return NO_SOURCE;
  if (plain === "o") return { kind: "output" };
  if (plain === "i") return { kind: "immediate" };
  const n = Number(number);
  if (kind === "l") return { kind: "link", link: n };
  if (kind === "r") return { kind: "register", register: n };
  if (kind === "k") return { kind: "constant", constant: n };
  if (kind === "first" || kind === "last") return { kind, level: n };
  const link = Number(neighbour);
  return output === "o"
    ? { kind: "neighbour-output", link }
    : { kind: "neighbour-register", link, register: Number(register) };
}
