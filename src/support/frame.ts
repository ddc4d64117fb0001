/** The source lines of a diagnostic with what is marked on them. */
import { displayWidth, showLine, widthOf } from "./display-width.js";
import type { Paint, Palette } from "./render.js";
import { lineStarts, lineText, positionAt, type Source, type Span } from "./source.js";

export interface FrameLabel {
  readonly span: Span;
  readonly message: string;
  readonly isPrimary: boolean;
}

export interface Glyphs {
  readonly corner: string;
  readonly bar: string;
  readonly under: string;
  readonly more: string;
}

export interface FrameStyle {
  /** Columns of the line numbers. */
  readonly gutter: number;
  readonly glyphs: Glyphs;
  readonly paint: Paint;
  readonly palette: Palette;
  readonly width: number;
}

/** A label on its line, in display columns. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly isPrimary: boolean;
}

/** For each line with a label: the line, then as many rows of marks as the texts need. */
export function frameLines(
  source: Source,
  labels: readonly FrameLabel[],
  style: FrameStyle,
): string[] {
  const byLine = new Map<number, FrameLabel[]>();
  for (const label of labels) {
    const { line } = positionAt(source, label.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), label]);
  }
  const lines: string[] = [];
  for (const [line, here] of [...byLine].sort(([a], [b]) => a - b)) {
    lines.push(...markedLine(source, line, here, style));
  }
  return lines;
}

function markedLine(
  source: Source,
  line: number,
  labels: readonly FrameLabel[],
  style: FrameStyle,
): string[] {
  const { gutter, glyphs, palette } = style;
  const text = lineText(source, line);
  const { shown, columns } = showLine(text);
  const start = lineStarts(source)[line - 1] ?? 0;
  const columnOf = (offset: number): number => columns[Math.min(offset - start, text.length)]!;
  const marks = labels.map(({ span, message, isPrimary }): Mark => {
    const from = columnOf(span.start);
    // Of a place that covers several lines, the first is marked to its end.
    const to = Math.max(columnOf(Math.max(span.end, span.start)), from + 1);
    return { from, to, message, isPrimary };
  });
  const available = Math.max(30, style.width - gutter - 3);
  const view = cropped(shown, marks, available, glyphs.more);
  const bar = palette.frame(glyphs.bar);
  const rows = markRows(view.marks, style, available);
  return [
    `${palette.frame(String(line).padStart(gutter))} ${bar} ${view.text}`,
    ...rows.map((row) => `${" ".repeat(gutter)} ${bar} ${row}`),
  ];
}

/** Cuts a long line to the columns around its marks, and moves the marks along. */
function cropped(text: string, marks: readonly Mark[], available: number, more: string) {
  if (displayWidth(text) <= available) return { text, marks };
  const first = Math.min(...marks.map((m) => m.from));
  const needed = Math.max(...marks.map((m) => Math.min(m.to, m.from + 20)));
  const from = needed < available - more.length ? 0 : Math.max(0, first - 20);
  const lead = from > 0 ? more : "";
  const room = available - lead.length - more.length;
  const piece = slice(text, from, from + room);
  const shift = (column: number): number =>
    Math.max(0, Math.min(column - from, room)) + lead.length;
  return {
    text: `${lead}${piece.text}${piece.isEnd ? "" : more}`,
    marks: marks.map((m) => ({
      ...m,
      from: shift(m.from),
      to: Math.max(shift(m.to), shift(m.from) + 1),
    })),
  };
}

/** The part of a text between two display columns; a wide character cut in half becomes a blank. */
function slice(text: string, from: number, to: number): { text: string; isEnd: boolean } {
  let column = 0;
  let part = "";
  for (const character of text) {
    const next = column + widthOf(character);
    if (next > to) return { text: part, isEnd: false };
    if (column >= from) part += character;
    else if (next > from) part += " ".repeat(next - from);
    column = next;
  }
  return { text: part, isEnd: true };
}

/**
 * Rows under a line. The marks share the first row; a text stands beside its mark when nothing is in its way, else on
 * a row of its own below, led there by bars.
 */
function markRows(marks: readonly Mark[], style: FrameStyle, available: number): string[] {
  const ordered = [...marks].sort(
    (a, b) => a.from - b.from || Number(b.isPrimary) - Number(a.isPrimary),
  );
  const row = new Canvas();
  for (const mark of ordered.filter((m) => !m.isPrimary))
    row.put(mark.from, underline(mark, style));
  for (const mark of ordered.filter((m) => m.isPrimary)) row.put(mark.from, underline(mark, style));
  const hanging: Mark[] = [];
  for (const [i, mark] of ordered.entries()) {
    if (mark.message === "") continue;
    const next = ordered[i + 1]?.from ?? Infinity;
    const end = mark.to + 1 + displayWidth(mark.message);
    const covered = ordered.some((o) => o !== mark && o.from < mark.to && o.to > mark.to);
    const fits = !covered && end < next && (end <= available || i === 0);
    if (fits && ordered.slice(0, i).every((o) => o.to <= mark.to)) {
      row.put(mark.to + 1, cells(mark.message, paintOf(mark, style)));
    } else hanging.push(mark);
  }
  return [row.text(), ...hangingRows(hanging, style)];
}

/** Texts that found no room, the last on the first row, each under its mark. */
function hangingRows(hanging: readonly Mark[], style: FrameStyle): string[] {
  const rows: string[] = [];
  const left = [...hanging];
  while (left.length > 0) {
    const mark = left.pop()!;
    const row = new Canvas();
    for (const other of left) row.put(other.from, [paintOf(other, style)(style.glyphs.bar)]);
    row.put(mark.from, cells(mark.message, paintOf(mark, style)));
    rows.push(row.text());
  }
  return rows;
}

const paintOf = (mark: Mark, { paint, palette }: FrameStyle): Paint =>
  mark.isPrimary ? paint : palette.secondary;

function underline(mark: Mark, style: FrameStyle): string[] {
  const glyph = mark.isPrimary ? "^" : style.glyphs.under;
  return Array.from({ length: mark.to - mark.from }, () => paintOf(mark, style)(glyph));
}

/** One entry a display column; the second of a wide character is empty. */
function cells(text: string, paint: Paint): string[] {
  const made: string[] = [];
  for (const character of text) {
    const width = widthOf(character);
    if (width === 0 && made.length > 0) made[made.length - 1] += character;
    else made.push(paint(character), ...Array.from({ length: Math.max(0, width - 1) }, () => ""));
  }
  return made;
}

/** A row of display columns that is written to in any order. */
class Canvas {
  readonly #cells: string[] = [];
  put(column: number, pieces: readonly string[]): void {
    while (this.#cells.length < column) this.#cells.push(" ");
    pieces.forEach((piece, i) => (this.#cells[column + i] = piece));
  }
  text(): string {
    return this.#cells.join("");
  }
}
