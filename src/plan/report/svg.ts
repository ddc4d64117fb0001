/** A picture of an arena: time to the right, addresses upwards, one rectangle a buffer. Needs nothing from outside. */
import type { ArenaView, ViewedBuffer } from "./arena-view.js";

const WIDTH = 960;
const HEIGHT = 480;
const LEFT = 84;
const RIGHT = 12;
const TOP = 34;
const BOTTOM = 30;
/** Width of a character of a label, in pixels. */
const CHARACTER = 6;

/** Styles of the picture; pages that hold several write them once. */
export const SVG_STYLE = `
.plan{font:11px system-ui,sans-serif;--ink:#222;--soft:#888;--paper:#fff;background:var(--paper)}
.plan text{fill:var(--ink)}.plan .title{font-size:14px;font-weight:600}
.plan .buffer{stroke:var(--paper);stroke-width:.6}.plan .buffer:hover{stroke:var(--ink);stroke-width:1.5}
.plan .axis{stroke:var(--soft);fill:none}.plan .bound{stroke:#c22;stroke-dasharray:6 3}
.plan .capacity{stroke:var(--ink);stroke-dasharray:2 3}.plan .live{stroke:#c22;fill:none;stroke-opacity:.6}
.plan .label{pointer-events:none;fill:#111;text-anchor:middle;dominant-baseline:central}
@media (prefers-color-scheme:dark){.plan{--ink:#ddd;--soft:#777;--paper:#181818}}
`.trim();

/** The picture as an SVG document. */
export function renderSvg(view: ArenaView): string {
  const times = [...new Set(view.buffers.flatMap((b) => [b.lower, b.upper]))].sort((a, b) => a - b);
  const column = new Map(times.map((t, i) => [t, i]));
  const highest = Math.max(1, view.peak, view.lowerBound, view.capacity ?? 0);
  const width = (WIDTH - LEFT - RIGHT) / Math.max(1, times.length - 1);
  const x = (time: number): number => LEFT + column.get(time)! * width;
  const y = (bytes: number): number =>
    HEIGHT - BOTTOM - (bytes / highest) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plan" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<style>${SVG_STYLE}</style>`,
    `<text class="title" x="${LEFT}" y="20">${escapeMarkup(view.title)}</text>`,
    ...view.buffers.filter((b) => b.size > 0).map((b, i) => rectangle(b, i, x, y)),
    liveCurve(view.buffers, times, x, y),
    ...levels(view).map(([kind, bytes, text]) => level(kind, bytes, text, y)),
    `<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    `<text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">0</text>`,
    ...timeLabels(view, times, x),
    "</svg>",
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

function rectangle(
  b: ViewedBuffer,
  index: number,
  x: (time: number) => number,
  y: (bytes: number) => number,
): string {
  const left = x(b.lower);
  const width = x(b.upper) - left;
  const top = y(b.offset + b.size);
  const height = y(b.offset) - top;
  const hue = (index * 137) % 360;
  const hover =
    `${b.name}: ${b.size} bytes at ${b.offset} to ${b.offset + b.size}, ` +
    `live from ${b.lower} to ${b.upper}`;
  const box = `x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}"`;
  const fits = height >= 12 && width >= b.name.length * CHARACTER + 4;
  const label = fits
    ? `<text class="label" x="${n(left + width / 2)}" y="${n(top + height / 2)}">${escapeMarkup(b.name)}</text>`
    : "";
  return (
    `<g><rect class="buffer" ${box} fill="hsl(${hue} 55% 68%)">` +
    `<title>${escapeMarkup(hover)}</title></rect>${label}</g>`
  );
}

/** Bytes that are live, as a line over time. */
function liveCurve(
  buffers: readonly ViewedBuffer[],
  times: readonly number[],
  x: (time: number) => number,
  y: (bytes: number) => number,
): string {
  if (buffers.length === 0) return "";
  const change = new Map<number, number>();
  const add = (time: number, bytes: number): void =>
    void change.set(time, (change.get(time) ?? 0) + bytes);
  for (const { lower, upper, size } of buffers) {
    add(lower, size);
    add(upper, -size);
  }
  let live = 0;
  let path = `M${n(x(times[0]!))} ${n(y(0))}`;
  for (const time of times) {
    live += change.get(time)!;
    path += `H${n(x(time))}V${n(y(live))}`;
  }
  return `<path class="live" d="${path}"><title>bytes that are live</title></path>`;
}

const levels = ({ peak, lowerBound, capacity }: ArenaView): [string, number, string][] => [
  ["axis", peak, "peak"],
  ["bound", lowerBound, "lower bound"],
  ...(capacity === undefined
    ? []
    : [["capacity", capacity, "capacity"] as [string, number, string]]),
];

function level(kind: string, bytes: number, text: string, y: (bytes: number) => number): string {
  const at = n(y(bytes));
  const number =
    kind === "axis" ? `<text x="${LEFT - 6}" y="${at}" text-anchor="end">${bytes}</text>` : "";
  return (
    `<path class="${kind}" d="M${LEFT} ${at}H${WIDTH - RIGHT}"><title>${text}: ${bytes} bytes</title></path>` +
    number
  );
}

/** Some points of time below the axis, with the names of steps where there are any. */
function timeLabels(
  { steps }: ArenaView,
  times: readonly number[],
  x: (time: number) => number,
): string[] {
  const names = new Map(steps.map((s) => [s.at, s.name]));
  const every = Math.max(1, Math.ceil(times.length / 12));
  return times
    .filter((_, i) => i % every === 0)
    .map((time) => {
      const name = names.get(time);
      const title = name === undefined ? "" : `<title>${escapeMarkup(name)}</title>`;
      return `<text x="${n(x(time))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${time}${title}</text>`;
    });
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

/** Text that is safe inside markup. */
export const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
