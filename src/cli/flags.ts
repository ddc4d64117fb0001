/** Flags: their declarations, and reading them from an argument list. */
import type { Diagnostic } from "../support/diagnostic.js";
import { didYouMean } from "../support/suggest.js";
import { codes } from "./codes.js";

interface FlagBase {
  readonly help: string;
  /** One letter, written with a single dash. */
  readonly short?: string;
  /** The kinds of targets it is for, of a command with `--target`; absent: all. */
  readonly only?: readonly string[];
}
interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
}
interface ValueFlag extends FlagBase {
  readonly type: "string";
  /** Stands for the value in help, e.g. `FILE`. */
  readonly placeholder: string;
  readonly default?: string;
}
interface IntFlag extends FlagBase {
  readonly type: "int";
  readonly placeholder: string;
  readonly default?: number;
  /** The smallest value that makes sense. */
  readonly least?: number;
}
interface ChoiceFlag extends FlagBase {
  readonly type: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
}
/** May be given several times. */
interface ListFlag extends FlagBase {
  readonly type: "list";
  readonly placeholder: string;
}
/** `--flag` alone means `implied`; a value is given as `--flag=value`. */
interface OptionalFlag extends FlagBase {
  readonly type: "optional";
  readonly placeholder: string;
  readonly implied: string;
}
export type FlagSpec = BooleanFlag | ValueFlag | IntFlag | ChoiceFlag | ListFlag | OptionalFlag;
export type FlagSet = Readonly<Record<string, FlagSpec>>;

type Present<S extends { readonly default?: unknown }, V> = S extends { readonly default: unknown }
  ? V
  : V | undefined;

type ValueOf<S extends FlagSpec> = S extends BooleanFlag
  ? boolean
  : S extends ListFlag
    ? readonly string[]
    : S extends OptionalFlag
      ? string | undefined
      : S extends ChoiceFlag
        ? Present<S, S["choices"][number]>
        : S extends IntFlag
          ? Present<S, number>
          : S extends ValueFlag
            ? Present<S, string>
            : never;

/** Values of a set of flags, keyed by their camel-case names. */
export type Flags<F extends FlagSet> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** `--max-diagnostics` from `maxDiagnostics`. */
export const spelling = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export interface ParsedArguments {
  readonly args: readonly string[];
  /** What follows `--`. */
  readonly rest: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly problems: readonly Diagnostic[];
}

/** Reads an argument list against the flags that the command and the frame know. */
export function parseArguments(argv: readonly string[], set: FlagSet): ParsedArguments {
  const bySpelling = new Map<string, string>();
  for (const [key, spec] of Object.entries(set)) {
    bySpelling.set(spelling(key), key);
    if (spec.short !== undefined) bySpelling.set(`-${spec.short}`, key);
  }
  const flags: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(set)) flags[key] = initial(spec);
  const args: string[] = [];
  const given = new Set<string>();
  const problems: Diagnostic[] = [];
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith("-") || word === "-" || isNegativeNumber(word)) {
      args.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const key = bySpelling.get(name);
    if (key === undefined) {
      problems.push(unknownFlag(name, bySpelling.keys()));
      continue;
    }
    given.add(key);
    const spec = set[key]!;
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const takesNext = inline === undefined && spec.type !== "boolean" && spec.type !== "optional";
    const value = takesNext ? words[++i] : inline;
    const problem = store(flags, key, spec, { name, value });
    if (problem !== undefined) problems.push(problem);
  }
  for (const key of given) problems.push(...misplaced(key, set[key]!, flags["target"]));
  return { args, rest: end < 0 ? [] : argv.slice(end + 1), flags, problems };
}

/** A flag for other targets than the one that is asked for would do nothing. */
function misplaced(key: string, { only }: FlagSpec, target: unknown): readonly Diagnostic[] {
  if (only === undefined || typeof target !== "string") return [];
  const kind = target.trim().split(/\s/, 1)[0]!;
  if (only.includes(kind)) return [];
  const targets = only.map((name) => `\`${name}\``).join(" and ");
  return [codes.flagTarget({ flag: spelling(key), targets, target: kind })];
}

const isNegativeNumber = (word: string): boolean => /^-\d/.test(word);

function initial(spec: FlagSpec): unknown {
  if (spec.type === "boolean") return false;
  if (spec.type === "list") return [];
  return spec.type === "optional" ? undefined : spec.default;
}

function unknownFlag(name: string, known: Iterable<string>): Diagnostic {
  const hint = didYouMean(name, known);
  return codes.unknownFlag({ flag: name, ...(hint === undefined ? {} : { hints: [hint] }) });
}

function store(
  flags: Record<string, unknown>,
  key: string,
  spec: FlagSpec,
  { name, value }: { readonly name: string; readonly value: string | undefined },
): Diagnostic | undefined {
  if (spec.type === "boolean") {
    if (value !== undefined) return codes.flagTakesNoValue({ flag: name, value });
    flags[key] = true;
    return undefined;
  }
  if (spec.type === "optional") {
    flags[key] = value ?? spec.implied;
    return undefined;
  }
  if (value === undefined) return codes.flagNeedsValue({ flag: name, what: placeholderOf(spec) });
  if (spec.type === "choice" && !spec.choices.includes(value)) {
    const hint = didYouMean(value, spec.choices);
    const hints = hint === undefined ? {} : { hints: [hint] };
    return codes.flagChoice({ flag: name, value, choices: spec.choices.join(", "), ...hints });
  }
  if (spec.type === "int" && !/^-?\d{1,15}$/.test(value)) {
    return codes.flagInteger({ flag: name, value });
  }
  if (spec.type === "int" && spec.least !== undefined && Number(value) < spec.least) {
    return codes.flagLeast({ flag: name, least: spec.least, value });
  }
  if (spec.type === "list") flags[key] = [...(flags[key] as readonly string[]), value];
  else flags[key] = spec.type === "int" ? Number(value) : value;
  return undefined;
}

/** What help shows in place of a flag's value. */
export const placeholderOf = (spec: FlagSpec): string =>
  spec.type === "boolean" ? "" : spec.type === "choice" ? spec.choices.join("|") : spec.placeholder;
