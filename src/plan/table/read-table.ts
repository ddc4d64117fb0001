/** Reads tables of buffers: comma-separated rows under a line of column names, as allocation benchmarks have them. */
import type { Sink } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { codes } from "../codes.js";
import type { StaticBuffer } from "../static/problem.js";

/** A table as written, and the buffers it stands for. */
export interface BufferTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly buffers: readonly StaticBuffer[];
}

/** Other names of columns. */
const NAMES: Readonly<Record<string, string>> = {
  buffer: "id",
  buffer_id: "id",
  start: "lower",
  begin: "lower",
  end: "upper",
};
const NEEDED = ["id", "lower", "upper", "size"] as const;

interface Cell {
  readonly text: string;
  readonly at: Span;
}

/** Reads a table; what is wrong with it is reported, and then there is none. */
export function readTable(source: Source, sink: Sink): BufferTable | undefined {
  const [head, ...lines] = rowsOf(source);
  if (head === undefined) {
    sink.report(codes.noBuffers({ at: { source, start: 0, end: 0 } }));
    return undefined;
  }
  const columns = head.map((cell) => cell.text);
  const names = columns.map((name) => NAMES[name] ?? name);
  const missing = NEEDED.filter((column) => !names.includes(column));
  for (const column of missing) {
    const known = columns.map((name) => `\`${name}\``).join(", ");
    sink.report(codes.missingColumn({ column, known, at: lineOf(head) }));
  }
  if (missing.length > 0) return undefined;
  const gaps = head[columns.indexOf("gaps")];
  if (gaps !== undefined) sink.report(codes.ignoredColumn({ column: "gaps", at: gaps.at }));
  const reader = new RowReader(names, columns.includes("end") ? 1 : 0, sink);
  for (const line of lines) reader.read(line);
  if (reader.failed) return undefined;
  return {
    columns,
    rows: lines.map((line) => line.map((cell) => cell.text)),
    buffers: reader.buffers,
  };
}

/** Rows that are not blank, as trimmed cells. */
function rowsOf(source: Source): Cell[][] {
  const { text } = source;
  const rows: Cell[][] = [];
  for (let start = 0; start < text.length;) {
    let end = start;
    while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
    if (text.slice(start, end).trim() !== "") rows.push(cellsOf(source, start, end));
    start = end + 1;
  }
  return rows;
}

function cellsOf(source: Source, start: number, end: number): Cell[] {
  const cells: Cell[] = [];
  let from = start;
  for (const part of source.text.slice(start, end).split(",")) {
    const text = part.trim();
    const at = from + part.indexOf(text);
    cells.push({ text, at: { source, start: at, end: at + text.length } });
    from += part.length + 1;
  }
  return cells;
}

const lineOf = (cells: readonly Cell[]): Span => ({
  source: cells[0]!.at.source,
  start: cells[0]!.at.start,
  end: cells.at(-1)!.at.end,
});

/** Makes buffers of rows. */
class RowReader {
  readonly buffers: StaticBuffer[] = [];
  failed = false;
  readonly #ids = new Set<string>();
  readonly #names: readonly string[];
  readonly #beyond: number;
  readonly #sink: Sink;

  constructor(names: readonly string[], beyond: number, sink: Sink) {
    this.#names = names;
    this.#beyond = beyond;
    this.#sink = sink;
  }

  read(cells: readonly Cell[]): void {
    if (cells.length !== this.#names.length) {
      const found = `${cells.length} cell${cells.length === 1 ? "" : "s"}`;
      this.#fail(codes.cellCount({ found, expected: this.#names.length, at: lineOf(cells) }));
      return;
    }
    const cell = (name: string): Cell | undefined => cells[this.#names.indexOf(name)];
    const idCell = cell("id")!;
    const id = idCell.text;
    const lower = this.#number("lower", cell("lower")!);
    const end = this.#number("upper", cell("upper")!);
    const size = this.#number("size", cell("size")!, 0);
    const align = this.#optional("alignment", cell("alignment"), 1);
    const fixed = this.#optional("offset", cell("offset"), 0);
    if (lower === undefined || end === undefined || size === undefined) return;
    if (align === false || fixed === false) return;
    const upper = end + this.#beyond;
    if (lower >= upper) return this.#fail(codes.emptyLife({ id, lower, upper, at: lineOf(cells) }));
    if (this.#ids.has(id)) return this.#fail(codes.duplicateId({ id, at: idCell.at }));
    if (fixed !== undefined && fixed % (align ?? 1) !== 0) {
      const at = cell("offset")!.at;
      return this.#fail(codes.misaligned({ id, offset: fixed, align: align ?? 1, at }));
    }
    this.#ids.add(id);
    const extra = {
      ...(align === undefined ? {} : { align }),
      ...(fixed === undefined ? {} : { fixed }),
    };
    this.buffers.push({ id, lower, upper, size, ...extra });
  }

  #fail(diagnostic: Parameters<Sink["report"]>[0]): void {
    this.failed = true;
    this.#sink.report(diagnostic);
  }

  /** A cell that may be empty or absent: undefined then, false when it is wrong. */
  #optional(column: string, cell: Cell | undefined, least: number): number | undefined | false {
    if (cell === undefined || cell.text === "") return undefined;
    return this.#number(column, cell, least) ?? false;
  }

  #number(column: string, { text, at }: Cell, least = -Infinity): number | undefined {
    const value = /^-?\d{1,17}$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value + 0;
    const range = Number.isFinite(least) ? `from ${least} to 2^53 - 1` : "below 2^53";
    this.#fail(codes.notNumber({ column, range, text, at }));
    return undefined;
  }
}
