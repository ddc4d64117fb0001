/** The text form of pipelines: `pass-a,pass-b{option=1,other=[2,3]},@name`. */
import type { Sink } from "../support/diagnostic.js";
import { didYouMean } from "../support/suggest.js";
import { codes } from "./codes.js";
import { namedPipelines } from "./named-pipelines.js";

/** One pass as written. */
export interface PipelineItem {
  readonly name: string;
  readonly options: readonly (readonly [name: string, text: string | undefined])[];
}

/** Reads a pipeline; a mistake is reported and ends it. */
export function parsePipeline(text: string, sink: Sink): PipelineItem[] | undefined {
  const items: PipelineItem[] = [];
  let at = 0;
  const fail = (expected: string): undefined => {
    sink.report(codes.pipelineSyntax({ position: at + 1, expected }));
    return undefined;
  };
  const skipSpace = (): void => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  for (;;) {
    skipSpace();
    if (at >= text.length && items.length === 0) return items;
    const name = /^@?[\w.-]+/.exec(text.slice(at))?.[0];
    if (name === undefined) return fail("a pass name");
    at += name.length;
    if (name.startsWith("@")) {
      const inner = namedItems(name.slice(1), sink);
      if (inner === undefined) return undefined;
      items.push(...inner);
      skipSpace();
      if (at >= text.length) return items;
      if (text[at] !== ",") return fail("`,`");
      at++;
      continue;
    }
    const options: [string, string | undefined][] = [];
    skipSpace();
    if (text[at] === "{") {
      const close = matchingBrace(text, at);
      if (close < 0) return fail("`}`");
      for (const part of splitTop(text.slice(at + 1, close))) {
        const equals = part.indexOf("=");
        const key = (equals < 0 ? part : part.slice(0, equals)).trim();
        if (!/^[\w-]+$/.test(key)) return fail("an option name");
        options.push([key, equals < 0 ? undefined : part.slice(equals + 1).trim()]);
      }
      at = close + 1;
      skipSpace();
    }
    items.push({ name, options });
    if (at >= text.length) return items;
    if (text[at] !== ",") return fail("`,`");
    at++;
  }
}

/** The passes of a pipeline that has a name. */
function namedItems(name: string, sink: Sink): PipelineItem[] | undefined {
  if (Object.hasOwn(namedPipelines, name)) return parsePipeline(namedPipelines[name]!.text, sink);
  const names = Object.keys(namedPipelines);
  const near = didYouMean(name, names);
  const known = names.map((n) => `\`@${n}\``).join(", ");
  sink.report(codes.unknownPipeline({ name, known, hints: near === undefined ? [] : [near] }));
  return undefined;
}

/** The pipeline as it is written. */
export const pipelineText = (items: readonly PipelineItem[]): string =>
  items
    .map(({ name, options }) => {
      const inner = options.map(([key, value]) => (value === undefined ? key : `${key}=${value}`));
      return inner.length === 0 ? name : `${name}{${inner.join(",")}}`;
    })
    .join(",");

/** Calls `each` on characters outside string literals with the bracket depth before them; stops when it is false. */
function scan(
  text: string,
  from: number,
  each: (char: string, depth: number, at: number) => boolean,
): void {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char === "\\") i++;
      else if (char === '"') quoted = false;
      continue;
    }
    if (char === '"') quoted = true;
    if ("]})".includes(char)) depth--;
    if (!each(char, depth, i)) return;
    if ("[{(".includes(char)) depth++;
  }
}

function matchingBrace(text: string, open: number): number {
  let found = -1;
  scan(text, open, (char, depth, at) => {
    if (char === "}" && depth === 0) found = at;
    return found < 0;
  });
  return found;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  scan(text, 0, (char, depth, at) => {
    if (char === "," && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
    return true;
  });
  parts.push(text.slice(start));
  return parts.filter((p, i) => p.trim() !== "" || i > 0 || parts.length > 1);
}
