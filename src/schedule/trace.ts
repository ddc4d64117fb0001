/** Recorded schedules: instructions in which results have names, so that they can be written down and run again. */
import { isInt } from "../support/int.js";
import { isBlockRef, isChosen, isList, isLoopRef, sameReference, type ScheduleValue } from "./reference.js"; // prettier-ignore
import { lookupPrimitive } from "./registry.js";
import type { Trace } from "./schedule.js";

/** The result of an instruction, by its name. */
export interface NameOf {
  readonly kind: "name";
  readonly name: string;
}
/** A literal, a name, or a list that may hold names. */
export type RecordedValue = ScheduleValue | NameOf | readonly RecordedValue[];

export interface RecordedInstruction {
  readonly primitive: string;
  /** In the order of the declaration; those that have their default are left out. */
  readonly args: ReadonlyMap<string, RecordedValue>;
  readonly outputs: readonly string[];
}
export type RecordedTrace = readonly RecordedInstruction[];

export const isName = (v: RecordedValue): v is NameOf =>
  typeof v === "object" && v !== null && "kind" in v && v.kind === "name";

/** Gives names to results: `b` blocks, `l` loops, `v` numbers, numbered through. */
export function record(trace: Trace): RecordedTrace {
  const named: { readonly value: ScheduleValue; readonly name: string }[] = [];
  return trace.map(({ primitive, args, outputs }) => {
    const declared = lookupPrimitive(primitive)?.params ?? {};
    const recorded = new Map<string, RecordedValue>();
    for (const [key, value] of args) {
      if (sameLiteral(value, declared[key]?.fallback)) continue;
      recorded.set(key, replaced(value));
    }
    const names = outputs.map((value) => {
      const name = `${letterOf(value)}${named.length}`;
      named.push({ value, name });
      return name;
    });
    return { primitive, args: recorded, outputs: names };
  });

  function replaced(value: ScheduleValue): RecordedValue {
    if (isList(value)) return value.map(replaced);
    if (!isLoopRef(value) && !isBlockRef(value) && !isChosen(value)) return value;
    const known = named.findLast((n) => sameReference(n.value, value));
    if (known !== undefined) return { kind: "name", name: known.name };
    // A block may be meant by its name, a number by its value.
    return isBlockRef(value) ? value.name : isChosen(value) ? value.value : value;
  }
}

const letterOf = (value: ScheduleValue): string =>
  isBlockRef(value) ? "b" : isLoopRef(value) ? "l" : "v";

/** Whether a literal is the default. */
export function sameLiteral(a: RecordedValue, b: RecordedValue | undefined): boolean {
  if (a === b) return true;
  const isPair = Array.isArray(a) && Array.isArray(b) && a.length === b.length;
  return isPair && a.every((x, k) => sameLiteral(x as RecordedValue, b[k] as RecordedValue));
}

/** Without queries whose results nobody uses, and without what stands behind `enter_postproc` when asked. */
export function simplified(trace: RecordedTrace, removePostproc = false): RecordedTrace {
  const end = removePostproc ? trace.findIndex((i) => i.primitive === "enter_postproc") : -1;
  const kept = end < 0 ? trace : trace.slice(0, end);
  const used = new Set<string>();
  const note = (v: RecordedValue): void => {
    if (isName(v)) used.add(v.name);
    else if (Array.isArray(v)) v.forEach((item) => note(item as RecordedValue));
  };
  const result: RecordedInstruction[] = [];
  for (const instruction of [...kept].reverse()) {
    const isPure = lookupPrimitive(instruction.primitive)?.pure === true;
    if (isPure && !instruction.outputs.some((name) => used.has(name))) continue;
    for (const value of instruction.args.values()) note(value);
    result.unshift(instruction);
  }
  return result;
}

/** The trace with another decision at one of its sampling instructions. */
export const withDecision = (
  trace: RecordedTrace,
  index: number,
  decision: ScheduleValue,
): RecordedTrace =>
  trace.map((instruction, k) =>
    k === index
      ? { ...instruction, args: new Map(instruction.args).set("decision", decision) }
      : instruction,
  );

/** Whether a value is a plain number. */
export const isNumber = (v: RecordedValue): boolean => typeof v !== "object" && isInt(v);
