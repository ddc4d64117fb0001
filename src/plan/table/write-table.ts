/** Writes tables of buffers with their offsets. */
import type { BufferTable } from "./read-table.js";

/** The rows as they were, with a column `offset`: in place of one that is there, or as the last. */
export function writeTable(table: BufferTable, offsets: readonly number[]): string {
  const at = table.columns.indexOf("offset");
  const withCell = (cells: readonly string[], cell: string): string =>
    (at < 0 ? [...cells, cell] : cells.with(at, cell)).join(",");
  const lines = [
    withCell(table.columns, "offset"),
    ...table.rows.map((row, i) => withCell(row, String(offsets[i]!))),
  ];
  return `${lines.join("\n")}\n`;
}
