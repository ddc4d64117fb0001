/** Pages with pictures of arenas and tables of their buffers. They need nothing from outside. */
import type { ArenaView } from "./arena-view.js";
import { escapeMarkup, renderSvg } from "./svg.js";

const STYLE = `
body{font:14px system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color-scheme:light dark}
svg{width:100%;height:auto}table{border-collapse:collapse;margin:1em 0}
th,td{padding:.15em .8em;text-align:right}th:first-child,td:first-child{text-align:left}
tbody tr:nth-child(odd){background:#8881}summary{cursor:pointer}
`.trim();

/** A page with one section for each arena. */
export function renderHtml(title: string, views: readonly ArenaView[]): string {
  const heading = escapeMarkup(title);
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${heading}</title>`,
    `<style>${STYLE}</style></head><body>`,
    `<h1>${heading}</h1>`,
    ...views.map(section),
    "</body></html>",
    "",
  ].join("\n");
}

function section(view: ArenaView): string {
  const { peak, lowerBound, capacity, buffers } = view;
  const ratio = lowerBound === 0 ? "" : `, ${(peak / lowerBound).toFixed(4)} × the lower bound`;
  const limit = capacity === undefined ? "" : ` of ${capacity}`;
  return [
    `<section>${renderSvg(view)}`,
    `<p>${peak} bytes${limit}${ratio} (${lowerBound} bytes); ${buffers.length} buffers.</p>`,
    `<details><summary>Buffers</summary><table><thead>${row("th", COLUMNS)}</thead><tbody>`,
    ...buffers.map((b) =>
      row("td", [b.name, ...[b.offset, b.size, b.lower, b.upper].map((value) => String(value))]),
    ),
    "</tbody></table></details></section>",
  ].join("\n");
}

const COLUMNS = ["buffer", "offset", "bytes", "live from", "to"];

const row = (tag: string, cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
