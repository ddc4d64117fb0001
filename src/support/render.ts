/**
 * Diagnostics as text: headline, one frame a file with the primary place (`^`) and secondary ones (`─`), then the
 * reasons, notes and hints. At most 100 columns, in display width.
 */
import type { Diagnostic, Label, Severity } from "./diagnostic.js";
import { displayWidth, showText } from "./display-width.js";
import { frameLines, type FrameLabel, type Glyphs } from "./frame.js";
import { positionAt, type Source } from "./source.js";
import { wrapText } from "./table.js";

/** Paints a piece of text; the identity when there is no colour. */
export type Paint = (text: string) => string;

/** What the renderer paints. */
export interface Palette {
  readonly error: Paint;
  readonly warning: Paint;
  readonly note: Paint;
  readonly bold: Paint;
  readonly frame: Paint;
  readonly secondary: Paint;
}

const same: Paint = (text) => text;
export const noColors: Palette = {
  error: same,
  warning: same,
  note: same,
  bold: same,
  frame: same,
  secondary: same,
};

export interface RenderOptions {
  readonly palette?: Palette;
  /** Only characters of ASCII in what the renderer adds. */
  readonly ascii?: boolean;
  /** Other places (lines) at which the same was found; see `arrange`. */
  readonly also?: readonly number[];
  readonly width?: number;
}

const UNICODE: Glyphs = { corner: "┌─", bar: "│", under: "─", more: "…" };
const ASCII: Glyphs = { corner: "-->", bar: "|", under: "-", more: "..." };

/** The diagnostic as lines, the last one ended. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const palette = options.palette ?? noColors;
  const width = options.width ?? 100;
  const paint = painterOf(diagnostic.severity, palette);
  const lines = headline(diagnostic, palette, width);
  const frames = framesOf(diagnostic);
  const numbers = frames.flatMap((f) =>
    f.labels.map((l) => positionAt(f.source, l.span.start).line),
  );
  const gutter = Math.max(1, ...numbers.map((n) => String(n).length));
  const glyphs = options.ascii === true ? ASCII : UNICODE;
  for (const { source, at, labels } of frames) {
    const { line, column } = positionAt(source, at);
    const place = `${source.name}:${line}:${column}`;
    lines.push(`${" ".repeat(gutter + 1)}${palette.frame(glyphs.corner)} ${showText(place)}`);
    lines.push(...frameLines(source, labels, { gutter, glyphs, paint, palette, width }));
  }
  for (const [title, text] of trailers(diagnostic, options.also ?? [])) {
    const head = `${" ".repeat(gutter + 1)}= ${title}: `;
    const [first = "", ...rest] = wrapText(showText(text), Math.max(40, width - head.length));
    lines.push(
      `${" ".repeat(gutter + 1)}${palette.frame("=")} ${palette.bold(`${title}:`)} ${first}`,
    );
    for (const more of rest) lines.push(" ".repeat(head.length) + more);
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function headline(diagnostic: Diagnostic, palette: Palette, width: number): string[] {
  const { severity, code, message } = diagnostic;
  const head = `${severity}[${code}]`;
  const [first = "", ...rest] = wrapText(showText(message), Math.max(40, width - head.length - 2));
  const start = `${painterOf(severity, palette)(palette.bold(head))}${palette.bold(`: ${first}`)}`;
  return [start, ...rest.map((line) => " ".repeat(head.length + 2) + palette.bold(line))];
}

const painterOf = (severity: Severity, palette: Palette): Paint => palette[severity];

interface Frame {
  readonly source: Source;
  /** Offset named in the frame's head. */
  readonly at: number;
  readonly labels: readonly FrameLabel[];
}

/** One frame for each file that has a label, that of the primary place first. */
function framesOf({ span, label, labels }: Diagnostic): Frame[] {
  const frames = new Map<Source, FrameLabel[]>();
  const add = (place: Label, isPrimary: boolean): void => {
    const known = frames.get(place.span.source);
    const entry = { span: place.span, message: showText(place.message), isPrimary };
    if (known) known.push(entry);
    else frames.set(place.span.source, [entry]);
  };
  if (span !== undefined) add({ span, message: label ?? "" }, true);
  for (const other of labels) add(other, false);
  return [...frames].map(([source, all]) => ({ source, at: all[0]!.span.start, labels: all }));
}

function trailers(d: Diagnostic, also: readonly number[]): (readonly [string, string])[] {
  const fix = d.fixes.some((f) => f.safe) ? "   [fix available: relaxc check --fix]" : "";
  const hints = d.hints.map((hint, i) => `${hint}${i === 0 ? fix : ""}`);
  const places = also.length > 0 ? [`the same on line ${listOf(also)}`] : [];
  return [
    ...(d.because === undefined ? [] : [["because", d.because] as const]),
    ...[...d.notes, ...places].map((note) => ["note", note] as const),
    ...hints.map((hint) => ["hint", hint] as const),
    ["more", `relaxc explain ${d.code}`],
  ];
}

function listOf(lines: readonly number[]): string {
  const shown = lines.slice(0, 8).join(", ");
  return lines.length > 8 ? `${shown} and ${lines.length - 8} more places` : shown;
}

/** `file:line:column: severity[CODE] message`, on one line. */
export function renderConcise(diagnostic: Diagnostic): string {
  const { span, severity, code, message } = diagnostic;
  const at = span === undefined ? undefined : positionAt(span.source, span.start);
  const place = at === undefined ? "" : `${span!.source.name}:${at.line}:${at.column}: `;
  return `${showText(place)}${severity}[${code}] ${showText(message).replaceAll("\n", " ")}\n`;
}

/** Width of the widest line, for tests and layout. */
export const widestLine = (text: string): number => Math.max(...text.split("\n").map(displayWidth));
