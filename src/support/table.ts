/** Plain tables for terminals. */
import { displayWidth } from "./display-width.js";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows under titles, columns two spaces apart, no trailing blanks, one line end after each row. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? "";
        const blanks = " ".repeat(widths[i]! - displayWidth(cell));
        return column.align === "right" ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  const titles = columns.some((c) => c.title !== "") ? [line(columns.map((c) => c.title))] : [];
  return [...titles, ...rows.map(line)].map((text) => `${text}\n`).join("");
}

/** Breaks text at blanks so that no line is wider than `width`; a longer word stands alone. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
