/** How wide text is on a terminal, and how to show text that came from a file without harm. */

/** First and last code points that take two columns (East Asian wide and full-width, and emoji). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f320],
  [0x1f32d, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Columns of one code point. */
export function widthOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (ZERO.test(character)) return 0;
  for (const [first, last] of WIDE) {
    if (code < first) return 1;
    if (code <= last) return 2;
  }
  return 1;
}

/** Columns of a text without tabs and control characters. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

const TAB = 8;
const BIDI = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/;

/**
 * A source line as it can be shown: tabs as spaces, control and direction-changing characters made visible, with the
 * display column of every UTF-16 offset (one more than the text is long).
 */
export function showLine(text: string): {
  readonly shown: string;
  readonly columns: readonly number[];
} {
  const columns: number[] = [];
  let shown = "";
  let width = 0;
  for (const character of text) {
    for (let i = 0; i < character.length; i++) columns.push(width);
    const piece = showCharacter(character, width);
    shown += piece;
    width += displayWidth(piece);
  }
  columns.push(width);
  return { shown, columns };
}

function showCharacter(character: string, column: number): string {
  const code = character.codePointAt(0)!;
  if (character === "\t") return " ".repeat(TAB - (column % TAB));
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (code < 0xa0 && code > 0x7f) return "\ufffd";
  if (BIDI.test(character)) return `<U+${code.toString(16).toUpperCase()}>`;
  return character;
}

/** Text for a message: as {@link showLine}, line ends kept. */
export const showText = (text: string): string =>
  text
    .split("\n")
    .map((line) => showLine(line).shown)
    .join("\n");
