/** Picks and changes single tokens of a program text, for mutation tests. */
export interface TokenRange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const TOKEN =
  /#[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|(?:0[xX][\da-fA-F]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|\/\/=?|\*\*=?|[-+*/%&|^<>=!]=|<<|>>|->|:=|[-+*/%@&|^~<>=.,:;()[\]{}]/g;

/** A token that carries meaning: not a comment, not in an import line. */
export function pickToken(text: string, below: (n: number) => number): TokenRange | undefined {
  const tokens: TokenRange[] = [];
  for (const match of text.matchAll(TOKEN)) {
    if (match[0].startsWith("#")) continue;
    const lineStart = text.lastIndexOf("\n", match.index) + 1;
    if (/^\s*(?:import|from)\b/.test(text.slice(lineStart))) continue;
    tokens.push({ start: match.index, end: match.index + match[0].length, text: match[0] });
  }
  return tokens.length === 0 ? undefined : tokens[below(tokens.length)];
}

const OPERATORS = ["+", "-", "*", "//", "%", "<", "<=", ">", ">=", "==", "!="];
const BRACKETS = ["(", ")", "[", "]", "{", "}", ",", ":", ".", "="];

/** The text with that token replaced by another of its class, doubled, or removed. */
export function mutateToken(
  text: string,
  token: TokenRange,
  below: (n: number) => number,
): string | undefined {
  const put = (by: string): string => text.slice(0, token.start) + by + text.slice(token.end);
  const t = token.text;
  if (/^["']/.test(t))
    return t.length > 2 && !t.startsWith('"""')
      ? put(`${t.slice(0, -1)}x${t.slice(-1)}`)
      : undefined;
  if (/^[\d.]\d*/.test(t) && /\d/.test(t))
    return put(/^\d+$/.test(t) ? String(Number(t) + 1) : `${t}1`);
  if (/^[A-Za-z_]/.test(t)) {
    const choice = below(3);
    if (choice === 0) return put(`${t}_x`);
    if (choice === 1) return put("");
    const names = [...text.matchAll(/\b[A-Za-z_]\w*\b/g)].map((m) => m[0]);
    return put(names[below(names.length)]!);
  }
  if (OPERATORS.includes(t)) return put(OPERATORS[below(OPERATORS.length)]!);
  if (BRACKETS.includes(t)) return put(below(2) === 0 ? "" : t + t);
  return put("");
}
