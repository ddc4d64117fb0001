/** The Prettier plugin. Prettier hands over text and options; layout is that of the grammar. */
import type { AstPath, Doc, Options, Parser, Printer, SupportLanguage } from "prettier";
import { parseText, type ast } from "../../grammar/index.js";
import { printFile } from "../../grammar/layout/index.js";
import { Diagnostics, type Diagnostic } from "../support/diagnostic.js";
import { positionAt } from "../support/source.js";

/** What Prettier carries from the parser to the printer. */
interface Root extends ast.File {
  readonly original: string;
}

export const languages: SupportLanguage[] = [
  {
    name: "Relax",
    parsers: ["relax"],
    extensions: [".relax"],
    aliases: ["tvmscript"],
    vscodeLanguageIds: ["relax"],
  },
];

/** An error as Prettier shows it: with the place in `loc`. */
function syntaxError(diagnostic: Diagnostic): SyntaxError {
  const { span } = diagnostic;
  const error = new SyntaxError(`${diagnostic.code}: ${diagnostic.message}`);
  if (span === undefined) return error;
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  return Object.assign(error, { loc: { start, end } });
}

const relax: Parser<Root> = {
  astFormat: "relax",
  locStart: (node) => node.start,
  locEnd: (node) => node.end,
  parse(text) {
    const sink = new Diagnostics();
    const file = parseText({ name: "input.relax", text }, sink);
    const first = sink.all.find((d) => d.severity === "error");
    if (first !== undefined) throw syntaxError(first);
    return { ...file, original: text };
  },
};

export const parsers = { relax };

const printer: Printer<Root> = {
  print(path: AstPath<Root>, options): Doc {
    const { node } = path;
    const { printWidth, tabWidth } = options as { printWidth: number; tabWidth: number };
    // Prettier turns the line feeds into those of `endOfLine` itself.
    return printFile(node, { width: printWidth, tabWidth, text: node.original });
  },
};

export const printers = { relax: printer };

export const defaultOptions: Partial<Options> = { printWidth: 88, tabWidth: 4 };
