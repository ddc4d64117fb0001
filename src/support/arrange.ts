/** Order and number of diagnostics before they are shown. */
import type { Diagnostic } from "./diagnostic.js";
import { positionAt } from "./source.js";

export interface Arranged {
  readonly diagnostic: Diagnostic;
  /** Lines of the same finding elsewhere in the file, which is not shown again. */
  readonly also: readonly number[];
}

/** By place in the file (those without a place first), errors before warnings of the same place. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const rank = { error: 0, warning: 1, note: 2 };
  return [...diagnostics].sort(
    (a, b) =>
      (a.span?.start ?? -1) - (b.span?.start ?? -1) ||
      rank[a.severity] - rank[b.severity] ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

/** Drops what is reported twice: same code, place and message. */
export function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((d) => {
    const key = `${d.code}\0${d.span?.start}\0${d.span?.end}\0${d.message}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

/**
 * For readers: in order, errors of one cause (same code and message) gathered on the first, at most `limit` shown,
 * errors before warnings when there are more.
 */
export function arrange(
  diagnostics: readonly Diagnostic[],
  limit = Infinity,
): { readonly shown: readonly Arranged[]; readonly hidden: number } {
  const groups = new Map<string, { diagnostic: Diagnostic; also: number[] }>();
  for (const diagnostic of inOrder(withoutRepeats(diagnostics))) {
    const { code, message, severity, span } = diagnostic;
    const isError = severity === "error" && span !== undefined;
    const key = isError ? `${code}\0${message}` : String(groups.size);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { diagnostic, also: [] });
    else {
      const { line } = positionAt(span!.source, span!.start);
      if (known.also.at(-1) !== line) known.also.push(line);
    }
  }
  const all = [...groups.values()];
  if (all.length <= limit) return { shown: all, hidden: 0 };
  const errors = all.filter((g) => g.diagnostic.severity === "error");
  const others = all.filter((g) => g.diagnostic.severity !== "error");
  const kept = new Set([...errors, ...others].slice(0, limit));
  return { shown: all.filter((g) => kept.has(g)), hidden: all.length - kept.size };
}
