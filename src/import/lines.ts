/** Logical lines of Python text: a line goes on inside brackets, triple-quoted strings and after a backslash. */

export interface LogicalLine {
  /** Offset of the first character that is no indentation. */
  readonly start: number;
  /** Offset after the last character, without the line end. */
  readonly end: number;
  /** Columns of indentation, a tab to the next multiple of 8. */
  readonly indent: number;
  /** Offset of the physical line's first character. */
  readonly lineStart: number;
}

/** Logical lines that hold code; blank and comment lines are left out. Never throws, whatever the text. */
export function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let at = 0;
  while (at < text.length) {
    const lineStart = at;
    let indent = 0;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === 32) indent++;
      else if (c === 9) indent += 8 - (indent % 8);
      else break;
    }
    const start = at;
    at = endOfLine(text, at);
    const first = text[start];
    if (start < at && first !== "#" && first !== "\n" && first !== "\r") {
      lines.push({ start, end: trimEnd(text, start, at), indent, lineStart });
    }
    if (at < text.length) at++;
  }
  return lines;
}

/** Offset of the line end that ends the logical line at `at`. */
function endOfLine(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const c = text[at]!;
    if (c === "#") {
      while (at < text.length && text[at] !== "\n") at++;
      continue;
    }
    if (c === '"' || c === "'") {
      at = endOfString(text, at);
      continue;
    }
    if (c === "\\") at++;
    else if (c === "(" || c === "[" || c === "{") depth++;
    else if (c === ")" || c === "]" || c === "}") depth = Math.max(0, depth - 1);
    else if (c === "\n" && depth === 0) return at;
    at++;
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  const quote = text[from]!;
  const triple = text.startsWith(quote.repeat(3), from);
  let at = from + (triple ? 3 : 1);
  while (at < text.length) {
    if (text[at] === "\\") at += 2;
    else if (triple ? text.startsWith(quote.repeat(3), at) : text[at] === quote)
      return at + (triple ? 3 : 1);
    else if (!triple && text[at] === "\n") return at;
    else at++;
  }
  return text.length;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text[at - 1]!)) at--;
  return at;
}
