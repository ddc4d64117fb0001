/** JSON with places, so that a mistake in a file is shown where it is. */
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { Sink } from "../diagnostic.js";
import type { Source, Span } from "../source.js";
import { codes } from "./codes.js";

export type JsonValue =
  | {
      readonly kind: "object";
      readonly members: ReadonlyMap<string, JsonMember>;
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly items: readonly JsonValue[]; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "null"; readonly span: Span };

export interface JsonMember {
  readonly key: Span;
  readonly value: JsonValue;
}

/** Brackets within brackets; files of ours have five. */
const MOST_DEPTH = 100;

/** The value a text holds; undefined when it is not JSON, which was reported. */
export function parseJson(source: Source, sink: Sink): JsonValue | undefined {
  if (isTooDeep(source.text)) {
    const reason = `brackets are nested deeper than ${MOST_DEPTH}`;
    sink.report(codes.jsonSyntax({ reason, at: { source, start: 0, end: 1 } }));
    return undefined;
  }
  const errors: ParseError[] = [];
  const root = parseTree(source.text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined && root !== undefined) return convert(source, root, sink);
  const reason = first === undefined ? "it is empty" : words(printParseErrorCode(first.error));
  const start = first?.offset ?? 0;
  const end = start + Math.max(first?.length ?? 0, 1);
  sink.report(codes.jsonSyntax({ reason, at: { source, start, end } }));
  return undefined;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "[" || c === "{") {
      if (++depth > MOST_DEPTH) return true;
    } else if (c === "]" || c === "}") depth--;
  }
  return false;
}

/** `PropertyNameExpected` → `property name expected`. */
const words = (name: string): string =>
  name.replace(/[A-Z]/g, (c, at: number) => (at === 0 ? "" : " ") + c.toLowerCase());

function convert(source: Source, node: Node, sink: Sink): JsonValue {
  const span = spanOf(source, node);
  switch (node.type) {
    case "object": {
      const members = new Map<string, JsonMember>();
      for (const { children } of node.children ?? []) {
        const [name, value] = children ?? [];
        if (name === undefined || value === undefined) continue;
        const key = spanOf(source, name);
        const text = String(name.value);
        if (members.has(text)) sink.report(codes.jsonRepeated({ key: text, at: key }));
        members.set(text, { key, value: convert(source, value, sink) });
      }
      return { kind: "object", members, span };
    }
    case "array":
      return {
        kind: "array",
        items: (node.children ?? []).map((n) => convert(source, n, sink)),
        span,
      };
    case "string":
      return { kind: "string", value: String(node.value), span };
    case "number":
      return { kind: "number", value: Number(node.value), span };
    case "boolean":
      return { kind: "boolean", value: node.value === true, span };
    default:
      return { kind: "null", span };
  }
}

const spanOf = (source: Source, node: Node): Span => ({
  source,
  start: node.offset,
  end: node.offset + node.length,
});
