/** Lifts programs out of the code fences of Markdown pages. */
import type { Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { importCodes } from "./codes.js";
import { liftPython, type Lifted } from "./python.js";

const LANGUAGES = new Set(["relax", "python", "py", "python3", "tvmscript", "ipython", ""]);

/**
 * All modules of a page, in order. Fences of one page share their constants, as the cells of a notebook do; lines keep
 * their numbers.
 */
export function liftMarkdown(source: Source, sink: Sink): Lifted[] {
  return liftPython({ name: source.name, text: codeOf(source, sink) }, sink);
}

/** The page with everything but the code of its fences blanked. */
function codeOf(source: Source, sink: Sink): string {
  const out: string[] = [];
  let fence:
    | {
        readonly mark: string;
        readonly indent: number;
        readonly isCode: boolean;
        readonly at: number;
      }
    | undefined;
  let offset = 0;
  for (const line of source.text.split("\n")) {
    const match = /^( *)(`{3,}|~{3,})\s*([\w+-]*)/.exec(line);
    if (fence === undefined) {
      if (match !== null) {
        const isCode = LANGUAGES.has(match[3]!.toLowerCase());
        fence = { mark: match[2]!, indent: match[1]!.length, isCode, at: offset };
      }
      out.push("");
    } else if (match !== null && match[2]!.startsWith(fence.mark) && line.trim() === match[2]) {
      fence = undefined;
      out.push("");
    } else out.push(fence.isCode ? withoutIndent(line, fence.indent) : "");
    offset += line.length + 1;
  }
  if (fence !== undefined) {
    const span = { source, start: fence.at, end: fence.at + fence.indent + fence.mark.length };
    sink.report(importCodes.openFence({ at: span, fence: fence.mark }));
  }
  return out.join("\n");
}

const withoutIndent = (line: string, indent: number): string => {
  let at = 0;
  while (at < indent && line[at] === " ") at++;
  return line.slice(at);
};
