/** Source texts and places in them. Offsets are UTF-16 code units; lines and columns are 1-based. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** Of a text made from another one: the place there that a span of this one is from. */
  readonly origin?: Origin | undefined;
}

/** Finds the place that a part of a made text is from; undefined where it is from none. */
export type Origin = (start: number, end: number) => Span | undefined;

export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A span in the text that people wrote. */
export const writtenSpan = (span: Span): Span => span.source.origin?.(span.start, span.end) ?? span;

export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineTables = new WeakMap<Source, readonly number[]>();

/** Offsets at which lines start; made once per source. A line ends at `\n`, `\r\n` or a lone `\r`. */
export function lineStarts(source: Source): readonly number[] {
  const known = lineTables.get(source);
  if (known) return known;
  const starts = [0];
  const { text } = source;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  lineTables.set(source, starts);
  return starts;
}

export function positionAt(source: Source, offset: number): Position {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}

/** Text of a 1-based line, without its line end. */
export function lineText(source: Source, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line - 1] ?? source.text.length;
  const end = starts[line] ?? source.text.length;
  return source.text.slice(start, end).replace(/[\r\n]+$/, "");
}
