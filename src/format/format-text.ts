/** Text → formatted text. */
import { parseText } from "../../grammar/index.js";
import { printFile } from "../../grammar/layout/index.js";
import { Diagnostics, type Diagnostic } from "../support/diagnostic.js";

export interface FormatOptions {
  /** Columns of a line; 88. */
  readonly width?: number;
  /** Columns of an indentation level; 4. */
  readonly tabWidth?: number;
  /** Line ends of the result; `auto` keeps those of the input. Default `lf`. */
  readonly endOfLine?: "lf" | "crlf" | "cr" | "auto";
  /** Name of the text in diagnostics. */
  readonly name?: string;
}

export interface FormatResult {
  /** The formatted text, or the input itself when it has syntax errors. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

const ENDS = { lf: "\n", crlf: "\r\n", cr: "\r" } as const;

/** Formats a text; one with syntax errors comes back as it was, with the errors. */
export function formatText(text: string, options: FormatOptions = {}): FormatResult {
  const sink = new Diagnostics();
  const source = { name: options.name ?? "input.relax", text };
  const file = parseText(source, sink);
  if (sink.failed) return { text, diagnostics: sink.all };
  const laid = printFile(file, {
    width: options.width ?? 88,
    tabWidth: options.tabWidth ?? 4,
    text,
  });
  return { text: withLineEnds(laid, text, options.endOfLine ?? "lf"), diagnostics: sink.all };
}

function withLineEnds(
  laid: string,
  original: string,
  wanted: "lf" | "crlf" | "cr" | "auto",
): string {
  const kind = wanted === "auto" ? lineEndOf(original) : wanted;
  return kind === "lf" ? laid : laid.replaceAll("\n", ENDS[kind]);
}

function lineEndOf(text: string): "lf" | "crlf" | "cr" {
  const found = /\r\n|\r|\n/.exec(text)?.[0];
  return found === "\r\n" ? "crlf" : found === "\r" ? "cr" : "lf";
}
