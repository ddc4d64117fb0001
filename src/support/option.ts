/** Options of passes and targets: declared once, read from `name{key=value}` texts, printed back, documented. */

import type { NDArray } from "./ndarray.js";

export type OptionKind =
  "int" | "float" | "bool" | "string" | "choice" | "strings" | "json" | "tensors";

/** Tensors by name. */
export type Tensors = ReadonlyMap<string, NDArray>;
/** Tensors, the name of the file they are in (read by whoever reads the pipeline), or JSON lists by name. */
export type TensorSource = Tensors | string | Readonly<Record<string, unknown>>;

export interface Option<V> {
  readonly kind: OptionKind;
  readonly help: string;
  readonly default: V;
  readonly choices?: readonly string[];
  /** The value when `raw` (JSON, or text for strings) is one; else what was expected. */
  read(raw: unknown): { readonly value: V } | { readonly expected: string };
}

export type OptionSet = Readonly<Record<string, Option<unknown>>>;
export type OptionValues<S extends OptionSet> = {
  readonly [K in keyof S]: S[K] extends Option<infer V> ? V : never;
};

interface Declared<V> {
  readonly default: V;
  readonly help: string;
}

const make = <V>(
  kind: OptionKind,
  expected: string,
  accepts: (raw: unknown) => raw is V,
  declared: Declared<V>,
  choices?: readonly string[],
): Option<V> => ({
  kind,
  ...declared,
  ...(choices === undefined ? {} : { choices }),
  read: (raw) => (accepts(raw) ? { value: raw } : { expected }),
});

const isString = (raw: unknown): raw is string => typeof raw === "string";
const isStrings = (raw: unknown): raw is readonly string[] =>
  Array.isArray(raw) && raw.every(isString);

/** Makers of option declarations: `option.int({ default: 4, help: "…" })`. */
export const option = {
  int: (d: Declared<number>) =>
    make("int", "a whole number", (raw): raw is number => Number.isSafeInteger(raw), d),
  float: (d: Declared<number>) =>
    make("float", "a number", (raw): raw is number => typeof raw === "number", d),
  bool: (d: Declared<boolean>) =>
    make("bool", "true or false", (raw): raw is boolean => typeof raw === "boolean", d),
  string: (d: Declared<string>) => make("string", "a text", isString, d),
  strings: (d: Declared<readonly string[]>) => make("strings", "a list of texts", isStrings, d),
  json: (d: Declared<unknown>) => make("json", "a JSON value", (_): _ is unknown => true, d),
  tensors: (d: { readonly help: string }): Option<TensorSource> => ({
    kind: "tensors",
    help: d.help,
    default: new Map(),
    read: (raw) =>
      isString(raw) || (typeof raw === "object" && raw !== null && !Array.isArray(raw))
        ? { value: raw as TensorSource }
        : { expected: "the name of a file, or lists by name" },
  }),
  choice: <const C extends string>(choices: readonly C[], d: Declared<C>) =>
    make(
      "choice",
      `one of ${choices.join(", ")}`,
      (raw): raw is C => isString(raw) && (choices as readonly string[]).includes(raw),
      d,
      choices,
    ),
} as const;

/** `maxBytes` as written in texts: `max-bytes`. */
export const optionName = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What is wrong with a text of options. */
export type OptionProblem =
  | { readonly kind: "unknown"; readonly name: string; readonly known: readonly string[] }
  | {
      readonly kind: "value";
      readonly name: string;
      readonly found: string;
      readonly expected: string;
    };

/**
 * Values for a set of options from texts by name (a JSON value, or a bare word for strings and choices); what is not
 * given has its default. A bare name stands for `true`.
 */
export function readOptions<S extends OptionSet>(
  set: S,
  given: Iterable<readonly [name: string, text: string | undefined]>,
): { readonly values: OptionValues<S>; readonly problems: readonly OptionProblem[] } {
  const keys = new Map(Object.keys(set).map((key) => [optionName(key), key]));
  const values: Record<string, unknown> = {};
  for (const [key, declared] of Object.entries(set)) values[key] = declared.default;
  const problems: OptionProblem[] = [];
  for (const [name, text] of given) {
    const key = keys.get(name) ?? keys.get(name.replaceAll("_", "-"));
    if (key === undefined) {
      problems.push({ kind: "unknown", name, known: [...keys.keys()] });
      continue;
    }
    const read = set[key]!.read(text === undefined ? true : jsonOrText(text));
    if ("value" in read) values[key] = read.value;
    else problems.push({ kind: "value", name, found: text ?? "nothing", expected: read.expected });
  }
  return { values: values as OptionValues<S>, problems };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Options that differ from their defaults, as they are written in a pipeline: `{max-bytes=64}` or nothing. */
export function printOptions(set: OptionSet, values: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(set).flatMap(([key, declared]) => {
    const text = JSON.stringify(values[key]);
    return text === JSON.stringify(declared.default) ? [] : [`${optionName(key)}=${text}`];
  });
  return shown.length === 0 ? "" : `{${shown.join(",")}}`;
}
