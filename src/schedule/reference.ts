/** What a schedule speaks of: loops and blocks by keys that survive rewriting, and the values of calls. */
import type { AttrValue } from "../ir/core/node.js";
import type { Var } from "../ir/tir/expr.js";
import type { Block, For } from "../ir/tir/stmt.js";
import type { Int } from "../support/int.js";

/** A loop, by its variable: the object stays the same while statements around and below it are rebuilt. */
export interface LoopRef {
  readonly kind: "loop";
  readonly var: Var;
}

/** A block, by its name, which is unique in the function. */
export interface BlockRef {
  readonly kind: "block";
  readonly name: string;
}

/** A number that was sampled; in a trace it keeps its name, so that another decision reaches all its uses. */
export interface Chosen {
  readonly kind: "chosen";
  readonly value: Int;
}

/** Arguments and results of primitives. Floats are `tir.FloatImm`, functions on indices `tir.IndexMap`. */
export type ScheduleValue =
  AttrValue | LoopRef | BlockRef | Chosen | readonly ScheduleValue[] | ScheduleMap;
export type ScheduleMap = ReadonlyMap<string, ScheduleValue>;

export const loopRef = (loop: For): LoopRef => ({ kind: "loop", var: loop.var });
export const blockRef = (block: Block): BlockRef => ({ kind: "block", name: block.name });

const kindOf = (value: ScheduleValue): unknown =>
  typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;

export const isLoopRef = (value: ScheduleValue): value is LoopRef => kindOf(value) === "loop";
export const isBlockRef = (value: ScheduleValue): value is BlockRef => kindOf(value) === "block";
export const isChosen = (value: ScheduleValue): value is Chosen => kindOf(value) === "chosen";
export const isList = (value: ScheduleValue): value is readonly ScheduleValue[] =>
  Array.isArray(value);

/** Two references to the same thing, or the same sampled number. */
export function sameReference(a: ScheduleValue, b: ScheduleValue): boolean {
  if (isLoopRef(a) && isLoopRef(b)) return a.var === b.var;
  if (isBlockRef(a) && isBlockRef(b)) return a.name === b.name;
  return a === b;
}
