/** Applies the edits of fixes to a text. */
import type { Diagnostic, Fix } from "./diagnostic.js";
import type { Source } from "./source.js";

/** The safe fixes among diagnostics. */
export const safeFixes = (diagnostics: readonly Diagnostic[]): Fix[] =>
  diagnostics.flatMap((d) => d.fixes.filter((fix) => fix.safe));

/**
 * The text with as many of the fixes as fit beside each other, in order; a fix whose edits overlap those of an earlier
 * one, or touch another source, is left out whole.
 */
export function applyFixes(
  source: Source,
  fixes: readonly Fix[],
): { readonly text: string; readonly applied: number } {
  const taken: { start: number; end: number; text: string }[] = [];
  let applied = 0;
  for (const { edits } of fixes) {
    const own = edits.map(({ span, text }) => ({ start: span.start, end: span.end, text }));
    const here = edits.every(({ span }) => span.source === source);
    const free = own.every((e) => taken.every((t) => e.end <= t.start || t.end <= e.start));
    const twice = own.some((e) => taken.some((t) => t.start === e.start && t.end === e.end));
    if (!here || !free || twice) continue;
    taken.push(...own);
    applied++;
  }
  let text = source.text;
  for (const { start, end, text: now } of taken.sort((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + now + text.slice(end);
  }
  return { text, applied };
}
