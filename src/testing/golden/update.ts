/** Writes what comes out into the golden file; everything else in it stays as it is. */
import type { Section } from "./parse.js";

/** The file's text with sections replaced, those further down first so that line numbers stay right. */
export function updated(text: string, actual: ReadonlyMap<Section, string>): string {
  const lines = text.split("\n");
  for (const [section, now] of [...actual].sort(([a], [b]) => b.from - a.from)) {
    if (now === section.text) continue;
    const old = lines.slice(section.from, section.to);
    // Blank lines that separate the cases stay.
    const blanks = old.length - old.findLastIndex((line) => line.trim() !== "") - 1;
    const fresh = now === "" ? [] : now.trimEnd().split("\n");
    lines.splice(
      section.from,
      section.to - section.from,
      ...fresh,
      ...Array<string>(blanks).fill(""),
    );
  }
  return lines.join("\n");
}
