/** Kinds of parameters of primitives: what they accept, and what the primitive gets. */
import { isPrim } from "../arith/index.js";
import type { AttrValue } from "../ir/core/node.js";
import { isNode } from "../ir/nodes.js";
import { intImm, type PrimExpr } from "../ir/tir/expr.js";
import type { IndexMap } from "../ir/tir/function.js";
import type { Diagnostic } from "../support/diagnostic.js";
import { isInt, type Int } from "../support/int.js";
import { didYouMean } from "../support/suggest.js";
import { codes } from "./codes.js";
import { loopCodes } from "./loop-codes.js";
import { refuse } from "./primitive.js";
import { isBlockRef, isChosen, isList, isLoopRef, type ScheduleMap, type ScheduleValue } from "./reference.js"; // prettier-ignore
import { eachSite, findBlock, findLoop, type BlockSite, type LoopSite } from "./site.js";
import { funcOf, type ScheduleState } from "./state.js";

/** Where an argument stands, for messages. */
export interface Place {
  readonly state: ScheduleState;
  readonly primitive: string;
  readonly param: string;
}

export interface Param<V> {
  /** What is accepted, in words: `a loop`. */
  readonly expected: string;
  readonly help: string;
  /** The value when the argument is not given; absent: it must be. */
  readonly fallback?: ScheduleValue | undefined;
  /** Takes all positional arguments from here on. */
  readonly variadic?: boolean;
  /** References and numbers: recorded by name in a trace; everything else is an attribute of the instruction. */
  readonly isInput: boolean;
  /** A list of references or numbers. */
  readonly isList?: boolean;
  read(raw: ScheduleValue, place: Place): V;
}

/** Which buffer of a block: the number of one of its reads or writes, or the buffer's name. */
export interface BufferPick {
  readonly side?: "read" | "write" | undefined;
  readonly which: number | string;
}

interface Declared {
  readonly help: string;
  readonly default?: ScheduleValue;
}

function make<V>(
  expected: string,
  isInput: boolean,
  declared: string | Declared,
  accept: (raw: ScheduleValue, place: Place) => V | undefined,
): Param<V> {
  const { help, default: fallback } = typeof declared === "string" ? { help: declared } : declared;
  return {
    expected,
    isInput,
    help,
    fallback,
    read(raw, place) {
      const value = accept(raw, place);
      return value === undefined ? wrongType(raw, expected, place) : value;
    },
  };
}

const many = <V>(param: Param<V>): Param<V> => ({ ...param, isList: true });

/** Makers of parameter declarations: `p.loop("The loop to split.")`, `p.int({ help: "…", default: -1 })`. */
export const p = {
  block: (d: string | Declared) => make<BlockSite>("a block", true, d, blockAt),
  /** A block inside another one, as all but the root are. */
  inner: (d: string | Declared) => make<BlockSite>("a block", true, d, innerAt),
  loop: (d: string | Declared) => make<LoopSite>("a loop", true, d, loopAt),
  blockOrLoop: (d: string | Declared) =>
    make<BlockSite | LoopSite>("a block or a loop", true, d, (raw, at) =>
      isLoopRef(raw) ? loopAt(raw, at) : blockAt(raw, at),
    ),
  blocks: (d: string | Declared) =>
    many(make("a list of blocks", true, d, (raw, at) => listOf(raw, (x) => blockAt(x, at)))),
  /** All positional arguments from here on. */
  loops: (d: string | Declared): Param<readonly LoopSite[]> => ({
    ...many(make("loops", true, d, (raw, at) => listOf(raw, (x) => loopAt(x, at)))),
    variadic: true,
  }),
  int: (d: string | Declared) => make<number>("a whole number", true, d, numberOf),
  ints: (d: string | Declared) =>
    make("a list of whole numbers", false, d, (raw, at) => listOf(raw, (x) => numberOf(x, at))),
  floats: (d: string | Declared) =>
    make("a list of numbers", false, d, (raw) => listOf(raw, floatOf)),
  /** Numbers, expressions of symbols, or `null` for `None`. */
  factors: (d: string | Declared) =>
    many(
      make<readonly (PrimExpr | null)[]>("a list of factors", true, d, (raw) =>
        listOf(raw, (x) => (x === null ? null : exprOf(x))),
      ),
    ),
  expr: (d: string | Declared) => make<PrimExpr>("a number or expression", true, d, exprOf),
  bool: (d: string | Declared) =>
    make<boolean>("true or false", false, d, (raw) =>
      typeof raw === "boolean" ? raw : raw === 0 || raw === 1 ? raw === 1 : undefined,
    ),
  string: (d: string | Declared) =>
    make<string>("a text", false, d, (raw) => (typeof raw === "string" ? raw : undefined)),
  choice: <const C extends string>(choices: readonly C[], d: string | Declared) =>
    make<C>(`one of ${choices.map((c) => `"${c}"`).join(", ")}`, false, d, (raw) =>
      choices.find((c) => c === raw),
    ),
  indexMap: (d: string | Declared) =>
    make<IndexMap>("a function on indices", false, d, (raw) =>
      isNode(raw) && raw.kind === "tir.IndexMap" ? raw : undefined,
    ),
  buffer: (d: string | Declared) =>
    make<BufferPick>("the number or the name of a buffer", false, d, bufferOf),
  /** Anything an annotation may hold. */
  annotation: (d: string | Declared) =>
    make<AttrValue>("a value without references", true, d, annotationOf),
  /** `null` when `None` is given or nothing at all. */
  optional: <V>(inner: Param<V>): Param<V | null> => ({
    ...inner,
    expected: `${inner.expected} or None`,
    fallback: null,
    read: (raw, place) => (raw === null ? null : inner.read(raw, place)),
  }),
} as const;

function wrongType(raw: ScheduleValue, expected: string, place: Place): never {
  const { primitive, param } = place;
  return refuse(codes.argumentType({ primitive, param, expected, found: describe(raw) }));
}

function listOf<V>(
  raw: ScheduleValue,
  each: (item: ScheduleValue) => V | undefined,
): readonly V[] | undefined {
  if (!isList(raw)) return undefined;
  const items = raw.map(each);
  return items.includes(undefined) ? undefined : (items as V[]);
}

function blockAt(raw: ScheduleValue, { state }: Place): BlockSite | undefined {
  const name = isBlockRef(raw) ? raw.name : typeof raw === "string" ? raw : undefined;
  if (name === undefined) return undefined;
  return findBlock(funcOf(state), name) ?? refuse(missingBlock(state, name));
}

function innerAt(raw: ScheduleValue, place: Place): BlockSite | undefined {
  const found = blockAt(raw, place);
  if (found?.path.length !== 0) return found;
  return refuse(loopCodes.rootBlock({ primitive: place.primitive, at: found.node.span }));
}

/** Says why there is no block of this name. */
export function missingBlock(state: ScheduleState, name: string): Diagnostic {
  const primitive = state.removed.get(name);
  if (primitive !== undefined)
    return codes.removed({ what: `the block \`${name}\``, primitive, at: funcOf(state).span });
  const known: string[] = [];
  eachSite(funcOf(state).body, ({ node }) => {
    if (node.kind === "tir.Block" && !node.implicitRoot) known.push(node.name);
  });
  const hint = didYouMean(name, known);
  return codes.noBlock({
    name,
    func: state.name,
    known: known.map((k) => `\`${k}\``).join(", ") || "none",
    at: funcOf(state).span,
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
}

function loopAt(raw: ScheduleValue, { state }: Place): LoopSite | undefined {
  if (!isLoopRef(raw)) return undefined;
  const found = findLoop(funcOf(state), raw.var);
  if (found !== undefined) return found;
  const primitive = state.removed.get(raw.var);
  const { name } = raw.var;
  return refuse(
    primitive === undefined
      ? codes.foreignLoop({ name, func: state.name, at: raw.var.span })
      : codes.removed({ what: `the loop \`${name}\``, primitive, at: raw.var.span }),
  );
}

const intOf = (raw: ScheduleValue): Int | undefined => {
  if (isChosen(raw)) return raw.value;
  if (isInt(raw)) return raw;
  return isNode(raw) && raw.kind === "tir.IntImm" ? raw.value : undefined;
};

function numberOf(raw: ScheduleValue, _: Place): number | undefined {
  const value = intOf(raw);
  return value === undefined ? undefined : Number(value);
}

function floatOf(raw: ScheduleValue): number | undefined {
  if (isNode(raw) && raw.kind === "tir.FloatImm") return raw.value;
  const value = intOf(raw);
  return value === undefined ? undefined : Number(value);
}

function exprOf(raw: ScheduleValue): PrimExpr | undefined {
  if (isChosen(raw)) return intImm(raw.value);
  const value = intOf(raw);
  if (value !== undefined) return isNode(raw) ? (raw as PrimExpr) : intImm(value);
  return isNode(raw) && isPrim(raw) ? raw : undefined;
}

function bufferOf(raw: ScheduleValue): BufferPick | undefined {
  if (typeof raw === "string") return { which: raw };
  if (isList(raw) && raw.length === 2) {
    const [side, which] = raw;
    const picked = bufferOf(which!);
    return (side === "read" || side === "write") && picked ? { side, which: picked.which } : undefined; // prettier-ignore
  }
  const value = intOf(raw);
  return value === undefined ? undefined : { which: Number(value) };
}

/** The value with sampled numbers in place of their names; undefined when it mentions loops or blocks. */
function annotationOf(raw: ScheduleValue): AttrValue | undefined {
  if (isChosen(raw)) return raw.value;
  if (isLoopRef(raw) || isBlockRef(raw)) return undefined;
  if (isList(raw)) return listOf(raw, annotationOf);
  if (raw instanceof Map) {
    const items = [...(raw as ScheduleMap)].map(([key, v]) => [key, annotationOf(v)] as const);
    return items.some(([, v]) => v === undefined) ? undefined : new Map(items as [string, AttrValue][]); // prettier-ignore
  }
  return raw as AttrValue;
}

/** A value in words, for messages. */
export function describe(raw: ScheduleValue): string {
  if (raw === null) return "None";
  if (isLoopRef(raw)) return `the loop \`${raw.var.name}\``;
  if (isBlockRef(raw)) return `the block \`${raw.name}\``;
  if (isChosen(raw)) return String(raw.value);
  if (typeof raw === "string") return `"${raw}"`;
  if (isList(raw)) return `[${raw.map(describe).join(", ")}]`;
  if (typeof raw === "boolean" || isInt(raw)) return String(raw);
  if (isNode(raw) && (raw.kind === "tir.IntImm" || raw.kind === "tir.FloatImm")) return String(raw.value); // prettier-ignore
  return isNode(raw) ? "an expression" : "a dictionary";
}
