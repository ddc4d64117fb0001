/** Typed fields of JSON objects: wrong kinds, missing and unknown fields are reported where they stand. */
import type { Sink } from "../diagnostic.js";
import { didYouMean } from "../suggest.js";
import { codes } from "./codes.js";
import type { JsonValue } from "./parse-json.js";

/** Reads one value; undefined when it was reported. `what` names it in messages. */
export type Reader<T> = (value: JsonValue, what: string, sink: Sink) => T | undefined;

const NAMES = {
  object: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
  null: "null",
} as const;

/** Reports that a value is of another kind than expected. */
export function mistaken(value: JsonValue, what: string, expected: string, sink: Sink): undefined {
  const shown =
    value.kind === "number" || value.kind === "boolean" ? String(value.value) : NAMES[value.kind];
  const found = value.kind === "string" ? `"${value.value}"` : shown;
  sink.report(codes.jsonKind({ what, expected, found, at: value.span }));
  return undefined;
}

export const text: Reader<string> = (value, what, sink) =>
  value.kind === "string" ? value.value : mistaken(value, what, "a text", sink);

export const flag: Reader<boolean> = (value, what, sink) =>
  value.kind === "boolean" ? value.value : mistaken(value, what, "true or false", sink);

/** A whole number within bounds. */
export const integer =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (value, what, sink) =>
    value.kind === "number" &&
    Number.isSafeInteger(value.value) &&
    value.value >= least &&
    value.value <= most
      ? value.value
      : mistaken(
          value,
          what,
          most === Number.MAX_SAFE_INTEGER
            ? `a whole number of at least ${least}`
            : `a whole number from ${least} to ${most}`,
          sink,
        );

export const choice =
  <const T extends string>(...options: readonly T[]): Reader<T> =>
  (value, what, sink) =>
    value.kind === "string" && (options as readonly string[]).includes(value.value)
      ? (value.value as T)
      : mistaken(value, what, `one of ${options.map((o) => `"${o}"`).join(", ")}`, sink);

export const list =
  <T>(item: Reader<T>): Reader<readonly T[]> =>
  (value, what, sink) => {
    if (value.kind !== "array") return mistaken(value, what, "a list", sink);
    const items = value.items.map((v, i) => item(v, `item ${i} of ${what}`, sink));
    return items.every((v) => v !== undefined) ? (items as readonly T[]) : undefined;
  };

/** An object whose keys are data. */
export const record =
  <T>(item: Reader<T>): Reader<ReadonlyMap<string, T>> =>
  (value, what, sink) => {
    if (value.kind !== "object") return mistaken(value, what, "an object", sink);
    const entries = [...value.members].map(
      ([key, m]) => [key, item(m.value, `\`${key}\` of ${what}`, sink)] as const,
    );
    return entries.every(([, v]) => v !== undefined)
      ? new Map(entries as readonly (readonly [string, T])[])
      : undefined;
  };

export interface Field<T> {
  readonly read: Reader<T>;
  /** Absent fields have this value; without it they are a mistake. */
  readonly initial?: () => T;
}

export const required = <T>(read: Reader<T>): Field<T> => ({ read });
export const optional = <T>(read: Reader<T>, initial: T): Field<T> => ({
  read,
  initial: () => initial,
});

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type Values<S extends Fields> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** An object with the fields given and no others. */
export const object =
  <S extends Fields>(fields: S): Reader<Values<S>> =>
  (value, what, sink) => {
    if (value.kind !== "object") return mistaken(value, what, "an object", sink);
    let failed = false;
    for (const [key, member] of value.members) {
      if (key in fields) continue;
      const names = Object.keys(fields);
      const suggestion = didYouMean(key, names) ?? `it has ${names.join(", ")}`;
      sink.report(codes.jsonUnknown({ what, key, suggestion, at: member.key }));
      failed = true;
    }
    const result: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      const member = value.members.get(key);
      if (member === undefined && field.initial === undefined) {
        sink.report(codes.jsonMissing({ what, key, at: value.span }));
        failed = true;
        continue;
      }
      result[key] =
        member === undefined
          ? field.initial!()
          : field.read(member.value, `\`${key}\` of ${what}`, sink);
      failed ||= member !== undefined && result[key] === undefined;
    }
    return failed ? undefined : (result as Values<S>);
  };
