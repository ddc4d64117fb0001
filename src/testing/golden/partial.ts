/** Partial matching of output: `check`, `check-next`, `check-not`, `check-count-N`. */
import type { Check } from "./parse.js";

/**
 * Walks through the output with the checks in order; answers what did not match. In a pattern, `{{…}}` is a regular
 * expression, `[[NAME:…]]` captures what it matches, `[[NAME]]` stands for it; blanks match any number of blanks.
 */
export function matchChecks(checks: readonly Check[], output: string): string | undefined {
  const lines = output.split("\n");
  const captured = new Map<string, string>();
  let at = 0;
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i]!;
    if (check.kind === "not") {
      const until = positionOfNext(checks, i, lines, at, captured);
      const found = find(check, lines, at, until, captured);
      if (found >= 0)
        return `line ${check.line}: \`${check.pattern}\` stands in output line ${found + 1}`;
      continue;
    }
    for (let n = 0; n < check.count; n++) {
      const end = check.kind === "next" ? at + 1 : lines.length;
      const found = find(check, lines, at, end, captured);
      if (found < 0)
        return `line ${check.line}: \`${check.pattern}\` is not found from output line ${at + 1} on`;
      at = found + 1;
    }
  }
  return undefined;
}

/** Where the next positive check will match: a `check-not` holds up to there. */
function positionOfNext(
  checks: readonly Check[],
  from: number,
  lines: readonly string[],
  at: number,
  captured: ReadonlyMap<string, string>,
): number {
  const next = checks.slice(from + 1).find((c) => c.kind !== "not");
  if (next === undefined) return lines.length;
  const found = find(next, lines, at, lines.length, new Map(captured));
  return found < 0 ? lines.length : found;
}

function find(
  { pattern }: Check,
  lines: readonly string[],
  from: number,
  to: number,
  captured: Map<string, string>,
): number {
  const { regex, names } = compile(pattern, captured);
  for (let i = from; i < Math.min(to, lines.length); i++) {
    const match = regex.exec(lines[i]!);
    if (match === null) continue;
    names.forEach((name) => captured.set(name, match.groups![name]!));
    return i;
  }
  return -1;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function compile(pattern: string, captured: ReadonlyMap<string, string>) {
  const names: string[] = [];
  const pieces = pattern.split(/(\{\{.*?\}\}|\[\[\w+(?::.*?)?\]\])/);
  const source = pieces.map((piece) => {
    if (piece.startsWith("{{")) return `(?:${piece.slice(2, -2)})`;
    const capture = /^\[\[(\w+)(?::(.*))?\]\]$/.exec(piece);
    if (capture === null) return piece.split(/\s+/).map(escape).join("\\s+");
    const [, name, inner] = capture;
    if (inner === undefined) return escape(captured.get(name!) ?? "");
    names.push(name!);
    return `(?<${name}>${inner})`;
  });
  return { regex: new RegExp(source.join("")), names };
}
